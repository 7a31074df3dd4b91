"""The words that ask which cases, and what is left to look for."""

from __future__ import annotations

import pytest

from rag.answering.frame import without_english_frame, without_frame
from rag.normalising import matching_form


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("请把提到获得感的案例都列出来，分别是哪些部门的？", "获得感"),
        ("麻烦您列举一下汇编里面涉及到知识产权的所有案例", "知识产权"),
        ("请帮忙检索一下出现绿色通道的案例及其单位", "绿色通道"),
        ("统计提到一带一路的案例数量", "一带一路"),
        ("帮我查查涉及乡村振兴的都有谁家", "乡村振兴"),
        ("谁的案例里写到了微信公众号", "微信公众号"),
        ("容错纠错出现在谁的案例里", "容错纠错"),
        ("哪个单位的做法上过人民日报", "人民日报"),
        ("和海洋相关的案例", "海洋"),
        ("书里都有哪些地方写到上合组织", "上合组织"),
        ("哪些案例写到上海和北京", "上海和北京"),
        ("\U00020000出现在哪些案例里", "\U00020000"),
        ("", ""),
    ],
)
def test_frame(question: str, left: str) -> None:
    assert without_frame(matching_form(question)).strip(" ，？") == left


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Which cases mention blockchain?", "blockchain?"),
        ("Find all cases that mention blockchain", "blockchain"),
        ("Show me the cases involving artificial intelligence", "artificial intelligence"),
        ("", ""),
    ],
)
def test_english_frame(question: str, left: str) -> None:
    assert without_english_frame(question) == left
