"""What a question takes for granted, and whether it stands where the answer was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.answering.asked import Asked, Kind
from rag.answering.content import coverage, focus_tokens
from rag.answering.lists import n_enumerated
from rag.answering.numbered import read_numeral
from rag.answering.ranking import RankedSentence
from rag.answering.repetition import load_wording, missing_stretches, word_weights
from rag.answering.values import find_names, find_values, fitting_values, names_of_sort, names_sought, share_of_units
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.places import known_places
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

EVIDENCE_FEATURES = (
    "said_near",
    "said_passage",
    "said_case",
    "missing_passage",
    "missing_case",
    "missing_anywhere",
    "outside_named",
    "ordinal_missing",
    "kind_missing",
    "denial_missing",
    "missing_near",
    "said_beside",
    "nothing_new",
    "focus_near",
)
MOST_MISSING = 4.0
"""Weight of a missing stretch from which on more says nothing further: some five characters."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}年")
_BEFORE, _AFTER = 40, 15
"""Characters around a figure that say what it is of."""
_N_BEST = 3
"""Sentences that are looked at, with their neighbours."""
_ORDINAL = re.compile(
    r"第?(?P<number>[一二三四五六七八九十]|(?<![\d.])\d{1,2})(?P<of>届|批|期|季度|轮|阶段|号线|标段|代|版)"
)
_DENIAL = re.compile(r"没有?(?!有)|未能?|不再|不能|不让|拒不|无法|停[掉了止办用]|取消|撤[销掉]|暂停")
_ASKED_WHETHER = re.compile(r"有没有|是不是|能不能|有无|是否|没有？")


@dataclass(frozen=True, slots=True)
class Told:
    """What stands around the best sentences, from near to far: lexical tokens and matching forms."""

    near: frozenset[str]
    passage: frozenset[str]
    case: frozenset[str]
    near_form: str
    case_form: str


class EvidenceDescriber:
    """Describes how much of a question stands where its answer was found."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._own = frozenset(lexical_tokens(index.compilation.title))
        self._wording = load_wording()

    def case_form(self, number: int) -> str:
        """Return the matching form of a case: its title and text; empty where there is none of this number."""
        return self._case_forms.get(number, "")

    @cached_property
    def _case_forms(self) -> Mapping[int, str]:
        text = self._index.compilation.text
        return {
            case.number: matching_form(f"{case.title}\n{text[case.start : case.end]}")
            for case in self._index.compilation.cases
        }

    def describe(
        self, question: str, asked: Asked, ranked: Sequence[RankedSentence], *, named: Collection[int]
    ) -> tuple[float, ...]:
        """Return the features in the order of `EVIDENCE_FEATURES`, each 0 to 1.

        named: numbers of the cases the question names.
        """
        told = self.told(ranked)
        form = matching_form(question)
        weights = self.weights(question)
        missing = [
            self._heaviest_missing(question, weights, tokens)
            for tokens in (told.passage, told.case, self._index.idf.keys())
        ]
        number = self._case_number(ranked[0])
        return (
            coverage(weights, told.near | self._own),
            coverage(weights, told.passage | self._own),
            coverage(weights, told.case | self._own),
            *missing,
            float(bool(named) and number not in named),
            float(not _ordinals(form) <= _ordinals(told.case_form)),
            _kind_missing(told.near_form, asked),
            float(_denies(form) and not _denies(told.near_form)),
            self._heaviest_missing(question, weights, told.near),
            _said_beside(weights, told.near_form, form, asked),
            _nothing_new(told.near_form, form, asked),
            self._focus(question, told.near),
        )

    def lacking(self, question: str, ranked: Sequence[RankedSentence]) -> str:
        """Return what a question names that the case found for it does not; empty where there is nothing that plain.

        A year, a member of a series ("第三批"), a name in quotation or document marks, a place, one of the compilation's departments:
        whole names, never the pieces that a comparison by characters leaves.
        """
        form = matching_form(question)
        number = self._case_number(ranked[0]) or 0
        told = self.case_form(number) + matching_form(self._index.compilation.title)
        named = [match.group() for pattern in (_YEAR, _ORDINAL) for match in pattern.finditer(form)]
        named += [form[start + 1 : end - 1] for start, end in find_names(form)]
        named += [place for place in (*self._departments, *known_places()) if place in form]
        return next((name for name in named if name not in told), "")

    @cached_property
    def _departments(self) -> tuple[str, ...]:
        """The names of the compilation's districts and departments, longest first, without 政府 and 管委."""
        names = {re.sub("(政府|管委)$", "", matching_form(case.department)) for case in self._index.compilation.cases}
        return tuple(sorted((name for name in names if len(name) > 1), key=len, reverse=True))

    def weights(self, question: str) -> dict[str, float]:
        """Return the weights of a question's words; empty for an English question, whose words the text cannot repeat."""
        return {} if is_mostly_latin(question) else word_weights(question, self._wording)

    def told(self, ranked: Sequence[RankedSentence]) -> Told:
        """Return what stands around the best sentences: with their neighbours, in the best's passage and case."""
        index = self._index
        best = index.sentences[ranked[0].position]
        near: set[str] = set()
        spans = []
        for one in ranked[:_N_BEST]:
            for position in self._with_neighbours(one.position):
                near |= index.sentence_tokens[position]
                spans.append((index.sentences[position].start, index.sentences[position].end))
        text = index.compilation.text
        number = self._case_number(ranked[0]) or 0
        return Told(
            frozenset(near),
            index.chunk_tokens[best.chunk],
            index.case_tokens.get(number, frozenset()),
            matching_form("\n".join(text[start:end] for start, end in sorted(set(spans)))),
            self.case_form(number),
        )

    def _case_number(self, one: RankedSentence) -> int | None:
        return self._index.chunks[self._index.sentences[one.position].chunk].case_number

    def _with_neighbours(self, position: int) -> list[int]:
        sentences = self._index.sentences
        around = range(max(0, position - 1), min(len(sentences), position + 2))
        return [other for other in around if sentences[other].chunk == sentences[position].chunk]

    def _heaviest_missing(self, question: str, weights: dict[str, float], tokens: Collection[str]) -> float:
        """Return the weight of the heaviest stretch that is missing, as a share of `MOST_MISSING`."""
        if not weights:
            return 0.0
        stretches = missing_stretches(question, (tokens, self._own), weights)
        return min(stretches[0].weight, MOST_MISSING) / MOST_MISSING if stretches else 0.0

    def _focus(self, question: str, tokens: Collection[str]) -> float:
        """Return how much of the words beside the asking ones ("哪家苗圃": 苗圃) stands in `tokens`; 0.5 without any."""
        weights = {token: self._wording.weight(token) for beside in focus_tokens(question) for token in beside}
        return coverage(weights, tokens) if any(weights.values()) else 0.5


def _ordinals(form: str) -> set[tuple[int, str]]:
    """Return the members of a series that a matching form names: 第三批, 一期, 第2季度."""
    return {(read_numeral(match.group("number")), match.group("of")) for match in _ORDINAL.finditer(form)}


def _kind_missing(near_form: str, asked: Asked) -> float:
    """Return whether nothing of the kind asked for stands near: no figure of the unit, no date, no name of the sort."""
    if asked.kind in (Kind.NUMBER, Kind.DATE) or asked.units:
        return 1 - share_of_units(find_values(near_form), asked)
    return float(names_sought(near_form, asked.sought) is False)


def _said_beside(weights: dict[str, float], near_form: str, form: str, asked: Asked) -> float:
    """Return how much of a question stands around the best figure that fits and that the question does not give itself."""
    if asked.kind not in (Kind.NUMBER, Kind.DATE) and not asked.units:
        return 0.5
    return max(
        (
            coverage(weights, set(lexical_tokens(near_form[max(0, start - _BEFORE) : end + _AFTER])))
            for start, end in _new_values(near_form, form, asked)
        ),
        default=0.0,
    )


def _new_values(near_form: str, form: str, asked: Asked) -> list[tuple[int, int]]:
    """Return the spans of the figures or dates that could be what is asked and do not stand in the question."""
    fitting = fitting_values(find_values(near_form), asked)
    return [(value.start, value.end) for value in fitting if near_form[value.start : value.end] not in form]


def _nothing_new(near_form: str, form: str, asked: Asked) -> float:
    """Return whether nothing of the kind asked for stands near that the question does not say itself; 0.5 for other kinds."""
    if asked.kind in (Kind.NUMBER, Kind.DATE) or asked.units:
        return float(not _new_values(near_form, form, asked))
    if asked.kind is Kind.LIST:
        return float(max(map(n_enumerated, re.split("[。；]", near_form)), default=0) < (asked.n_items or 2))
    if asked.sought is None:
        return 0.5
    return float(all(name in form for name in names_of_sort(near_form, asked.sought)))


def _denies(form: str) -> bool:
    return bool(_DENIAL.search(_ASKED_WHETHER.sub("", form)))
