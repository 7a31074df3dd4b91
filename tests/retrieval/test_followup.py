"""A question that leans on the ones before it stands alone afterwards; one that stands alone stays as it is."""

from __future__ import annotations

import pytest

from rag.retrieval.followup import leans_on_history, standalone_question, topic_of
from rag.retrieval.mentions import CaseNames
from rag.types import Compilation

BEFORE = "西海岸新区军民融合企业有多少家？"
TOPIC = "西海岸新区军民融合企业"


@pytest.fixture(scope="module")
def names(compilation: Compilation) -> CaseNames:
    return CaseNames(compilation)


@pytest.mark.parametrize("question", ["", "那里呢？", "市南区有几所学校？", "How many does it have?", "𠮷"])
def test_without_history_nothing_is_changed(names: CaseNames, question: str) -> None:
    assert standalone_question(question, [], names) == question


@pytest.mark.parametrize(
    "question",
    [
        "那里有多少户农民搬进了新居？",
        "它的成效如何？",
        "李沧区呢？",
        "有几项？",
        "该项目投资多少？",
        "具体有哪些措施？",
        "总共多少？",
        "为什么？",
        "𠮷？",
    ],
)
def test_a_follow_up_takes_the_topic_before_it(names: CaseNames, question: str) -> None:
    assert standalone_question(question, [BEFORE], names) == f"{TOPIC}，{question}"


@pytest.mark.parametrize("question", ["How many schools does it have?", "What about Laoshan?", "What did they build?"])
def test_an_english_follow_up(names: CaseNames, question: str) -> None:
    history = ["What did Licang District do?"]
    assert standalone_question(question, history, names) == f"What did Licang District do {question}"


@pytest.mark.parametrize(
    "question",
    [
        "市南区有几所学校？",
        "青岛的不动产登记要几天办好？",
        "市人社局的护理保险怎么样？",
        "这本汇编收录了多少个案例？",
        "外办接待几人？",
        "How many people moved in Pingdu?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(names: CaseNames, question: str) -> None:
    assert standalone_question(question, [BEFORE], names) == question


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("除了李沧区，其他区有哪些做法？", id="what 其他 leaves out is in the question"),
        pytest.param("How many schools are there in Shinan?", id="there are is no place"),
        pytest.param("What did the company that won the contest in Chengyang build?", id="that begins a clause"),
    ],
)
def test_a_question_with_a_pointing_word_that_stands_alone(names: CaseNames, question: str) -> None:
    assert standalone_question(question, [BEFORE], names) == question


def test_only_the_question_before_counts(names: CaseNames) -> None:
    history = ["李沧区的“零跑腿”比例是多少？", BEFORE]
    assert standalone_question("那里呢？", history, names) == f"{TOPIC}，那里呢？"


def test_a_follow_up_of_a_follow_up_keeps_the_first_topic(names: CaseNames) -> None:
    asked = standalone_question("还有呢？", [BEFORE, "那里有多少户农民搬进了新居？"], names)
    assert asked == f"{TOPIC}，那里农民搬进了新居，还有呢？"


def test_a_topic_ends_where_another_question_stands_alone(names: CaseNames) -> None:
    history = [BEFORE, "那里呢？", "市南区有几所学校？"]
    assert standalone_question("它们叫什么？", history, names) == "市南区有几所学校，它们叫什么？"


@pytest.mark.parametrize("before", ["", " ", "？"])
def test_an_empty_question_before_adds_nothing(names: CaseNames, before: str) -> None:
    assert standalone_question("那里呢？", [before], names) == "那里呢？"


@pytest.mark.parametrize("question", ["那里呢？", "市南区有几所学校？"])
def test_a_long_conversation(names: CaseNames, question: str) -> None:
    assert standalone_question(question, [BEFORE] * 2000, names).endswith(question)


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("外办接待几人？", False),
        ("接待了几人？", True),
        ("全市的生态补偿资金是怎样分配的？", False),
        ("应急对接是怎样做的，对接了多少次？", False),
        ("应该怎么向街道办事处提出申请才合规定？", False),
    ],
)
def test_leaning(names: CaseNames, question: str, leans: bool) -> None:
    assert leans_on_history(question, names) is leans


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("", ""),
        ("？？", ""),
        ("谁？", "谁"),
        (BEFORE, TOPIC),
        ("长期护理保险是什么时候实施的？", "长期护理保险实施"),
        ("李沧区的“零跑腿”比例是多少？", "李沧区的“零跑腿”比例"),
        ("𠮷野家有多少家", "𠮷野家"),
        ("How many cases?", "How many cases"),
    ],
)
def test_topic(question: str, topic: str) -> None:
    assert topic_of(question) == topic
