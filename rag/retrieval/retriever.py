"""Passages for a question: dense and lexical scores over all chunks, fused, lifted where the question names a case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.normalising import is_mostly_latin
from rag.stores.dense import Vectors
from rag.stores.passages import PassageIndex
from rag.types import Passage


class QueryEncoder(Protocol):
    """What retrieval needs of an embedding model."""

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return float32 (n, dim), L2-normalised."""


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How the two scores are added. Each score is scaled to 0..1 over the chunks of one question first."""

    dense: float = 0.6
    dense_english: float = 0.85
    """For English questions, of which BM25 sees only numbers and Latin names."""
    named_case: float = 0.15
    """Added to the passages of a case that the question names."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What retrieval found, with the scores that answering reads again."""

    passages: tuple[Passage, ...]
    query_vector: Vectors
    """float32 (dim,), L2-normalised."""
    fused: Vectors
    """float32 (n chunks,)."""
    dense: Vectors
    """float32 (n chunks,), cosines."""
    lexical: Vectors
    """float32 (n chunks,), BM25."""


class Retriever:
    """Searches one index."""

    def __init__(self, index: PassageIndex, encoder: QueryEncoder, *, weights: FusionWeights | None = None) -> None:
        self._index = index
        self._encoder = encoder
        self._weights = weights or FusionWeights()

    def retrieve(
        self,
        question: str,
        *,
        k: int,
        case_numbers: Collection[int] = (),
        only_cases: Collection[int] | None = None,
    ) -> Retrieved:
        """Return the `k` best passages, fewer where the index has fewer.

        case_numbers: cases the question is about; their passages are lifted, others are not shut out.
        only_cases: cases to search in alone; None searches in all and in the catalogue.
        """
        weights = self._weights
        query_vector = self._encoder.encode_queries([question])[0]
        dense = self._index.dense.scores(query_vector)
        lexical = self._index.lexical.scores(question)
        share = weights.dense_english if is_mostly_latin(question) else weights.dense
        fused = share * _scaled(dense) + (1 - share) * _scaled(lexical)
        if case_numbers:
            named = np.array([chunk.case_number in case_numbers for chunk in self._index.chunks], dtype=np.float32)
            fused = fused + weights.named_case * named
        if only_cases is not None:
            inside = np.array([chunk.case_number in only_cases for chunk in self._index.chunks])
            fused = np.where(inside, fused, -np.inf)
        return Retrieved(self._best(fused, k), query_vector, fused.astype(np.float32), dense, lexical)

    def _best(self, fused: Vectors, k: int) -> tuple[Passage, ...]:
        order = [i for i in np.argsort(-fused, kind="stable")[: max(0, k)] if np.isfinite(fused[i])]
        chunks = self._index.chunks
        return tuple(Passage(chunks[i], float(fused[i]), rank, "fused") for rank, i in enumerate(order, start=1))


def _scaled(scores: Vectors) -> Vectors:
    if scores.size == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)
