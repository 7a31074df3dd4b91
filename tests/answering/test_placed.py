"""Where cases stand, and how many pages they have."""

from __future__ import annotations

import pytest

from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.contents import contents_line
from rag.types import Compilation


def cited(catalogue: CatalogueAnswerer, compilation: Compilation, question: str) -> list[int]:
    """The cases whose lines of the contents an answer cites."""
    draft = catalogue.answer(question)
    starts = {support.start for sentence in draft.sentences for support in sentence.supports} if draft else set()
    return [case.number for case in compilation.cases if contents_line(compilation, case).start in starts]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("汇编第92页打头的是谁家的案例？", [20]),
        ("麻烦看一下，书的第一百二十五页讲的是哪个单位的事", [26]),
        ("64页上刊登的是谁的案例", [14]),
        ("P87是谁的？", [19]),
        ("第5个案例从第几页开始、是哪个单位的？", [5]),
        ("足球那个案例排第几、从哪页开始", [21]),
        ("目录上夹在市政府外办前后的两个案例，分别是哪两个单位的？", [24, 26]),
        ("与李沧区相邻的两个案例是哪两个？", [6, 8]),
        ("市北区的前后两篇分别是谁家的", [4, 6]),
        ("市商务局的案例夹在哪两个部门中间", [17, 19]),
        ("莱西市政府的案例排在谁的后面", [9]),
        ("市规划局案例紧接在哪个部门之后", [18]),
        ("排在市公安局案例后面的是哪家单位？", [28]),
        ("夹在胶州和市北之间的是哪个案例", [4]),
        ("胶州和平度之间隔着哪几个案例", [4, 5]),
        ("市税务局和市财政局的案例谁排在前面", [14, 15]),
        ("Which case comes between Jimo and Pingdu?", [5]),
        ("Which two cases stand before and after the Laoshan case?", [8, 10]),
        ("Second to last case?", [29]),
    ],
)
def test_where_cases_stand(
    catalogue: CatalogueAnswerer, compilation: Compilation, question: str, numbers: list[int]
) -> None:
    assert cited(catalogue, compilation, question) == numbers


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("篇幅超过6页的案例", [14, 21]),
        ("不足4页的案例有哪些？", [18, 29]),
        ("只有三页的案例是哪几个", [18, 29]),
        ("有没有不超过三页的案例", [18, 29]),
        ("哪些案例占了至少七页", [14, 21]),
        ("哪些案例有7页以上？", [14, 21]),
        ("超过五页的区市案例", [5, 8, 10]),
        ("页数最多的两个案例", [14, 21]),
        ("最长的三个案例", [5, 8, 10, 12, 14, 21, 25]),
        ("最薄的案例是哪几篇", [18, 29]),
        ("Which cases are longer than six pages?", [14, 21]),
        ("Which cases have 7 pages or more?", [14, 21]),
        ("Which cases have at most 3 pages?", [18, 29]),
    ],
)
def test_cases_by_length(
    catalogue: CatalogueAnswerer, compilation: Compilation, question: str, numbers: list[int]
) -> None:
    assert cited(catalogue, compilation, question) == numbers


@pytest.mark.parametrize("question", ["西海岸新区和水清沟之间是哪个案例", "水清沟前后的案例"])
def test_nothing_stands_beside_what_is_no_case(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


def test_no_case_is_so_long(catalogue: CatalogueAnswerer) -> None:
    draft = catalogue.answer("超过50页的案例有哪些")
    assert draft is not None
    assert draft.short_answer == "目录中的 30 个案例里没有这样的。"


def test_the_contents_do_not_tell_how_many_pages_the_book_has(catalogue: CatalogueAnswerer) -> None:
    draft = catalogue.answer("全书一共多少页？")
    assert draft is not None
    assert draft.short_answer == (
        "目录没有写明全书共多少页；最后一个案例《创新实施复合式地表水环境质量生态补偿》（市环保局）从第 140 页开始。"
    )
