"""What retrieval and answering need of a trained reader, and the order of passages that have been read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from rag.stores.dense import Vectors
from rag.stores.passages import PassageIndex
from rag.types import Reading

N_READ = 5
"""Passages read for a question: with 10 or 20 the development set gets as many right, and most of a question's time is reading."""
LOGIT_SCALE = 8.0


class PassageReader(Protocol):
    """A trained reader. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """What identifies its weights."""

    def read(self, question: str, texts: Sequence[str], *, headers: Sequence[str]) -> Sequence[Reading]:
        """Return a reading of each text. `headers` stand before the texts and are never quoted from."""


def read_passages(
    reader: PassageReader, index: PassageIndex, question: str, *, chunks: Sequence[int]
) -> Mapping[int, Reading]:
    """Return the readings of the chunks at these positions, by position."""
    texts = [index.chunks[i].text for i in chunks]
    headers = [header_of(index, i) for i in chunks]
    return dict(zip(chunks, reader.read(question, texts, headers=headers), strict=True))


def header_of(index: PassageIndex, position: int) -> str:
    """Return the lines a chunk is shown under: title, department, headings."""
    return index.texts[position].removesuffix(index.chunks[position].text.replace("**", "")).rstrip()


def lifted(fused: Vectors, readings: Mapping[int, Reading], *, weight: float) -> Vectors:
    """Return the fused scores with up to `weight` added to each passage that was read, float32 (n chunks,)."""
    scores = fused.copy()
    for position, reading in readings.items():
        scores[position] += weight * relevance_of(reading)
    return scores


def relevance_of(reading: Reading) -> float:
    """Return how surely a passage answers, 0 to 1: its relevance and the lead of its best span over none, in equal parts."""
    return (2 + squashed(reading.relevance) + squashed(reading.span_score - reading.null)) / 4


def squashed(logit: float) -> float:
    """Return a logit as -1 to 1, nearly in proportion up to a few units: a sigmoid would call most of them sure."""
    return math.tanh(logit / LOGIT_SCALE)
