"""Titles and departments as they are printed in the contents and in the body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.draft import Draft
from rag.retrieval.mentions import CaseNames
from rag.types import Compilation


def said(draft: Draft | None) -> list[str]:
    return [] if draft is None else [sentence.text for sentence in draft.sentences]


def test_both_titles_of_a_case_and_the_words_that_differ(
    catalogue: CatalogueAnswerer, compilation: Compilation
) -> None:
    draft = catalogue.answer("节能改造那个案例，目录里的标题和正文里的标题用词哪里不一致？")
    assert said(draft) == [
        "案例24的标题，目录作《采用市场化改造模式 规模创造历史新高 节能保暖工程完成 531.7 万平方米》，"
        "正文作《采用市场化改造模式 规模创造历史新高 节能环保工程完成 531.7 万平方米》：目录用“保暖”，正文用“环保”。"
    ]
    assert draft is not None
    quotes = [compilation.text[s.start : s.end] for s in draft.sentences[0].supports]
    assert quotes == [
        "采用市场化改造模式 规模创造历史新高 节能保暖工程完成 531.7 万平方米（市城乡建设委）\t113",
        "采用市场化改造模式 规模创造历史新高 节能环保工程完成 531.7 万平方米",
    ]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("财政局那篇目录标题和正文标题差在哪几个字", "目录用“工作的”，正文用“Work”"),
        ("经济技术开发区的案例，正文里的标题和目录里的标题是否一致", "正文没有“——打造智能制造“青岛模式””"),
        ("高新区管委在正文和目录里的署名有何差别", "正文多出“青岛”"),
        ("李沧区案例目录标题和正文标题一样吗", "案例7的标题在目录和正文中一致：《全面推行审批服务"),
        ("Is the title of case 24 the same in the contents and the body?", "保暖 against 环保"),
    ],
)
def test_how_one_case_is_printed(catalogue: CatalogueAnswerer, question: str, part: str) -> None:
    (text,) = said(catalogue.answer(question))
    assert part in text


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("哪些案例的目录标题和正文标题不一样？", [12, 15, 24]),
        ("题目在目录和正文中不相同的案例有几个", [12, 15, 24]),
        ("案例题目和目录对不上的有没有", [12, 15, 24]),
        ("Which cases have different titles in the table of contents and in the body?", [12, 15, 24]),
        ("目录与正文里单位名称写法不一致的案例有哪几个", [11, 12, 13]),
        ("哪些单位的名称目录和正文写得不一样", [11, 12, 13]),
    ],
)
def test_cases_that_are_printed_differently(catalogue: CatalogueAnswerer, question: str, numbers: list[int]) -> None:
    first, *each = said(catalogue.answer(question))
    assert first.startswith(("目录中的 30 个案例里有 3 个：", "Of the 30 cases in the contents, 3 are:"))
    assert [
        number for number in range(1, 31) if any(f"案例{number}的" in t or f"case {number} is" in t for t in each)
    ] == (numbers)


def test_a_blank_is_no_difference(catalogue: CatalogueAnswerer) -> None:
    (text,) = said(catalogue.answer("市人力资源社会保障局案例的目录标题和正文标题一样吗"))
    assert "一致" in text


def test_nothing_differs_in_a_compilation_without_differences(compilation: Compilation, names: CaseNames) -> None:
    same = tuple(replace(case, title=case.title_in_contents) for case in compilation.cases)
    assert (
        CatalogueAnswerer(replace(compilation, cases=same), names).answer("哪些案例的目录标题和正文标题不一样？")
        is None
    )


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("哪些案例的标题里有“智慧”", [14]),
        ("请列出标题中带“乡村振兴”字样的案例", [4, 6]),
        ("标题含新旧动能转换的案例有几个？", [2, 5, 17, 29]),
        ("题目中带有“创新实施”四个字的有哪几个部门", [14, 22, 30]),
        ("哪些标题里既有“推进”又有“创新”", [2, 21]),
        ("标题提到“足球”或“苹果”的案例", [10, 21]),
        ("标题里有“助力”的市直部门案例", [26]),
    ],
)
def test_words_in_titles(catalogue: CatalogueAnswerer, question: str, numbers: list[int]) -> None:
    text = "".join(said(catalogue.answer(question)))
    assert [number for number in range(1, 31) if f"案例{number}《" in text] == numbers


def test_titles_without_a_word(catalogue: CatalogueAnswerer) -> None:
    assert "有 22 个：" in "".join(said(catalogue.answer("标题不含“创新”的案例有多少个")))


@pytest.mark.parametrize("question", ["标题里有“火星”的案例", "标题里有“\U00020000”的案例", "标题里有“”的案例"])
def test_words_in_no_title_are_left_to_the_passages(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None
