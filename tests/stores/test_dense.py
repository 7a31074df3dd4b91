"""Exact search: every cosine, in the order added; bytes and back."""

from __future__ import annotations

import numpy as np
import pytest

from rag.errors import IndexError_
from rag.stores.dense import DenseIndex, Vectors

DAMAGED = "索引中的向量文件已损坏，无法读取。请运行 python -m rag index --force 重建索引。"


def unit_vectors(n: int, dim: int = 8) -> Vectors:
    vectors = np.random.default_rng(0).normal(size=(n, dim)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("n", [1, 2, 700])
def test_scores_are_inner_products_in_order(n: int) -> None:
    vectors = unit_vectors(n)
    scores = DenseIndex(vectors).scores(vectors[-1])
    assert scores.shape == (n,)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, vectors @ vectors[-1], atol=1e-6)


def test_equal_vectors_keep_their_places() -> None:
    vectors = unit_vectors(2)[[0, 1, 0, 1]]
    np.testing.assert_allclose(DenseIndex(vectors).scores(vectors[0]), vectors @ vectors[0], atol=1e-6)


def test_an_empty_index_scores_nothing() -> None:
    index = DenseIndex(np.zeros((0, 8), dtype=np.float32))
    assert (index.n_vectors, index.dim, index.scores(unit_vectors(1)[0]).shape) == (0, 8, (0,))


@pytest.mark.parametrize("n", [0, 1, 50])
def test_bytes_and_back(n: int) -> None:
    vectors = unit_vectors(n)
    query = unit_vectors(1)[0]
    read = DenseIndex.from_bytes(DenseIndex(vectors).to_bytes())
    assert (read.n_vectors, read.dim) == (n, 8)
    np.testing.assert_array_equal(read.scores(query), DenseIndex(vectors).scores(query))


@pytest.mark.parametrize("kept", [0, 1, 10, 50, -1])
def test_damaged_bytes_are_refused_with_the_remedy(kept: int) -> None:
    data = DenseIndex(unit_vectors(5)).to_bytes()
    with pytest.raises(IndexError_) as caught:
        DenseIndex.from_bytes(data[:kept])
    assert str(caught.value) == DAMAGED


def test_bytes_of_something_else_are_refused() -> None:
    with pytest.raises(IndexError_) as caught:
        DenseIndex.from_bytes("这不是索引，是一段文字。".encode() * 20)
    assert str(caught.value) == DAMAGED
