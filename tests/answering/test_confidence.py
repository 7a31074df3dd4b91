"""How sure we are: features, and that what stands in the compilation outdoes what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rag.answering.asked import what_is_asked
from rag.answering.confidence import CONFIDENCE_FEATURES, ConfidenceModel
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.answering.scoring import LogisticModel
from rag.factory import CorpusDocument, build_corpus_qa
from rag.retrieval.retriever import Retrieved, Retriever
from rag.settings import Settings
from rag.stores.passages import PassageIndex

Pose = Callable[[str], Posed]
Search = Callable[[str], Retrieved]
Describe = Callable[[str], dict[str, float]]
KNOWN = "西海岸新区军民融合企业有多少家？"


@pytest.fixture(scope="module")
def describe(index: PassageIndex, answerer: ExtractiveAnswerer, pose: Pose, search: Search) -> Describe:
    model = ConfidenceModel(index)

    def described(question: str) -> dict[str, float]:
        ranked = answerer.rank(pose(question), search(question))
        return dict(zip(CONFIDENCE_FEATURES, model.describe(question, pose(question).asked, ranked), strict=True))

    return described


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        (KNOWN, "西海岸新区的游乐园有多少座？"),
        ("西海岸新区哪一天获国务院批复设立？", "西海岸新区哪一天举办了马拉松？"),
        ("苹果期货在哪里上市交易？", "青岛足球俱乐部的主教练是谁？"),
        ("區塊鏈白皮書是哪年發佈的？", "青島地鐵2號線是哪年開通的？"),
    ],
)
def test_what_stands_there_is_surer_than_what_does_not(
    answerer: ExtractiveAnswerer, pose: Pose, search: Search, known: str, unknown: str
) -> None:
    of = {
        question: answerer.confidence(pose(question), answerer.rank(pose(question), found), found)
        for question in (known, unknown)
        for found in (search(question),)
    }
    assert 0 <= of[unknown] < of[known] <= 1


def test_a_year_that_stands_nowhere_near_is_noticed(describe: Describe) -> None:
    assert describe("2035年西海岸新区军民融合企业有多少家？")["year_missing"] == 1
    assert describe(KNOWN)["year_missing"] == 0
    assert describe("2018年西海岸新区军民融合企业有多少家？")["year_missing"] == 0


@pytest.mark.parametrize("question", ["西海岸新区为什么撤销古镇口创新区？", "古镇口创新区哪年破产？"])
def test_an_ending_that_is_not_told_is_noticed(describe: Describe, question: str) -> None:
    assert describe(question)["premise_missing"] == 1


def test_a_latin_word_that_stands_nowhere_is_noticed(describe: Describe) -> None:
    assert describe("城阳区用 Kubernetes 部署了多少台服务器？")["premise_missing"] == 1
    assert describe("城阳区 IIEC 大赛征集了多少个项目？")["premise_missing"] == 0
    assert describe("How many Kubernetes servers are there in Chengyang?")["premise_missing"] == 0


def test_a_place_is_known_in_traditional_characters_and_from_the_title_alone(
    default_embedder: Any, settings: Settings
) -> None:
    documents = (
        CorpusDocument("a", "加拿大", "境內最高峰是洛根山。"),
        CorpusDocument("b", "鐵路", "韓國的第一條鐵路建於1899年。"),
    )
    corpus = build_corpus_qa(documents, settings, embedder=default_embedder).index
    answerer, model = ExtractiveAnswerer(corpus), ConfidenceModel(corpus)
    retriever = Retriever(corpus, default_embedder)

    def place_missing(question: str) -> float:
        asked = what_is_asked(question)
        ranked = answerer.rank(Posed(question, asked, ()), retriever.retrieve(question, k=2))
        return dict(zip(CONFIDENCE_FEATURES, model.describe(question, asked, ranked), strict=True))["place_missing"]

    assert [place_missing(one) for one in ("韓國哪年有了鐵路？", "韩国哪年有了铁路？", "加拿大最高的山是哪座？")] == [
        0,
        0,
        0,
    ]
    assert place_missing("泰國哪年有了鐵路？") == 1


def test_what_is_asked_is_told(describe: Describe) -> None:
    number, how, english = describe(KNOWN), describe("怎样推进军民融合？"), describe("How many firms?")
    assert (number["asks_value"], how["asks_value"], english["asks_value"]) == (1, 0, 1)
    assert (number["english"], english["english"]) == (0, 1)


def test_words_that_stand_nowhere_are_told(describe: Describe) -> None:
    assert describe("\U00020000\U00020001是什么？")["unseen"] == 1
    assert describe("军民融合企业")["unseen"] < 0.5


@pytest.mark.parametrize("question", ["？", "\U00020000", KNOWN, "How many firms are there?", "军民融合 " * 40])
def test_features_are_finite_and_the_confidence_is_a_probability(
    index: PassageIndex, answerer: ExtractiveAnswerer, pose: Pose, search: Search, describe: Describe, question: str
) -> None:
    assert all(np.isfinite(value) for value in describe(question).values())
    ranked = answerer.rank(pose(question), search(question))
    assert 0 <= ConfidenceModel(index).of(question, pose(question).asked, ranked[:1]) <= 1


def test_another_model_can_be_given(
    index: PassageIndex, answerer: ExtractiveAnswerer, pose: Pose, search: Search
) -> None:
    n = len(CONFIDENCE_FEATURES)
    even = LogisticModel(CONFIDENCE_FEATURES, (0.0,) * n, (1.0,) * n, (0.0,) * n, 0.0)
    ranked = answerer.rank(pose(KNOWN), search(KNOWN))
    assert ConfidenceModel(index, model=even).of(KNOWN, pose(KNOWN).asked, ranked) == 0.5


def test_nothing_ranked_is_a_mistake_of_the_caller(index: PassageIndex, pose: Pose) -> None:
    with pytest.raises(IndexError, match="list index out of range"):
        ConfidenceModel(index).of(KNOWN, pose(KNOWN).asked, [])


@pytest.mark.parametrize(
    ("question", "is_elsewhere"),
    [
        ("Which singer won the Grammy for best album in 2018?", True),
        ("How many firms does the West Coast New Area have?", False),
        ("How is military-civilian integration being promoted?", False),
    ],
)
def test_an_english_question_on_something_else_altogether_has_no_confidence(
    answerer: ExtractiveAnswerer, pose: Pose, search: Search, question: str, is_elsewhere: bool
) -> None:
    posed, found = pose(question), search(question)
    confidence = answerer.confidence(posed, answerer.rank(posed, found), found)
    assert (confidence == 0) is is_elsewhere
