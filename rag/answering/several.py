"""Answers over several cases, shown case by case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.asked import Asked, Kind, what_is_asked
from rag.answering.comparing import Part
from rag.answering.contents import contents_line
from rag.answering.draft import Draft, DraftSentence
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.answering.phrases import phrases
from rag.answering.ranking import RankedSentence
from rag.answering.screening import CaseHit
from rag.answering.units import group_by_noun
from rag.answering.values import find_values, fitting_values
from rag.answering.verdicts import Compared, amount_of, asks_which_is_more, compares_dates, verdict_of
from rag.normalising import matching_form
from rag.retrieval.retriever import Retrieved, Retriever, first_passages, passages_of
from rag.types import Compilation

_SILENT_BELOW = 0.03
"""Confidence below which a side is said to be silent, where another side is answered."""
_AGREEING = 0.35
_STEP = 0.1
"""A sentence whose figure has the unit that most sides share goes before fewer than `_AGREEING` / `_STEP` others."""
_N_CANDIDATES = 6
_LEAST_A_SIDE, _MOST_A_SIDE = 2, 3
"""Sentences: what is asked of a side is often less plain than a question of its own, and the best is one of two."""
_OWN_KINDS = (Kind.LIST, Kind.HOW, Kind.NAME, Kind.DATE)
_N_PASSAGES = 10_000
"""Passages that are looked through for a side: all of its case."""
_SAID = 0.8
"""Confidence in a sentence that says all that is asked of its case."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One part of a comparison with what was found for it."""

    part: Part
    posed: Posed
    ranked: tuple[RankedSentence, ...]
    confidence: float
    retrieved: Retrieved | None = None
    """Where its sentences come from; None where nothing was found."""


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
    """Return the draft of a comparison: the best sentences for each part, and which is more where each has a value."""
    sides = [_side(part, posed, retriever=retriever, answerer=answerer, k=k) for part in parts]
    if not any(side.ranked for side in sides):
        return Draft((), "", 0.0, refusal="not_in_compilation")
    sides = _agreed(sides, answerer)
    answered = max(side.confidence for side in sides)
    found: dict[DraftSentence, None] = {}
    values: list[Compared] = []
    for side in sides:
        if not side.ranked or (side.confidence < _SILENT_BELOW and side.part.case_number and answered >= 0.5):
            found.update(dict.fromkeys(_silence(side, answerer)))
            continue
        for support in answerer.best_supports(side.posed, side.ranked, least=_LEAST_A_SIDE, most=_MOST_A_SIDE):
            number = side.part.case_number or answerer.case_at(support)
            found[answerer.sentence(support, case_number=number)] = None
        best = answerer.best_sentence(side.ranked)
        read = answerer.read(side.ranked[0], side.retrieved) if side.retrieved else ""
        value = answerer.short(best.text, side.posed, read=read)
        values.append(Compared(answerer.department_at(best), side.part.subject, value, best))
    verdict = verdict_of(posed.text, values) if len(values) == len(sides) else None
    confidence = 1 - math.prod(1 - side.confidence for side in sides)
    return Draft((*([verdict] if verdict else []), *found), verdict.text if verdict else "", confidence)


def _side(part: Part, posed: Posed, *, retriever: Retriever, answerer: ExtractiveAnswerer, k: int) -> _Side:
    only = None if part.case_number is None else (part.case_number,)
    retrieved = retriever.retrieve(part.question, k=_N_PASSAGES, only_cases=only)
    of_part = Posed(part.question, _asked_of(part, posed), only or (), part.aspect)
    ranked = answerer.rank(of_part, first_passages(retrieved, k) if only is None else retrieved)
    if only is None and ranked and (number := answerer.case_of(ranked[0])) is not None:
        ranked = answerer.rank(of_part, passages_of(retrieved, number))
    if not ranked:
        return _Side(part, of_part, (), 0.0)
    aspect = part.aspect or part.question
    ranked = answerer.by_aspect(ranked, aspect, asked=of_part.asked, of_all=part.of_all)
    said = _SAID * answerer.aspect_confidence(ranked, aspect, asked=of_part.asked)
    confidence = max(said, answerer.confidence(of_part, ranked, retrieved))
    return _Side(part, of_part, tuple(ranked), confidence, retrieved)


def _agreed(sides: Sequence[_Side], answerer: ExtractiveAnswerer) -> list[_Side]:
    """Return the sides with the sentence first that has a figure of the unit most of them share.

    What is compared is of one kind: a sentence with such a figure is preferred to one nearly as likely without.
    """
    if not any(side.posed.asked.kind is Kind.NUMBER for side in sides):
        return list(sides)
    held = [
        [(one, _units_of(answerer.best_sentence([one]).text, side)) for one in side.ranked[:_N_CANDIDATES]]
        for side in sides
    ]
    units = sorted({unit for of_side in held for _, of_one in of_side for unit in of_one})

    def gained(unit: str) -> float:
        return sum(
            max((_AGREEING * (unit in u) - _STEP * i for i, (_, u) in enumerate(of_side)), default=0.0)
            for of_side in held
        )

    shared = max(units, key=gained, default="")
    return [
        replace(side, ranked=_first(side.ranked, [one for one, of_one in of_side if shared in of_one]))
        for side, of_side in zip(sides, held, strict=True)
    ]


def _first(ranked: tuple[RankedSentence, ...], fitting: Sequence[RankedSentence]) -> tuple[RankedSentence, ...]:
    """Return the sentences with the best fitting one first, where it stands near enough the top."""
    if not fitting or _STEP * ranked.index(fitting[0]) >= _AGREEING:
        return ranked
    return (fitting[0], *(one for one in ranked if one is not fitting[0]))


def _units_of(text: str, side: _Side) -> set[str]:
    form = matching_form(text)
    fitting = fitting_values(find_values(form), side.posed.asked)
    return {amount.unit for value in fitting if (amount := amount_of(form[value.start : value.end]))}


def _silence(side: _Side, answerer: ExtractiveAnswerer) -> list[DraftSentence]:
    """Return the sentence that says that a named case has nothing on what is asked."""
    if side.part.case_number is None:
        return []
    compilation = answerer.compilation
    line = contents_line(compilation, compilation.case(side.part.case_number))
    return [
        DraftSentence(
            phrases(side.posed.asked.english).silent, (line,), computed=True, case_number=side.part.case_number
        )
    ]


def _asked_of(part: Part, posed: Posed) -> Asked:
    """Return what a part asks for: by its own words, else what the whole question does, of which it asks one value."""
    own = what_is_asked(part.question)
    if compares_dates(posed.text):
        return replace(own, kind=Kind.DATE, units=())
    if any(own.units):
        return replace(own, kind=Kind.NUMBER)
    if posed.asked.units and (noun := group_by_noun(part.subject)):
        return replace(own, kind=Kind.NUMBER, units=(noun,))
    if any(posed.asked.units) or asks_which_is_more(posed.text):
        return replace(posed.asked, kind=Kind.NUMBER, units=posed.asked.units[:1])
    return own if own.kind in _OWN_KINDS else replace(own, kind=Kind.OTHER)
