"""Any LangChain `Embeddings` as an embedder."""

from __future__ import annotations

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from embeddings.wrapped import LangChainEmbedder
from rag.errors import EmbeddingError, TextTooLong


class Shrinking(Embeddings):
    """Answers with vectors of another size than it did at first."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, 2.0] for _ in texts]

    def embed_query(self, text: str) -> list[float]:
        return [1.0, 2.0, 3.0]


class Empty(Embeddings):
    """Answers with nothing."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[] for _ in texts]

    def embed_query(self, text: str) -> list[float]:
        return []


@pytest.fixture
def embedder() -> LangChainEmbedder:
    return LangChainEmbedder(DeterministicFakeEmbedding(size=7), name="fake@1", max_tokens=40)


def test_dimension_name_and_limit_are_kept(embedder: LangChainEmbedder) -> None:
    assert (embedder.name, embedder.dim, embedder.dtype, embedder.max_tokens) == ("fake@1", 7, "float32", 40)


def test_vectors_are_normalised_and_in_order(embedder: LangChainEmbedder) -> None:
    texts = ["长一点的一句话，放在最前面", "短", "𠮷👍"]
    raw = np.array(DeterministicFakeEmbedding(size=7).embed_documents(texts), dtype=np.float32)
    expected = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    np.testing.assert_allclose(embedder.encode_passages(texts), expected, atol=1e-6)
    np.testing.assert_allclose(embedder.encode_queries(texts), expected, atol=1e-6)


def test_no_texts_give_empty_arrays(embedder: LangChainEmbedder) -> None:
    assert embedder.encode_passages([]).shape == (0, 7)
    assert embedder.encode_queries([]).shape == (0, 7)
    assert embedder.count_tokens([]) == []


def test_tokens_are_estimated_offline_with_a_margin(embedder: LangChainEmbedder) -> None:
    counts = embedder.count_tokens(["", "hello world", "<|endoftext|>"])
    assert counts[:2] == [0, 3]  # two tokens and a fifth, rounded up
    assert counts[2] > 1  # read as text, not as a special token


def test_a_long_text_is_refused_by_its_numbers(embedder: LangChainEmbedder) -> None:
    with pytest.raises(TextTooLong) as caught:
        embedder.encode_passages(["hello world " * 30])
    assert str(caught.value) == (
        "文本有 74 个词元，超过嵌入模型 fake@1 的上限 40 个，"
        "开头是“hello world hello world hello ”。请把它切得更短（设置 chunk_tokens）。"
    )


def test_a_model_that_changes_its_dimension_is_refused() -> None:
    with pytest.raises(EmbeddingError) as caught:
        LangChainEmbedder(Shrinking(), name="shrinking").encode_passages(["a"])
    assert str(caught.value) == (
        "嵌入模型 shrinking 对 1 条文本给出 1 个向量，维度 [2]，应为 1 个 3 维向量。请检查它的配置。"
    )


def test_a_model_without_vectors_is_refused() -> None:
    with pytest.raises(EmbeddingError) as caught:
        LangChainEmbedder(Empty(), name="empty")
    assert str(caught.value) == "嵌入模型 empty 对试探文本给出了空向量。请检查它的配置。"


def test_spans_are_embedded_as_passages_of_their_own_where_the_model_gives_no_tokens(
    embedder: LangChainEmbedder,
) -> None:
    result = embedder.encode_spans(["文本一二", "三"], [[(0, 2), (2, 4)], []])
    assert [rows.shape[0] for rows in result.spans] == [2, 0]
    assert np.allclose(result.spans[0], embedder.encode_passages(["文本", "一二"]))
    assert embedder.encode_spans([], []).spans == ()
