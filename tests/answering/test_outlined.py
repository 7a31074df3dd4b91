"""What is read off the headings of cases."""

from __future__ import annotations

import pytest

from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.draft import Draft


def said(draft: Draft | None) -> str:
    return "" if draft is None else "".join(sentence.text for sentence in draft.sentences)


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("三级标题有几个？我说的是市税务局那篇", "市税务局案例有 6 个三级标题："),
        ("市教育局案例的二级标题有哪些", "有 8 个二级标题："),
        ("市发展改革委案例有没有二级标题", "市发展改革委案例没有二级标题。"),
        ("市政府外办的案例有几个一级标题", "有 1 个一级标题：取得四方面宝贵经验。"),
        ("公安局这篇的第三部分标题叫什么", "第 3 部分的标题是“三、创新思路和举措”。"),
        ("前湾保税港区案例最后一部分叫什么", "第 4 部分的标题是“四、实际效果和领先性”。"),
        ("公安局第九部分的标题叫什么", "下分 4 个部分："),
        ("请给出规划局案例的提纲", "下分 4 个部分："),
        ("莱西案例的三个大标题", "下分 3 个部分："),
        ("案例6由几块内容组成", "下分 4 个部分："),
        ("一级标题最多的是哪个案例", "有 1 个：市北区政府。"),
        ("哪几个案例没有设三级标题", "有 25 个："),
        ("含“发展目标”一节的案例是哪个", "有 1 个：市北区政府。"),
        ("有“项目意义”这一部分的是哪家", "有 1 个：莱西市政府。"),
        ("哪些案例没有“案例背景”这一部分", "有 10 个：即墨区政府、平度市政府、"),
    ],
)
def test_headings(catalogue: CatalogueAnswerer, question: str, part: str) -> None:
    assert part in said(catalogue.answer(question))


@pytest.mark.parametrize(
    "question",
    [
        "公安局第三部分花了多少钱",
        "历史文化名城保护利用实施评估体系由哪五大版块构成？",
        "三级标题有几个",
    ],
)
def test_what_no_heading_tells(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None
