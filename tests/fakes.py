"""An embedding model without a model, for tests that are about something else: bigrams hashed into a small vector."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from embeddings.base import Embedder, Spans, SpanVectors, Vectors
from rag.stores.storage import read_version


class HashingEmbedder(Embedder):
    """Texts that share bigrams have close vectors; a token is a character. Counts how many texts it embedded."""

    def __init__(self, *, name: str = "hashing@1", dim: int = 64, max_tokens: int = 512) -> None:
        self.name = name
        self.dim = dim
        self.dtype = "float32"
        self.max_tokens = max_tokens
        self.n_embedded = 0

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], *, on_progress: Callable[[int, int], None] | None = None
    ) -> SpanVectors:
        """Return each text's vector, and its spans' as if they stood alone."""
        whole = self.encode_passages(texts, on_progress=on_progress)
        parts = [
            self.encode_passages([text[start:end] for start, end in of_text])
            for text, of_text in zip(texts, spans, strict=True)
        ]
        return SpanVectors(whole, tuple(parts))

    def _embed_batch(self, texts: list[str], *, is_query: bool) -> Vectors:
        self.n_embedded += len(texts)
        vectors = np.full((len(texts), self.dim), 0.01, dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for first, second in pairwise(text):
                row[zlib.crc32((first + second).encode()) % self.dim] += 1
        return vectors

    def _count(self, texts: Sequence[str], *, is_query: bool) -> list[int]:
        return [len(text) + 2 for text in texts]


def stored_files(root: Path) -> dict[str, bytes]:
    """Return the files of the index in use, which must be there."""
    stored = read_version(root)
    assert stored is not None
    return dict(stored.files)
