"""Cases called by their number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.numbered import numbered_cases, read_numeral
from rag.normalising import is_mostly_latin, matching_form
from rag.types import Compilation


def numbers(compilation: Compilation, question: str) -> list[int]:
    form = question.lower() if is_mostly_latin(question) else matching_form(question)
    mentions = numbered_cases(form, compilation)
    assert all(mention.by == "number" and mention.start < mention.end for mention in mentions)
    return [mention.case_number for mention in mentions]


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("7", 7),
        ("零", 0),
        ("十", 10),
        ("十二", 12),
        ("二十五", 25),
        ("一百", 100),
        ("一百零三", 103),
        ("", 0),
        ("天", 0),
    ],
)
def test_numerals(word: str, number: int) -> None:
    assert read_numeral(word) == number


@pytest.mark.parametrize(
    ("question", "cases"),
    [
        ("案例7的做法有哪些", [7]),
        ("案例十二是什么", [12]),
        ("第7号案例叫什么", [7]),
        ("案例7和案例12哪个更快", [7, 12]),
        ("第五个创新案例里有多少家企业", [5]),
        ("倒数第二个案例", [29]),
        ("最后一篇案例", [30]),
        ("首个案例", [1]),
        ("20号案例的标题", [20]),
        ("倒数第五是哪个案例", [26]),
        ("第6篇和第16篇各自出自哪个部门", [6, 16]),
        ("目录第一个和最后一个案例", [1, 30]),
        ("second to last case", [29]),
        ("what does case 7 say", [7]),
        ("the last case", [30]),
        ("the 21st case", [21]),
    ],
)
def test_a_case_is_called_by_its_number(compilation: Compilation, question: str, cases: list[int]) -> None:
    assert numbers(compilation, question) == cases


@pytest.mark.parametrize(
    "question",
    [
        "",
        "案例31",
        "案例0",
        "第一百个案例",
        "案例3个",
        "高新区的案例一共多长",
        "倒数第四十个案例",
        "案例2018年启动",
        "全国第一个案例是什么",
        "第一个获奖项目",
        "case 99",
        "\U00020000",
    ],
)
def test_other_numbers_call_no_case(compilation: Compilation, question: str) -> None:
    assert numbers(compilation, question) == []


def test_no_cases_have_no_numbers(compilation: Compilation) -> None:
    assert numbers(replace(compilation, cases=()), "最后一个案例，案例1") == []
