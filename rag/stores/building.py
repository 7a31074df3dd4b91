"""From chunks to an index in memory: vectors of the chunks, and of their sentences from the same pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from rag.chunking.sentences import Span, sentences
from rag.stores.dense import DenseIndex, Vectors
from rag.stores.passages import PassageIndex, Sentence
from rag.types import Chunk, Compilation

BOLD = "**"


class SpanVectors(Protocol):
    """The vectors of texts and of spans in them."""

    @property
    def text(self) -> Vectors:
        """float32 (n texts, dim)."""

    @property
    def spans(self) -> tuple[Vectors, ...]:
        """One float32 (n spans, dim) a text."""


class PassageEncoder(Protocol):
    """What building an index needs of an embedding model."""

    dim: int

    def encode_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        *,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> SpanVectors:
        """Return the vectors of `texts` and of `spans` in each."""


def build_passages(
    compilation: Compilation,
    chunks: Sequence[Chunk],
    *,
    texts: Sequence[str],
    encoder: PassageEncoder,
    on_progress: Callable[[int, int], None] | None = None,
) -> PassageIndex:
    """Return the index of `chunks`.

    texts: what is embedded of each; it ends with the chunk's text without bold markers, or with a beginning of it.
    """
    cut = [sentences(compilation.text, chunk.start, chunk.end) for chunk in chunks]
    placed = [place_spans(chunk, text, spans) for chunk, text, spans in zip(chunks, texts, cut, strict=True)]
    vectors = encoder.encode_spans(texts, placed, on_progress=on_progress)
    rows = [row for of_chunk in vectors.spans for row in of_chunk]
    return PassageIndex(
        compilation,
        chunks,
        texts=texts,
        sentences=[Sentence(i, span.start, span.end) for i, spans in enumerate(cut) for span in spans],
        dense=DenseIndex(vectors.text),
        sentence_vectors=as_stored(np.stack(rows) if rows else np.zeros((0, encoder.dim), dtype=np.float32)),
    )


def as_stored(vectors: Vectors) -> Vectors:
    """Return vectors as they come back from the file, which keeps float16: a fresh index answers as a stored one."""
    return vectors.astype(np.float16).astype(np.float32)


def place_spans(chunk: Chunk, text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return where `spans` of the compilation, inside `chunk`, stand in the text that is embedded for it.

    A span beyond the end of an embedded text that was shortened is placed on its last character.
    """
    shown: list[int] = []
    n_shown = 0
    for offset, character in enumerate(chunk.text):
        shown.append(n_shown)
        n_shown += not (character == "*" and BOLD in chunk.text[max(0, offset - 1) : offset + 2])
    shown.append(n_shown)
    body = chunk.text.replace(BOLD, "")
    head = len(text) - len(body) if text.endswith(body) else 0
    last = len(text)
    placed = []
    for span in spans:
        start = min(head + shown[span.start - chunk.start], last - 1)
        placed.append((start, max(start + 1, min(head + shown[span.end - chunk.start], last))))
    return placed
