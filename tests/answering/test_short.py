"""The value or span asked for inside the sentence that holds it."""

from __future__ import annotations

import pytest

from rag.answering.asked import what_is_asked
from rag.answering.short import short_answer
from rag.types import Compilation

SERVICES = "每年为军队提供维修保障服务 2000 余次，联合攻关解决 100 多项技术难题、培训官兵 4000 多人次"
SIGNED = "其中参赛的 36 家企业签订了战略合作协议，计划合同总投资 105 亿元。"
INDEX = "一是成功举办青岛国际创新生态论坛，发布《2018 国家信息中心城市创新创业生态指数》，将城阳区作为国信双创指数永久发布地"
MOVED = "古镇口区域 3300 户、1 万多名农民乔迁新居，小渔村蝶变为特色海军城。"


def short(sentence: str, question: str) -> str:
    return short_answer(sentence, question, what_is_asked(question))


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("推动军民融合产业发展，新区军民融合企业达 161 家。", "西海岸新区军民融合企业有多少家？", "161 家"),
        (SERVICES, "联合攻关解决多少项技术难题？", "100 多项"),
        (SERVICES, "培训官兵多少人次", "4000 多人次"),
        (SERVICES, "每年提供维修保障服务多少次", "2000 余次"),
        (SIGNED, "计划合同总投资多少亿元", "105 亿元"),
        (SIGNED, "多少家企业签了协议", "36 家"),
        (MOVED, "多少户农民乔迁", "3300 户"),
        (MOVED, "有多少名农民乔迁新居", "1 万多名"),
        ("军港 70%以上食品蔬菜实现本土直供", "食品本土直供的占比是多少", "70%"),
        ("2014年6月3日，西海岸新区获国务院批复设立", "西海岸新区哪一天获批", "2014年6月3日"),
        ("2014年6月3日，西海岸新区获国务院批复设立", "获批时间", "2014年6月3日"),
        (INDEX, "发布了什么指数", "《2018 国家信息中心城市创新创业生态指数》"),
        ("大赛以“科技创新 协同发展”为主题", "大赛主题是什么", "“科技创新 协同发展”"),
    ],
)
def test_the_value_or_name_asked_for(sentence: str, question: str, answer: str) -> None:
    assert short(sentence, question) == answer


def test_a_name_that_stands_in_the_question_is_not_its_answer() -> None:
    sentence = "“三融”发展模式和“三海”融合机制得到了国家有关机关和专家充分肯定"
    assert short(sentence, "与“三融”模式一起得到肯定的是什么机制") == "“三海”"


def test_a_definition_is_no_other_name() -> None:
    sentence = "“三融”发展模式，即平台融合、领域融合、区域融合，形成点线面“三维一体”、协同推进的格局。"
    assert "平台融合、领域融合、区域融合" in short(sentence, "三融是什么")


def test_without_a_value_the_clause_nearest_the_question() -> None:
    assert short(MOVED, "小渔村变成了什么样") == "小渔村蝶变为特色海军城"
    assert short("推进全面融合。", "多少家") == "推进全面融合"


def test_more_is_asked_than_there_is() -> None:
    assert short("新区军民融合企业达 161 家。", "有多少家企业、多少人、多少亿元？") == "161 家"


@pytest.mark.parametrize("sentence", ["", " ", "\n"])
def test_nothing_has_no_answer(sentence: str) -> None:
    assert short(sentence, "有多少家企业？") == ""


def test_rare_characters_keep_their_places() -> None:
    assert short("\U00020000\U00020001村有 5 户", "\U00020000\U00020001村有几户") == "5 户"


def test_an_answer_is_verbatim_on_the_real_text(compilation: Compilation) -> None:
    sentences = [s for s in compilation.text[6000:16000].replace("\n", "").split("。") if s.strip()]
    for question in ("多少家企业？", "哪一年？", "谁？", "怎样推进？"):
        for sentence in sentences:
            assert short(sentence, question) in sentence
            assert short(sentence, question)
