"""Sentences, clauses and list items, mostly on wording from the compilation."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.chunking.sentences import MAX_SENTENCE_CHARS, Span, clauses, list_items, sentences
from rag.types import Compilation


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("没有句号", ["没有句号"]),
        ("推进新旧动能转换。在目标定位上，全力打造。", ["推进新旧动能转换。", "在目标定位上，全力打造。"]),
        ("聚焦海洋；聚焦海军；聚焦海防。", ["聚焦海洋；", "聚焦海军；", "聚焦海防。"]),
        (
            "批示：“要大力总结、推广，并吸纳到改进版本中来。” 青岛市委副书记批示",
            ["批示：“要大力总结、推广，并吸纳到改进版本中来。”", "青岛市委副书记批示"],
        ),
        ("是重要组成部分。”2018年3月8日，强调", ["是重要组成部分。”", "2018年3月8日，强调"]),
        (
            "强调，“海洋是战略要地。要加快建设，作出贡献”。国家战略",
            ["强调，“海洋是战略要地。要加快建设，作出贡献”。", "国家战略"],
        ),
        ("“绝不！”，他说。好。", ["“绝不！”，他说。", "好。"]),
        ("由“要我改！”变为“我要改！”的局面。好。", ["由“要我改！”变为“我要改！”的局面。", "好。"]),
        ("真的吗？！是的！", ["真的吗？！", "是的！"]),
        ("出版《你好。世界！》一书。", ["出版《你好。世界！》一书。"]),
        ("（全国仅 20 个。以下同。）标志着落户。", ["（全国仅 20 个。以下同。）", "标志着落户。"]),
        ("宽带覆盖（含4G。）后达标。", ["宽带覆盖（含4G。）", "后达标。"]),
        ("“没有配对的引号。下一句。", ["“没有配对的引号。", "下一句。"]),
        ("没有配对”的引号。下一句。", ["没有配对”的引号。", "下一句。"]),
        ("增长 5.5%；完成 531.7 万平方米。", ["增长 5.5%；", "完成 531.7 万平方米。"]),
        ("1. 从全球看，领先。2. 从国内看，重视。", ["1. 从全球看，领先。", "2. 从国内看，重视。"]),
        ("实现突破;二是纳入!三是好?对", ["实现突破;", "二是纳入!", "三是好?", "对"]),
        (
            "**二是机制推进。**2018年5月召开。**三是资金支持。**",
            ["**二是机制推进。**", "2018年5月召开。", "**三是资金支持。**"],
        ),
        ("推动改革。**四是健全机制。**组织指导", ["推动改革。", "**四是健全机制。**", "组织指导"]),
        ("标题一行\n\n部门一行\n正文。", ["标题一行", "部门一行", "正文。"]),
        ("针对“*”号行业认定难。好。", ["针对“*”号行业认定难。", "好。"]),
        ("𠮷野村完成。𡈽村未完成。", ["𠮷野村完成。", "𡈽村未完成。"]),
        (
            "Dr. Li joined in 2018. He said it works. It costs 3.5 million, e.g. for U.S. firms.",
            ["Dr. Li joined in 2018.", "He said it works.", "It costs 3.5 million, e.g. for U.S. firms."],
        ),
        (
            'He asked "Why?" Nobody knew. "It works." Then he left',
            ['He asked "Why?"', "Nobody knew.", '"It works."', "Then he left"],
        ),
        ("依托 COSMOPlat. 平台建设。", ["依托 COSMOPlat.", "平台建设。"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_long_quotation_is_cut_at_its_own_sentence_ends() -> None:
    inner = "一" * MAX_SENTENCE_CHARS
    assert cut(f"他说：“{inner}。第二句。”完。") == [f"他说：“{inner}。", "第二句。”", "完。"]


def test_offsets_count_from_the_start_of_the_text() -> None:
    text = "略。甲句。乙句。略。"
    assert sentences(text, 2, 8) == [Span(2, 5), Span(5, 8)]
    assert sentences(text, 3, 7) == [Span(3, 5), Span(5, 7)]


def test_sentences_of_the_compilation_lose_nothing(compilation: Compilation) -> None:
    text = compilation.text
    spans = sentences(text)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert "".join("".join(text[span.start : span.end].split()) for span in spans) == "".join(text.split())
    for span in spans:
        sentence = text[span.start : span.end]
        for opener, closer in ("“”", "《》", "（）", "()"):
            assert sentence.count(opener) == sentence.count(closer), sentence
        assert sentence.count("**") % 2 == 0, sentence


def test_clauses() -> None:
    text = "一是先账外、后账内，全面清查；坚持“先干，后奖”（即，先建），共 1,200 户，10:29 打卡：好。"
    assert [text[span.start : span.end] for span in clauses(text)] == [
        "一是先账外、后账内，",
        "全面清查；",
        "坚持“先干，后奖”（即，先建），",
        "共 1,200 户，",
        "10:29 打卡：",
        "好。",
    ]
    assert clauses("") == []


def items(text: str) -> list[tuple[str, str]]:
    return [(item.marker, text[item.head_start : item.head_end]) for item in list_items(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("没有列举。", []),
        ("只有一是这一项。", []),
        ("这是唯一是好的，二是不算。", []),
        (
            "一是统一思想。多次学习。二是凝聚力量。三是严守秘密。",
            [("一是", "统一思想"), ("二是", "凝聚力量"), ("三是", "严守秘密")],
        ),
        ("2018年市南区一是推广了模式。二是出台了意见。", [("一是", "推广了模式"), ("二是", "出台了意见")]),
        ("五项，一是**土地平整**，涉及；二是**灌溉**，涉及。", [("一是", "土地平整"), ("二是", "灌溉")]),
        (
            "前文。**一是严把资产关。**清查。**二是严把成员关。**认定。",
            [("一是", "严把资产关"), ("二是", "严把成员关")],
        ),
        ("分为四步，即第一步委托单位。协商。第二步发起申请。", [("第一步", "委托单位"), ("第二步", "发起申请")]),
        ("第一，抓规划。第二，抓资金。第三，抓考核。", [("第一", "抓规划"), ("第二", "抓资金"), ("第三", "抓考核")]),
        ("选派第一书记，组织第二届论坛，邀请第三方。", []),
        ("其一，借助媒体。其二，建立例会。", [("其一", "借助媒体"), ("其二", "建立例会")]),
        ("首先，明确属地。其次，引入审计。", [("首先", "明确属地"), ("其次", "引入审计")]),
        ("包括：1.电路；2.水管；3.燃气。", [("1.", "电路"), ("2.", "水管"), ("3.", "燃气")]),
        ("增长 1.2 万，约 2.3 万。", []),
        ("①甲；②乙；③丙。", [("①", "甲"), ("②", "乙"), ("③", "丙")]),
        ("包括（1）甲方；（2）乙方。", [("（1）", "甲方"), ("（2）", "乙方")]),
        (
            "（二）政策体系。**筹资多元化**。建立机制。**支付差别化**。设定标准。",
            [("", "筹资多元化"), ("", "支付差别化")],
        ),
        ("一是“先干，后奖”为核心，构建流程。二是好。", [("一是", "“先干，后奖”为核心"), ("二是", "好")]),
    ],
)
def test_list_items(text: str, expected: list[tuple[str, str]]) -> None:
    assert items(text) == expected


def test_items_reach_to_the_next_and_the_last_to_the_end_of_its_paragraph() -> None:
    text = "总述：\n\n一是甲。细说。\n\n再说甲。\n\n二是乙。细说。\n\n另起一段。"
    first, second = list_items(text, 0, len(text))
    assert text[first.start : first.end] == "一是甲。细说。\n\n再说甲。"
    assert text[second.start : second.end] == "二是乙。细说。"


def test_lead_is_the_whole_first_sentence() -> None:
    text = "一是创新组织机构，变“各自为战”为“合力攻坚”。针对特点。二是创新技术。"
    first = list_items(text, 0, len(text))[0]
    assert text[first.head_start : first.head_end] == "创新组织机构"
    assert text[first.head_start : first.lead_end] == "创新组织机构，变“各自为战”为“合力攻坚”"


def test_nested_list_stays_inside_its_item(compilation: Compilation) -> None:
    (section,) = [s for s in compilation.case(25).sections if s.heading.startswith("——着力")]
    outer = list_items(compilation.text, section.start, section.end)
    assert [item.marker for item in outer] == ["一是", "二是", "三是"]
    inner = list_items(compilation.text, outer[2].head_end, outer[2].end)
    assert [item.marker for item in inner] == ["其一", "其二", "其三"]


def test_two_lists_in_a_row_are_both_returned() -> None:
    assert items("一是甲。二是乙。\n\n一是丙。二是丁。") == [
        ("一是", "甲"),
        ("二是", "乙"),
        ("一是", "丙"),
        ("二是", "丁"),
    ]


def test_whole_lists_of_the_compilation(compilation: Compilation) -> None:
    heads = {
        (case.number, section.heading): [
            compilation.text[item.head_start : item.head_end]
            for item in list_items(compilation.text, section.start, section.end)
        ]
        for case in compilation.cases
        for section in case.sections
    }
    assert heads[28, "（二）严把“六个关口”，确保工作质量"] == [
        *("严把资产查验关", "严把成员界定关", "严把股权量化关", "严把审核查验关", "严把公开公示关", "严把档案管理关")
    ]
    assert heads[4, "二、基本情况"] == [
        *("土地平整工程", "灌溉与排水工程", "田间道路工程", "农田防护生态环境工程", "其他工程")
    ]
    assert heads[8, "4. 增强政策协调"] == ["政策支持", "机制推进", "资金支持"]
    assert heads[1, "一、案例背景"] == []
