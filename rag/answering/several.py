"""Answers over several cases, shown case by case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
_MORE = re.compile(
    r"(更|哪个|谁|哪家)(?P<adjective>大|多|高|快|长|早|少|低|短|晚)(?=$|[，。？！；、的了呢吗]|一?些|一点|各|分别)"
)
"""Whole adjectives: 更高效 and 更多样 compare nothing that has a figure."""
_SMALLER = "少低短早"
_BY_DATE = "早晚"
_DURATION = re.compile(r"(个?工作)?[天日]|小时|分钟?|秒|个?月|年|周")


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for one part of a comparison."""

    department: str
    subject: str
    value: str
    sentence: DraftSentence


def answer_which_cases(
    hits: Sequence[CaseHit], answerer: ExtractiveAnswerer, compilation: Compilation, *, english: bool
) -> Draft:
    """Return the draft of a which-cases question: how many, then each case with the sentence that decides."""
    if not hits:
        return Draft((), "", 0.0, refusal="not_in_compilation")
    text = phrases(english).which.format(n=len(hits), total=len(compilation.cases))
    ends = (compilation.cases[0], compilation.cases[-1])
    opening = DraftSentence(text, tuple(contents_line(compilation, case) for case in ends), computed=True)
    each = [
        answerer.sentence(support, case_number=hit.case_number)
        for hit in hits
        for support in (hit.support, *hit.further)
    ]
    departments = [compilation.case(hit.case_number).department_in_contents for hit in hits]
    confidence = sum(hit.score for hit in hits) / len(hits)
    return Draft((opening, *each), "、".join(departments), confidence)


def compare(
    parts: Sequence[Part], posed: Posed, *, retriever: Retriever, answerer: ExtractiveAnswerer, k: int
) -> Draft:
    """Return the draft of a comparison: the best sentences for each part, and which is more where both have a value."""
    found: list[DraftSentence] = []
    values: list[_Found] = []
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
        value = short_answer(best.text, part.question, of_part.asked)
        values.append(_Found(answerer.department_at(best), part.subject, value, best))
    if not found:
        return Draft((), "", 0.0, refusal="not_in_compilation")
    verdict = _verdict(posed.text, values)
    return Draft((*([verdict] if verdict else []), *found), verdict.text if verdict else "", max(confidences))


def _asked_of(part: Part, posed: Posed) -> Asked:
    """Return what a part asks for: by its own words, else what the whole question does, of which it asks one value."""
    own = what_is_asked(part.question)
    if _compares_dates(posed.text):
        return replace(own, kind=Kind.DATE, units=())
    if any(own.units):
        return own
    if posed.asked.units:
        return replace(posed.asked, kind=Kind.NUMBER, units=posed.asked.units[:1])
    return replace(own, kind=Kind.LIST if own.kind is Kind.LIST else Kind.OTHER)


def _compares_dates(question: str) -> bool:
    asked = _MORE.search(question)
    return asked is not None and asked.group("adjective") in _BY_DATE


def _verdict(question: str, found: Sequence[_Found]) -> DraftSentence | None:
    """Return the sentence that says which value is more.

    None where the question does not ask, units differ, or both values stand in one sentence: then it cannot be told
    which is whose.
    """
    asked = _MORE.search(question)
    if asked is None or len(found) != 2 or found[0].sentence == found[1].sentence:
        return None
    names = [one.department for one in found]
    if names[0] == names[1]:
        names = [one.subject for one in found]
    if names[0] == names[1]:
        return None
    adjective = asked.group("adjective")
    order = _order(found[0].value, found[1].value, adjective)
    if order == 0:
        return None
    winner, loser = (0, 1) if order > 0 else (1, 0)
    text = phrases(False).verdict.format(
        winner=names[winner],
        adjective=adjective,
        value=found[winner].value,
        loser=names[loser],
        other=found[loser].value,
    )
    supports = (*found[winner].sentence.supports, *found[loser].sentence.supports)
    return DraftSentence(text, supports, computed=True)


def _order(first: str, second: str, adjective: str) -> int:
    """Return 1 where the first value has more of what the adjective says, -1 where the second, 0 where it is not known."""
    if adjective in _BY_DATE:
        dates = [_date(value) for value in (first, second)]
        if not all(dates):
            return 0
        known = min(map(len, dates))
        one, other = (date[:known] for date in dates)
        return 0 if one == other else 1 if (one < other) == (adjective == "早") else -1
    amounts = [amount for amount in (_amount(first), _amount(second)) if amount is not None]
    if len(amounts) != 2 or amounts[0].unit != amounts[1].unit or amounts[0].number == amounts[1].number:
        return 0
    smaller = adjective in _SMALLER or (adjective == "快" and _DURATION.match(amounts[0].unit) is not None)
    return 1 if (amounts[0].number < amounts[1].number) == smaller else -1


def _date(value: str) -> tuple[int, ...]:
    """Return a date as year, month and day, as far as it says; empty where it names no year."""
    match = re.match(r"((?:19|20)\d{2})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?", value.replace(" ", ""))
    return tuple(int(part) for part in match.groups() if part) if match else ()


@dataclass(frozen=True, slots=True)
class _Amount:
    number: float
    unit: str


def _amount(value: str) -> _Amount | None:
    """Return a value as a number and its unit, scales multiplied out; None where it is no figure."""
    match = _AMOUNT.match(value.replace(" ", ""))
    if match is None:
        return None
    number = float(match.group(1).replace(",", ""))
    return _Amount(number * _SCALE.get(match.group(2) or "", 1.0), match.group(3))
