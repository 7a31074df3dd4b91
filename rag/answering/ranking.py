"""How likely each sentence near the retrieved passages is to answer the question.

A sentence is described by a few features between 0 and 1 and scored by a logistic model over them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rag.answering.asked import Asked, Kind
from rag.answering.content import Weights, coverage, held, question_weights
from rag.answering.lists import n_enumerated
from rag.answering.proper_names import ProperNames
from rag.answering.values import find_values, fitting_values, names_sought, share_of_units
from rag.normalising import matching_form
from rag.retrieval.reading import relevance_of, squashed
from rag.retrieval.retriever import Retrieved
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

FEATURES = (
    "cosine",
    "cosine_margin",
    "passage",
    "passage_cosine",
    "coverage",
    "coverage_near",
    "coverage_passage",
    "rarest",
    "units",
    "named_case",
    "first",
    "length",
    "complete",
    "sort",
    "value_near",
    "enumerates",
    "exact_unit",
)
READER_FEATURES = (
    "read_mass",
    "read_share",
    "read_relevance",
    "read_margin",
    "read_best_span",
    "read_evidence",
)
"""Further features of a sentence whose passage a reader has read."""

_SENTENCE_ENDS = ("。", "；", "！", "？", "”", ";", "!", "?", ".")
_CLAUSE = re.compile(r"[^，。；：！？,;:]+")
_BEFORE, _AFTER = 30, 12
"""Characters around a value that say what it is of."""
_SORT = {True: 1.0, False: 0.0, None: 0.5}


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence with its features and score."""

    position: int
    """In `PassageIndex.sentences`."""
    score: float
    """0 to 1: how likely it is to hold the answer."""
    features: tuple[float, ...]
    """In the order of `FEATURES`."""


class SentenceDescriber:
    """Computes the features of candidate sentences of one index."""

    def __init__(self, index: PassageIndex, *, reads: bool = False) -> None:
        """Describe sentences of `index`. reads: by the reader's features too."""
        self._index = index
        self._reads = reads

    def features(self) -> tuple[str, ...]:
        """Return the names of the features."""
        return (*FEATURES, *READER_FEATURES) if self._reads else FEATURES

    def candidates(self, retrieved: Retrieved) -> list[int]:
        """Return the positions of the sentences of the retrieved passages, in the passages' order.

        Lines of the catalogue, text of screenshots and the department's line below a title are left out: they pose as
        prose, and answer nothing.
        """
        positions = {chunk.chunk_id: i for i, chunk in enumerate(self._index.chunks)}
        return [
            sentence
            for passage in retrieved.passages
            if passage.chunk.kind not in ("residue", "catalogue")
            for sentence in self._index.sentences_of[positions[passage.chunk.chunk_id]]
            if sentence not in self._department_lines
        ]

    @cached_property
    def _department_lines(self) -> frozenset[int]:
        """The positions of the sentences that are the name of a department and nothing else."""
        index = self._index
        names = frozenset(ProperNames(index.compilation).departments)
        spans = enumerate(index.sentences)
        return frozenset(
            i for i, span in spans if matching_form(index.compilation.text[span.start : span.end]) in names
        )

    def describe(
        self,
        question: str,
        asked: Asked,
        retrieved: Retrieved,
        *,
        candidates: Sequence[int],
        named: Collection[int],
        focus: str = "",
    ) -> npt.NDArray[np.float32]:
        """Return the features of `candidates`, float32 (n candidates, n features).

        named: numbers of the cases the question names.
        focus: what was asked of a question made standalone; the rest is its topic.
        """
        if not candidates:
            return np.zeros((0, len(self.features())), dtype=np.float32)
        index = self._index
        weights = question_weights(question, index, focus=focus)
        cosines = index.sentence_vectors[list(candidates)] @ retrieved.query_vector
        best_fused = float(retrieved.fused.max()) or 1.0
        rows = []
        for position, cosine in zip(candidates, cosines, strict=True):
            sentence = index.sentences[position]
            chunk = index.chunks[sentence.chunk]
            text = index.compilation.text[sentence.start : sentence.end]
            form = matching_form(text)
            near = index.sentence_tokens[position] | self._neighbours(position)
            rows.append(
                (
                    float(cosine),
                    float(cosine - cosines.max()),
                    float(retrieved.fused[sentence.chunk]) / best_fused,
                    float(retrieved.dense[sentence.chunk]),
                    coverage(weights, index.sentence_tokens[position]),
                    coverage(weights, near),
                    coverage(weights, index.chunk_tokens[sentence.chunk]),
                    _rarest_covered(weights, index.chunk_tokens[sentence.chunk]),
                    share_of_units(find_values(form), asked),
                    float(chunk.case_number in named) if named else 0.5,
                    float(sentence.chunk == self._first_chunk(retrieved)),
                    min(len(text), 200) / 200,
                    float(form[-1:] in _SENTENCE_ENDS),
                    _SORT[names_sought(form, asked.sought)],
                    _coverage_near_value(weights, form, asked),
                    _enumerates(form, asked),
                    _has_exact_unit(form, asked),
                )
            )
        described = np.array(rows, dtype=np.float32)
        if not self._reads:
            return described
        return np.concatenate([described, self._describe_readings(retrieved, candidates)], axis=1)

    def _describe_readings(self, retrieved: Retrieved, candidates: Sequence[int]) -> npt.NDArray[np.float32]:
        """Return what the reader makes of the candidates, float32 (n candidates, n reader features)."""
        rows = []
        for position in candidates:
            sentence = self._index.sentences[position]
            reading = retrieved.readings.get(sentence.chunk)
            if reading is None:
                rows.append((0.0,) * len(READER_FEATURES))
                continue
            offset = self._index.chunks[sentence.chunk].start
            start, end = sentence.start - offset, sentence.end - offset
            mass = reading.mass(start, end)
            rows.append(
                (
                    mass,
                    mass * relevance_of(reading),
                    squashed(reading.relevance),
                    squashed(reading.span_score - reading.null),
                    float(start <= reading.span[0] < end),
                    squashed(reading.evidence_in(start, end)),
                )
            )
        described = np.array(rows, dtype=np.float32)
        best = float(described[:, 1].max())
        if best > 0:
            described[:, 1] /= best
        return described

    def _first_chunk(self, retrieved: Retrieved) -> int:
        return int(np.argmax(retrieved.fused))

    def _neighbours(self, position: int) -> frozenset[str]:
        """Return the tokens of the sentence before, where it stands in the same passage."""
        index = self._index
        before = position - 1
        if before < 0 or index.sentences[before].chunk != index.sentences[position].chunk:
            return frozenset()
        return index.sentence_tokens[before]


def _coverage_near_value(weights: Weights, form: str, asked: Asked) -> float:
    """Return how much of the question stands around the best fitting value; around the best clause where none is asked."""
    if asked.kind in (Kind.NUMBER, Kind.DATE) or asked.units:
        spans = [(value.start, value.end) for value in fitting_values(find_values(form), asked)]
        if not spans:
            return 0.0
    else:
        spans = [match.span() for match in _CLAUSE.finditer(form)] or [(0, len(form))]
    return max(
        coverage(weights, set(lexical_tokens(form[max(0, start - _BEFORE) : end + _AFTER]))) for start, end in spans
    )


def _has_exact_unit(form: str, asked: Asked) -> float:
    """Return the share of the units a question says that follow a figure in a sentence; 0.5 where it says none."""
    if not asked.exact_units:
        return 0.5
    held = {value.unit for value in find_values(form)}
    return sum(any(unit.endswith(said) for unit in held) for said in asked.exact_units) / len(asked.exact_units)


def _enumerates(form: str, asked: Asked) -> float:
    """Return, for a list question, whether a sentence enumerates, and as many things as the question says."""
    if asked.kind is not Kind.LIST:
        return 0.5
    n = n_enumerated(form)
    if n < 2:
        return 0.0
    return 1.0 if asked.n_items in (None, n) else 0.3


def _rarest_covered(weights: Weights, tokens: Collection[str]) -> float:
    """Return the share of the three rarest tokens of the question that `tokens` hold."""
    rarest = sorted(weights, key=lambda token: -weights[token])[:3]
    return sum(held(token, tokens) for token in rarest) / len(rarest) if rarest else 0.0
