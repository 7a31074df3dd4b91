"""Passages that a reader has read: what it is given, and how its verdict moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from rag.chunking.chunker import chunk_compilation, embedded_text
from rag.retrieval.reading import N_READ, lifted, read_passages, relevance_of
from rag.retrieval.retriever import FusionWeights, Retriever
from rag.stores.passages import PassageIndex
from rag.types import Compilation
from tests.retrieval.test_retriever import CASES, COSINES, TEXTS, FixedEncoder, index_of


@dataclass(frozen=True)
class Verdict:
    """A reading that says how sure it is, and nothing of where."""

    relevance: float = 0.0
    null: float = 0.0
    span: tuple[int, int] = (0, 1)
    span_score: float = 0.0

    def mass(self, start: int, end: int) -> float:
        return float(start <= self.span[0] < end)

    def span_within(self, start: int, end: int) -> tuple[int, int] | None:
        return self.span


class WordReader:
    """Is sure of the texts that hold a word."""

    name = "words"

    def __init__(self, word: str) -> None:
        self.word = word
        self.given: list[tuple[str, str]] = []

    def read(self, question: str, texts: Sequence[str], *, headers: Sequence[str]) -> list[Verdict]:
        self.given += zip(headers, texts, strict=True)
        return [Verdict(9.0, -9.0, span_score=9.0) if self.word in t else Verdict(-9.0, 9.0) for t in texts]


@pytest.fixture
def index() -> PassageIndex:
    return index_of(TEXTS, CASES, COSINES)


def test_a_passage_the_reader_is_sure_of_comes_first(index: PassageIndex) -> None:
    without = Retriever(index, FixedEncoder()).retrieve("苹果", k=4)
    retriever = Retriever(index, FixedEncoder(), weights=FusionWeights(read=1.0), reader=WordReader("𠮷"))
    retrieved = retriever.retrieve("苹果", k=4)
    assert without.passages[0].chunk.text != "𠮷"
    assert retrieved.passages[0].chunk.text == "𠮷"
    assert without.readings == {}
    assert set(retrieved.readings) == {0, 1, 2, 3}


def test_catalogue_and_screenshots_are_not_read(index: PassageIndex) -> None:
    object.__setattr__(index.chunks[1], "kind", "catalogue")
    object.__setattr__(index.chunks[2], "kind", "residue")
    reader = WordReader("苹果")
    retrieved = Retriever(index, FixedEncoder(), reader=reader).retrieve("苹果", k=4)
    assert set(retrieved.readings) == {0, 3}


def test_cases_shut_out_are_not_read(index: PassageIndex) -> None:
    reader = WordReader("苹果")
    retrieved = Retriever(index, FixedEncoder(), reader=reader).retrieve("苹果", k=4, only_cases=[2])
    assert set(retrieved.readings) == {1}


def test_no_more_than_so_many_are_read_and_none_of_an_empty_index() -> None:
    many = index_of(["苹果"] * (N_READ + 5), [1] * (N_READ + 5), np.full(N_READ + 5, 0.5, dtype=np.float32))
    reader = WordReader("苹果")
    Retriever(many, FixedEncoder(), reader=reader).retrieve("苹果", k=3)
    assert len(reader.given) == N_READ
    assert read_passages(reader, many, "苹果", chunks=[]) == {}


def test_lifting_moves_only_what_was_read_and_changes_nothing_given() -> None:
    fused = np.array([0.9, 0.5, 0.1], dtype=np.float32)
    scores = lifted(fused, {1: Verdict(30.0, -30.0, span_score=30.0), 2: Verdict()}, weight=0.5)
    assert scores.tolist() == pytest.approx([0.9, 1.0, 0.35], abs=0.001)
    assert fused.tolist() == pytest.approx([0.9, 0.5, 0.1])


@pytest.mark.parametrize(("logit", "expected"), [(0.0, 0.5), (1e9, 1.0), (-1e9, 0.0)])
def test_how_sure_a_reader_is_lies_between_0_and_1(logit: float, expected: float) -> None:
    assert relevance_of(Verdict(logit, 0.0, span_score=logit)) == pytest.approx(expected)


def test_header_and_text_of_a_passage_are_what_was_embedded(compilation: Compilation) -> None:
    def count(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    chunks = chunk_compilation(compilation, count_tokens=count, max_tokens=500, chunk_tokens=200)
    texts = [embedded_text(compilation, chunk) for chunk in chunks]
    cosines = np.zeros(len(chunks), dtype=np.float32)
    index = index_of(["x"] * len(chunks), [None] * len(chunks), cosines)
    index.chunks, index.texts = tuple(chunks), tuple(texts)
    reader = WordReader("")
    read_passages(reader, index, "问", chunks=range(len(chunks)))
    for (header, text), chunk, embedded in zip(reader.given, chunks, texts, strict=True):
        assert text == chunk.text
        assert f"{header}\n{text}".replace("**", "").strip() == embedded.strip()
