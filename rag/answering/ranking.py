"""How likely each sentence near the retrieved passages is to answer the question.

A sentence is described by a few features between 0 and 1 and scored by a logistic model over them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.answering.asked import Asked
from rag.answering.values import find_values, share_of_units
from rag.normalising import matching_form
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
)


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

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    def candidates(self, retrieved: Retrieved) -> list[int]:
        """Return the positions of the sentences of the retrieved passages, in the passages' order."""
        positions = {chunk.chunk_id: i for i, chunk in enumerate(self._index.chunks)}
        return [
            sentence
            for passage in retrieved.passages
            for sentence in self._index.sentences_of[positions[passage.chunk.chunk_id]]
        ]

    def describe(
        self, question: str, asked: Asked, retrieved: Retrieved, *, candidates: Sequence[int], named: Collection[int]
    ) -> npt.NDArray[np.float32]:
        """Return the features of `candidates`, float32 (n candidates, n features).

        named: numbers of the cases the question names.
        """
        if not candidates:
            return np.zeros((0, len(FEATURES)), dtype=np.float32)
        index = self._index
        weights = self._token_weights(question)
        cosines = index.sentence_vectors[list(candidates)] @ retrieved.query_vector
        best_fused = float(retrieved.fused.max()) or 1.0
        rows = []
        for position, cosine in zip(candidates, cosines, strict=True):
            sentence = index.sentences[position]
            chunk = index.chunks[sentence.chunk]
            text = index.compilation.text[sentence.start : sentence.end]
            near = index.sentence_tokens[position] | self._neighbours(position)
            rows.append(
                (
                    float(cosine),
                    float(cosine - cosines.max()),
                    float(retrieved.fused[sentence.chunk]) / best_fused,
                    float(retrieved.dense[sentence.chunk]),
                    _coverage(weights, index.sentence_tokens[position]),
                    _coverage(weights, near),
                    _coverage(weights, index.chunk_tokens[sentence.chunk]),
                    _rarest_covered(weights, index.chunk_tokens[sentence.chunk]),
                    share_of_units(find_values(matching_form(text)), asked),
                    float(chunk.case_number in named) if named else 0.5,
                    float(sentence.chunk == self._first_chunk(retrieved)),
                    min(len(text), 200) / 200,
                )
            )
        return np.array(rows, dtype=np.float32)

    def _first_chunk(self, retrieved: Retrieved) -> int:
        return int(np.argmax(retrieved.fused))

    def _token_weights(self, question: str) -> dict[str, float]:
        unseen = max(self._index.idf.values(), default=1.0)
        return {token: self._index.idf.get(token, unseen) for token in lexical_tokens(question)}

    def _neighbours(self, position: int) -> frozenset[str]:
        """Return the tokens of the sentence before, where it stands in the same passage."""
        index = self._index
        before = position - 1
        if before < 0 or index.sentences[before].chunk != index.sentences[position].chunk:
            return frozenset()
        return index.sentence_tokens[before]


def _coverage(weights: dict[str, float], tokens: Collection[str]) -> float:
    total = sum(weights.values())
    return sum(weight for token, weight in weights.items() if token in tokens) / total if total else 0.0


def _rarest_covered(weights: dict[str, float], tokens: Collection[str]) -> float:
    """Return the share of the three rarest tokens of the question that `tokens` hold."""
    rarest = sorted(weights, key=lambda token: -weights[token])[:3]
    return sum(token in tokens for token in rarest) / len(rarest) if rarest else 0.0
