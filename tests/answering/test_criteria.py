"""What a which-cases question asks of a case: together, either, not, left aside."""

from __future__ import annotations

import pytest

from rag.answering.criteria import Criterion, also_called, criteria_of, excluded_in
from rag.normalising import matching_form


@pytest.mark.parametrize(
    ("question", "criteria"),
    [
        ("哪些案例提到苹果？", [("苹果", False)]),
        ("既提到苹果又提到期货的案例有哪些？", [("苹果", False), ("期货", False)]),
        ("同时讲到苹果和期货的市直部门有哪些？", [("苹果", False), ("期货", False)]),
        ("写到苹果、但没有写到期货的，是哪些单位的案例？", [("苹果", False), ("期货", True)]),
        ("哪些案例没有提到苹果？", [("苹果", True)]),
        ("没有提到苹果的部门案例有哪些", [("苹果", True)]),
        ("有没有案例讲到苹果", [("苹果", False)]),
        ("提到了人工智能但没提区块链的案例，请列出来", [("人工智能", False), ("区块链", True)]),
        ("汇编中出现过“获得感”字样的案例有几家", [("获得感", False)]),
        ("提到“一次办好”但没有提到“放管服”的案例", [("一次办好", False), ("放管服", True)]),
        ("同时谈到“苹果”和“期货和保险”的是谁", [("苹果", False), ("期货和保险", False)]),
        ("哪些案例提到\U00020000\U00020001？", [("\U00020000\U00020001", False)]),
    ],
)
def test_criteria(question: str, criteria: list[tuple[str, bool]]) -> None:
    found = [(one.text, one.negated) for one in criteria_of(matching_form(question))]
    assert found == criteria


@pytest.mark.parametrize("question", ["", "？", "哪些案例？"])
def test_nothing_is_asked(question: str) -> None:
    assert criteria_of(matching_form(question)) == []


def test_a_criterion_is_met_unless_negated() -> None:
    assert not Criterion("苹果").negated


@pytest.mark.parametrize(
    ("question", "aside"),
    [
        ("除了莱西市自己那篇，还有哪些部门的案例写到莱西？", "除了莱西市自己那篇，还有"),
        ("哪些案例写到莱西？", ""),
        ("不算功能区，还有多少个案例", "不算功能区，还有"),
        ("what departments other than the tax bureau mention big data？", "other than the tax bureau"),
        ("besides jiaozhou, which cases mention auditing？", "besides jiaozhou"),
        ("", ""),
    ],
)
def test_what_is_left_aside(question: str, aside: str) -> None:
    assert excluded_in(question) == aside


def test_other_names_in_brackets() -> None:
    assert also_called("有哪些案例建立了台账（台帐）？") == ["台帐"]
    assert also_called("新华社报道过的有哪几个？（新华网不算）") == []
