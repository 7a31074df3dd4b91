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
        ("整本汇编里，哪几个案例的内容提到了法国？把单位都列出来", "法国"),
        ("哪些案例提到了无人机？把案例编号和单位列出来", "无人机"),
        ("30个案例中，有哪几个在正文里讲到了云计算？请列出单位名称", "云计算"),
        ("想写一篇讲夜间经济的稿子，可以参考哪些案例？", "夜间经济"),
        ("我在准备一个关于垃圾分类的专题，汇编里哪些案例用得上？", "垃圾分类"),
        ("全书有几个案例讲了跟港口合作的事，分别是谁家的？", "跟港口合作"),
        ("哪几个区市的案例谈到招商引资方面的内容？", "招商引资"),
        ("哪些案例讲到原材料加工", "原材料加工"),
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
