"""What a question takes for granted, held against what stands where the answer was found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.evidence import EVIDENCE_FEATURES, EvidenceDescriber
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.retrieval.retriever import Retrieved
from rag.stores.passages import PassageIndex

Pose = Callable[[str], Posed]
Search = Callable[[str], Retrieved]
Describe = Callable[[str], dict[str, float]]


@pytest.fixture(scope="module")
def describer(index: PassageIndex) -> EvidenceDescriber:
    return EvidenceDescriber(index)


@pytest.fixture(scope="module")
def describe(describer: EvidenceDescriber, answerer: ExtractiveAnswerer, pose: Pose, search: Search) -> Describe:
    def described(question: str) -> dict[str, float]:
        posed = pose(question)
        ranked = answerer.rank(posed, search(question))
        values = describer.describe(question, posed.asked, ranked, named=posed.named)
        return dict(zip(EVIDENCE_FEATURES, values, strict=True))

    return described


@pytest.fixture(scope="module")
def lacking(
    describer: EvidenceDescriber, answerer: ExtractiveAnswerer, pose: Pose, search: Search
) -> Callable[[str], str]:
    return lambda question: describer.lacking(question, answerer.rank(pose(question), search(question)))


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("即墨土地整治一共栽了多少株白蜡？", "即墨土地整治一共栽了多少株樱花？"),
        ("公章刻制费用下降了百分之多少？", "驾校培训费用下降了百分之多少？"),
        ("长期护理保险的资金累计支付了多少？", "失业保险的资金累计支付了多少？"),
    ],
)
def test_words_that_stand_nowhere_near_are_missing(describe: Describe, said: str, unsaid: str) -> None:
    assert describe(said)["missing_passage"] < describe(unsaid)["missing_passage"]
    assert describe(said)["said_passage"] > describe(unsaid)["said_passage"]


def test_another_member_of_a_series_is_noticed(describe: Describe) -> None:
    assert describe("城管领域第一批一般失信行为名单列了多少名当事人？")["ordinal_missing"] == 0
    assert describe("城管领域第九批一般失信行为名单列了多少名当事人？")["ordinal_missing"] == 1


def test_a_figure_that_the_question_gives_itself_is_nothing_new(describe: Describe) -> None:
    assert describe("西海岸新区军民融合企业有多少家？")["nothing_new"] == 0
    assert describe("西海岸新区军民融合企业有多少家？")["said_beside"] > 0.5


def test_english_repeats_no_words(describe: Describe) -> None:
    english = describe("How many trees were planted in Jimo?")
    assert (english["said_passage"], english["missing_passage"]) == (0, 0)


@pytest.mark.parametrize("question", ["？", "\U00020000", "多少", "军民融合 " * 40])
def test_features_stay_within_0_and_1(describe: Describe, question: str) -> None:
    assert all(0 <= value <= 1 for value in describe(question).values())


def test_what_is_lacking_is_named(lacking: Callable[[str], str]) -> None:
    assert lacking("2035年西海岸新区军民融合企业有多少家？") == "2035年"
    assert lacking("城管领域第九批一般失信行为名单列了多少名当事人？") == "第九批"
    assert lacking("《青岛海洋教育蓝皮书》是哪一天发布的？") == "青岛海洋教育蓝皮书"
    assert lacking("合肥的长期护理保险资金累计支付了多少？") == "合肥"
    assert lacking("西海岸新区军民融合企业有多少家？") == ""
    assert lacking("即墨土地整治一共栽了多少株樱花？") == ""  # no whole name: nothing is guessed
    assert lacking("How many firms are there?") == ""
