"""What every embedding model does here: passages, queries, token counts, vectors of spans."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import EmbeddingError, TextTooLong

if TYPE_CHECKING:
    from tokenizers import Encoding

Vectors = NDArray[np.float32]
Spans = Sequence[tuple[int, int]]
Progress = Callable[[str, int, int], None]
"""Stage label in Chinese, done, total."""

BATCH_TOKENS = 2048
"""Padded tokens of one batch: larger ones are hardly faster and take more memory."""
SHOWN_CHARS = 30


@dataclass(frozen=True, slots=True)
class SpanVectors:
    """What one forward pass a text yields, all float32 and L2-normalised."""

    text: Vectors
    """(n, dim): the whole texts, as `encode_passages` gives them."""
    spans: tuple[Vectors, ...]
    """One (n_spans, dim) a text: each span in the context of its text."""


class BatchTokenizer(Protocol):
    """What turns texts into tokens: a `tokenizers.Tokenizer`, or one that several threads share."""

    def encode_batch(self, input: list[str], *, add_special_tokens: bool = True) -> list[Encoding]:
        """Return each text's tokens, in their order, neither cut nor padded."""
        ...


class Embedder(Embeddings, ABC):
    """An embedding model. A subclass embeds one batch and counts tokens; the rest is here."""

    name: str
    """Identity kept in the index manifest: it changes when the model's weights change."""
    dim: int
    dtype: str
    """What it computes in: `bfloat16` or `float32`; vectors returned are always float32."""
    max_tokens: int
    """Most tokens of a text, prefix and special tokens included."""
    tokenizer: BatchTokenizer | None = None
    """Its tokenizer, for a reader of the same vocabulary: 285 MB that need not be loaded twice. None where it has none to share."""

    @abstractmethod
    def _embed_batch(self, texts: list[str], *, is_query: bool) -> Vectors:
        """Return float32 (n, dim), of any length, for texts that fit the model."""

    @abstractmethod
    def _count(self, texts: Sequence[str], *, is_query: bool) -> list[int]:
        """Return each text's number of tokens, prefix and special tokens included, never cut."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return where each token of a text (without prefix) stands in it. EmbeddingError where the model cannot say."""
        raise EmbeddingError(f"嵌入模型 {self.name} 的分词器不提供位置信息。请换用带快速分词器的模型。")

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], *, on_progress: Callable[[int, int], None] | None = None
    ) -> SpanVectors:
        """Return the texts' vectors and their spans'.

        Here the spans are embedded as passages of their own, out of context, in a second pass; a model that gives
        the vectors of tokens takes them from the same pass.
        """
        whole = self.encode_passages(texts, on_progress=on_progress)
        pieces = [text[start:end] for text, of_text in zip(texts, spans, strict=True) for start, end in of_text]
        vectors = self.encode_passages(pieces)
        ends = np.cumsum([len(of_text) for of_text in spans], dtype=int)
        return SpanVectors(whole, tuple(np.split(vectors, ends[:-1])) if len(ends) else ())

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each passage's number of tokens, prefix and special tokens included, never cut."""
        return self._count(texts, is_query=False) if texts else []

    def encode_passages(
        self, texts: Sequence[str], *, on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        """Return float32 (n, dim), L2-normalised, in the order given; (0, dim) for no texts.

        on_progress: called with (texts done, texts in all) after each batch.

        Raises TextTooLong for a text with more than `max_tokens` tokens; nothing is ever cut.
        """
        counts = self.count_tokens(texts)
        self._refuse_long(texts, counts)
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        n_done = 0
        for batch in batches(counts):
            vectors[batch] = self._embed_batch([texts[i] for i in batch], is_query=False)
            n_done += len(batch)
            if on_progress is not None:
                on_progress(n_done, len(texts))
        return normalise(vectors)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, dim), L2-normalised, in the order given; (0, dim) for no texts.

        A query with more than `max_tokens` tokens is not cut either: it is halved until its parts fit, and its vector
        is the mean of theirs, weighted by their tokens.
        """
        parts, owners = self._split_queries(texts)
        counts = self._count(parts, is_query=True) if parts else []
        embedded = np.empty((len(parts), self.dim), dtype=np.float32)
        for batch in batches(counts):
            embedded[batch] = normalise(self._embed_batch([parts[i] for i in batch], is_query=True))
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        np.add.at(vectors, owners, embedded * np.array(counts, dtype=np.float32)[:, None])
        return normalise(vectors)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return `encode_passages` as LangChain wants it."""
        return [[float(value) for value in row] for row in self.encode_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return `encode_queries` of one text as LangChain wants it."""
        return [float(value) for value in self.encode_queries([text])[0]]

    def _refuse_long(self, texts: Sequence[str], counts: Sequence[int]) -> None:
        for text, n_tokens in zip(texts, counts, strict=True):
            if n_tokens > self.max_tokens:
                raise TextTooLong(
                    f"文本有 {n_tokens} 个词元，超过嵌入模型 {self.name} 的上限 {self.max_tokens} 个，"
                    f"开头是“{text[:SHOWN_CHARS]}”。请把它切得更短（设置 chunk_tokens）。"
                )

    def _split_queries(self, texts: Sequence[str]) -> tuple[list[str], list[int]]:
        parts: list[str] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            fitting = list(self._halve(text))
            parts += fitting
            owners += [owner] * len(fitting)
        return parts, owners

    def _halve(self, text: str) -> Iterator[str]:
        if len(text) < 2 or self._count([text], is_query=True)[0] <= self.max_tokens:
            yield text
            return
        middle = len(text) // 2
        yield from self._halve(text[:middle])
        yield from self._halve(text[middle:])


def batches(counts: Sequence[int]) -> Iterator[list[int]]:
    """Yield indices in batches of similar length, longest first, of at most BATCH_TOKENS padded tokens."""
    order = sorted(range(len(counts)), key=lambda i: -counts[i])
    start = 0
    while start < len(order):
        size = max(1, BATCH_TOKENS // max(1, counts[order[start]]))
        yield order[start : start + size]
        start += size


def normalise(vectors: Vectors) -> Vectors:
    """Return the rows scaled to length 1, float32. Raises EmbeddingError for a row that is not finite or all zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise EmbeddingError(
            "嵌入模型给出了无效的向量（含 NaN、无穷或全为零）。请运行 python -m embeddings check 检查模型。"
        )
    return np.asarray(vectors / lengths, dtype=np.float32)
