"""Fusing dense and lexical scores: the arithmetic on a few texts, and what it finds in the real compilation."""

from __future__ import annotations

import numpy as np
import pytest

from rag.pipeline import CaseQA
from rag.retrieval.retriever import FusionWeights, Retriever
from rag.stores.dense import DenseIndex, Vectors
from rag.stores.passages import PassageIndex
from rag.types import Chunk, Compilation

TEXTS = ["苹果期货保险", "海洋教育生态", "苹果价格", "𠮷"]
CASES = [1, 2, None, 3]
COSINES = np.array([0.1, 0.9, 0.5, 0.3], dtype=np.float32)


class FixedEncoder:
    """Answers every question with the first axis, so that a chunk's cosine is its first coordinate."""

    def encode_queries(self, texts: list[str]) -> Vectors:
        return np.tile(np.array([1, 0], dtype=np.float32), (len(texts), 1))


def index_of(texts: list[str], cases: list[int | None], cosines: Vectors) -> PassageIndex:
    chunks = [
        Chunk(f"c:{i}", "c", number, (), "prose", 0, len(text), text, 0)
        for i, (text, number) in enumerate(zip(texts, cases, strict=True))
    ]
    vectors = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)
    empty = np.zeros((0, 2), dtype=np.float32)
    compilation = Compilation("c", "", "", "", "".join(texts), (), "0" * 64)
    return PassageIndex(
        compilation, chunks, texts=texts, sentences=[], dense=DenseIndex(vectors), sentence_vectors=empty
    )


@pytest.fixture
def index() -> PassageIndex:
    return index_of(TEXTS, CASES, COSINES)


def scaled(scores: Vectors) -> Vectors:
    return np.asarray((scores - scores.min()) / (scores.max() - scores.min()), dtype=np.float32)


@pytest.mark.parametrize(
    ("question", "weights", "share"),
    [
        ("苹果保险", FusionWeights(), 0.75),
        ("苹果保险", FusionWeights(dense=0.25), 0.25),
        ("apple insurance price 苹果", FusionWeights(), 0.8),
        ("apple insurance price 苹果", FusionWeights(dense_english=0.5), 0.5),
        ("apple insurance price 苹果", FusionWeights(dense_english=0.5, dictionary=False), 0.5),
    ],
)
def test_scores_are_added_by_weight(index: PassageIndex, question: str, weights: FusionWeights, share: float) -> None:
    retrieved = Retriever(index, FixedEncoder(), weights=weights).retrieve(question, k=4)
    looked_up = question.startswith("apple") and weights.dictionary
    lexical = (index.glossary if looked_up else index.lexical).scores(question)
    expected = share * scaled(COSINES) + (1 - share) * scaled(lexical)
    np.testing.assert_allclose(retrieved.fused, expected, atol=1e-6)
    np.testing.assert_allclose(retrieved.dense, COSINES, atol=1e-6)
    np.testing.assert_array_equal(retrieved.lexical, lexical)
    assert [p.score for p in retrieved.passages] == pytest.approx(sorted(expected, reverse=True), abs=1e-6)
    assert [(p.rank, p.method) for p in retrieved.passages] == [(rank, "fused") for rank in (1, 2, 3, 4)]


def test_one_side_alone(index: PassageIndex) -> None:
    dense = Retriever(index, FixedEncoder(), weights=FusionWeights(dense=1.0)).retrieve("苹果", k=4)
    assert [p.chunk.text for p in dense.passages] == ["海洋教育生态", "苹果价格", "𠮷", "苹果期货保险"]
    lexical = Retriever(index, FixedEncoder(), weights=FusionWeights(dense=0.0)).retrieve("苹果", k=2)
    assert [p.chunk.text for p in lexical.passages] == ["苹果价格", "苹果期货保险"]


def test_a_rare_character_is_found(index: PassageIndex) -> None:
    retriever = Retriever(index, FixedEncoder(), weights=FusionWeights(dense=0.0))
    assert retriever.retrieve("𠮷", k=1).passages[0].chunk.case_number == 3


def test_passages_of_named_cases_are_lifted_and_others_stay(index: PassageIndex) -> None:
    retriever = Retriever(index, FixedEncoder(), weights=FusionWeights(named_case=0.15))
    plain = retriever.retrieve("苹果", k=4)
    lifted = retriever.retrieve("苹果", k=4, case_numbers=[1, 3, 99])
    np.testing.assert_allclose(lifted.fused - plain.fused, [0.15, 0, 0, 0.15], atol=1e-6)
    assert len(lifted.passages) == 4


@pytest.mark.parametrize(
    ("only_cases", "found"), [([1], {1}), ([1, 2], {1, 2}), ([99], set()), ([], set()), (None, {1, 2, 3, None})]
)
def test_only_some_cases_are_searched(
    index: PassageIndex, only_cases: list[int] | None, found: set[int | None]
) -> None:
    retrieved = Retriever(index, FixedEncoder()).retrieve("苹果", k=4, only_cases=only_cases)
    assert {p.chunk.case_number for p in retrieved.passages} == found
    assert len(retrieved.passages) == len(found)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (1, 1), (4, 4), (5, 4), (10_000, 4)])
def test_as_many_as_asked_for_or_there_are(index: PassageIndex, k: int, n: int) -> None:
    assert len(Retriever(index, FixedEncoder()).retrieve("苹果", k=k).passages) == n


def test_a_negative_number_finds_nothing(index: PassageIndex) -> None:
    assert Retriever(index, FixedEncoder()).retrieve("苹果", k=-1).passages == ()


@pytest.mark.parametrize("only_cases", [None, [], [1]])
def test_an_empty_index_finds_nothing(only_cases: list[int] | None) -> None:
    empty = index_of([], [], np.zeros(0, dtype=np.float32))
    retrieved = Retriever(empty, FixedEncoder()).retrieve("苹果", k=3, case_numbers=[1], only_cases=only_cases)
    assert (retrieved.passages, retrieved.fused.shape) == ((), (0,))


def test_one_passage_is_found_whatever_is_asked() -> None:
    one = index_of(["苹果"], [1], np.array([0.5], dtype=np.float32))
    [passage] = Retriever(one, FixedEncoder()).retrieve("火星", k=3).passages
    assert (passage.rank, passage.score) == (1, 0.0)  # nothing tells it from others, there being none


def test_equal_scores_keep_the_order_of_the_text() -> None:
    same = index_of(["苹果"] * 5, [1, 2, 3, 4, 5], np.full(5, 0.5, dtype=np.float32))
    passages = Retriever(same, FixedEncoder()).retrieve("苹果", k=3).passages
    assert [p.chunk.case_number for p in passages] == [1, 2, 3]


@pytest.mark.parametrize(
    ("question", "number", "said"),
    [
        ("西海岸新区军民融合企业有多少家？", 1, "161 家"),
        ("西海岸新區軍民融合企業有多少家？", 1, "161 家"),
        ("李沧区“零跑腿”比例达到多少？", 7, "零跑腿"),
        ("国内首单苹果“保险+期货+银行”", 10, "苹果"),
        ("长期护理保险", 22, "护理"),
        ("How does Laoshan District register real estate online?", 9, "不动产"),
    ],
)
def test_the_passage_is_among_the_first_five(qa: CaseQA, question: str, number: int, said: str) -> None:
    found = [(p.chunk.case_number, said in p.chunk.text) for p in qa.retrieve(question, k=5)]
    assert (number, True) in found


def test_more_than_there_are_gives_each_passage_once(qa: CaseQA) -> None:
    passages = qa.retrieve("苹果", k=100_000)
    assert len(passages) == len(qa.index.chunks) == len({p.chunk.chunk_id for p in passages})
    assert [p.rank for p in passages] == list(range(1, len(passages) + 1))
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    assert len(qa.retrieve("苹果")) == qa.settings.n_passages
