"""Answers over several cases, shown case by case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.asked import Asked, Kind, what_is_asked
from rag.answering.catalogue import contents_line
from rag.answering.comparing import Part
from rag.answering.draft import Draft, DraftSentence
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.answering.phrases import phrases
from rag.answering.screening import CaseHit
from rag.answering.short import short_answer
from rag.retrieval.retriever import Retriever
from rag.types import Compilation

_SCALE = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3}
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:余|多)?(万亿|亿|千万|百万|万|千)?(?:余|多)?(\D*)")
_MORE = re.compile(r"(更|哪个|谁|哪家)(?P<adjective>大|多|高|快|长|早|少|低|短|晚)")
_SMALLER = "少低短早"


def answer_which_cases(
    hits: Sequence[CaseHit], answerer: ExtractiveAnswerer, compilation: Compilation, *, english: bool
) -> Draft:
    """Return the draft of a which-cases question: how many, then each case with the sentence that decides."""
    if not hits:
        return Draft((), "", 0.0, refusal="not_in_compilation")
    text = phrases(english).which.format(n=len(hits), total=len(compilation.cases))
    ends = (compilation.cases[0], compilation.cases[-1])
    opening = DraftSentence(text, tuple(contents_line(compilation, case) for case in ends), computed=True)
    each = [answerer.sentence(hit.support, case_number=hit.case_number) for hit in hits]
    departments = [compilation.case(hit.case_number).department_in_contents for hit in hits]
    confidence = sum(hit.score for hit in hits) / len(hits)
    return Draft((opening, *each), "、".join(departments), confidence)


def compare(
    parts: Sequence[Part], posed: Posed, *, retriever: Retriever, answerer: ExtractiveAnswerer, k: int
) -> Draft:
    """Return the draft of a comparison: the best sentences for each part, and which is more where both have a value."""
    found: list[DraftSentence] = []
    values: list[tuple[str, str, DraftSentence]] = []
    confidences = []
    for part in parts:
        only = None if part.case_number is None else (part.case_number,)
        retrieved = retriever.retrieve(part.question, k=k, only_cases=only)
        of_part = Posed(part.question, _asked_of(part, posed), only or ())
        ranked = answerer.rank(of_part, retrieved)
        if not ranked:
            continue
        confidences.append(answerer.confidence(of_part, ranked))
        for support in answerer.best_supports(of_part, ranked):
            number = part.case_number or answerer.case_at(support)
            found.append(answerer.sentence(support, case_number=number))
        best = answerer.best_sentence(ranked)
        values.append((answerer.department_at(best), short_answer(best.text, part.question, of_part.asked), best))
    if not found:
        return Draft((), "", 0.0, refusal="not_in_compilation")
    verdict = _verdict(posed.text, values)
    return Draft((*([verdict] if verdict else []), *found), verdict.text if verdict else "", max(confidences))


def _asked_of(part: Part, posed: Posed) -> Asked:
    """Return what a part asks for: by its own words, else what the whole question does, of which it asks one value."""
    own = what_is_asked(part.question)
    if any(own.units):
        return own
    if posed.asked.units:
        return replace(posed.asked, kind=Kind.NUMBER, units=posed.asked.units[:1])
    return replace(own, kind=Kind.LIST if own.kind is Kind.LIST else Kind.OTHER)


def _verdict(question: str, values: Sequence[tuple[str, str, DraftSentence]]) -> DraftSentence | None:
    """Return the sentence that says which value is more; None where the question does not ask or units differ."""
    asked = _MORE.search(question)
    amounts = [(_amount(value), name, value, sentence) for name, value, sentence in values]
    if asked is None or len(amounts) != 2 or any(amount is None for amount, *_ in amounts):
        return None
    (first, *_), (second, *_) = amounts
    if first is None or second is None or first[1] != second[1] or first[0] == second[0]:
        return None
    adjective = asked.group("adjective")
    first_wins = (first[0] < second[0]) if adjective in _SMALLER else (first[0] > second[0])
    winner, loser = (amounts[0], amounts[1]) if first_wins else (amounts[1], amounts[0])
    text = phrases(False).verdict.format(
        winner=winner[1], adjective=adjective, value=winner[2], loser=loser[1], other=loser[2]
    )
    return DraftSentence(text, (*winner[3].supports, *loser[3].supports), computed=True)


def _amount(value: str) -> tuple[float, str] | None:
    """Return a value as a number and its unit, scales multiplied out; None where it is no figure."""
    match = _AMOUNT.match(value.replace(" ", ""))
    if match is None:
        return None
    number = float(match.group(1).replace(",", ""))
    return number * _SCALE.get(match.group(2) or "", 1.0), match.group(3)
