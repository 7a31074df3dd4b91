"""Cases called by what they are about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.topics import CaseTopics
from rag.normalising import matching_form
from rag.types import Compilation


@pytest.fixture(scope="module")
def topics(compilation: Compilation) -> CaseTopics:
    return CaseTopics(compilation)


@pytest.mark.parametrize(
    ("question", "number", "words"),
    [
        ("节能改造那个案例，目录里的标题是什么", 24, "节能改造"),
        ("足球那篇在第几页", 21, "足球"),
        ("讲长期护理保险的案例是哪个局写的", 22, "长期护理保险"),
        ("“链湾”那个案例排第几", 5, "链湾"),
    ],
)
def test_a_topic_names_the_case_that_is_about_it(topics: CaseTopics, question: str, number: int, words: str) -> None:
    form = matching_form(question)
    (mention,) = topics.mentions(form)
    assert mention.case_number == number
    assert form[mention.start : mention.end] == words


@pytest.mark.parametrize(
    "question",
    [
        "乡村振兴那个案例在第几页",  # several cases are about it
        "火星移民那个案例在第几页",  # none is
        "足球的案例有哪些",  # nothing is pointed at
        "哪个部门那篇最长",
        "\U00020000\U00020001那个案例",
        "那个案例",
        "",
    ],
)
def test_a_topic_of_no_one_case_names_none(topics: CaseTopics, question: str) -> None:
    assert topics.mentions(matching_form(question)) == []


def test_no_case_is_named_where_there_is_none(compilation: Compilation) -> None:
    assert CaseTopics(replace(compilation, cases=())).mentions("足球那个案例") == []


def test_one_case_alone_is_named_by_its_topic_only(compilation: Compilation) -> None:
    alone = CaseTopics(replace(compilation, cases=compilation.cases[20:21]))
    assert [mention.case_number for mention in alone.mentions("足球那个案例")] == [21]
    assert alone.mentions("区块链那个案例") == []
