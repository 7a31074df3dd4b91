"""Figures, dates and names in sentences of the compilation."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.answering.asked import Asked, Kind, Sought, what_is_asked
from rag.answering.values import find_names, find_values, fitting_values, names_sought, share_of_units
from rag.normalising import matching_form
from rag.types import Compilation


def read(text: str) -> list[tuple[str, str]]:
    form = matching_form(text)
    return [(form[value.start : value.end], value.unit) for value in find_values(form)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("新区军民融合企业达 161 家。", [("161家", "家")]),
        ("计划合同总投资 105 亿元", [("105亿元", "亿元")]),
        ("全球 1.2 万个智能项目", [("1.2万个", "个")]),
        ("年人均增收 5000 多元，新增就业 7000 余人次", [("5000多元", "元"), ("7000余人次", "人次")]),
        ("古镇口区域 3300 户、1 万多名农民", [("3300户", "户"), ("1万多名", "名")]),
        ("军港 70%以上食品蔬菜", [("70%", "%")]),
        ("节能保暖工程完成 531.7 万平方米", [("531.7万平方米", "平方米")]),
        ("提高 3.5 个百分点", [("3.5个百分点", "个百分点")]),
        ("5个工作日内办结", [("5个工作日", "个工作日")]),
        ("２小时30分钟", [("2小时", "小时"), ("30分钟", "分钟")]),
        ("1,000家", [("1,000家", "家")]),
        ("2.3亿美元", [("2.3亿美元", "亿美元")]),
        ("三个关键支撑", [("三个", "个")]),
        ("十余家企业", [("十余家", "家")]),
        ("二百三十个", [("二百三十个", "个")]),
        ("两千余家", [("两千余家", "家")]),
        ("\U00020000村5家", [("5家", "家")]),
        ("编号95", [("95", "")]),
    ],
)
def test_figures_with_their_units(text: str, values: list[tuple[str, str]]) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2014年6月3日，西海岸新区获国务院批复设立", ["2014年6月3日"]),
        ("2013年11月", ["2013年11月"]),
        ("2018 年 10 月 12 日", ["2018年10月12日"]),
        ("截至6月底", ["6月底"]),
        ("6月10日上午", ["6月10日"]),
        ("二〇一八年启动", ["二〇一八年"]),
        ("2018年上半年", ["2018年上半年"]),
        ("9日闭幕", ["9日"]),
    ],
)
def test_dates_are_one_value_each(text: str, dates: list[str]) -> None:
    assert read(text) == [(date, "日期") for date in dates]


@pytest.mark.parametrize("text", ["", "。", "五区分定性法", "十三五规划", "当天拿证", "\U00020000"])
def test_text_without_values(text: str) -> None:
    assert read(text) == []


def test_days_that_something_takes_are_no_days_of_a_month() -> None:
    def units(text: str) -> list[str]:
        return [value.unit for value in find_values(text)]

    assert units("办照时间由10日缩短至7日，限时5日，3日内办结") == ["日"] * 4
    assert units("6月9日开会，10日上午闭会，内容见11日内容") == ["日期"] * 3


def test_chinese_numerals_with_wan_inside() -> None:
    assert read("一万二千人") == [("一万二千人", "人")]


def test_fractions_are_no_minutes() -> None:
    assert ("三分", "分") not in read("占三分之一")


@pytest.mark.parametrize("text", ["2013-2017年", "2018 年 10 月 12 日至 13 日"])
def test_a_period_is_one_value(text: str) -> None:
    assert read(text) == [(matching_form(text), "日期")]


def test_values_come_in_order_and_apart_on_the_whole_text(compilation: Compilation) -> None:
    form = matching_form(compilation.text)
    values = find_values(form)
    assert len(values) > 1000
    assert all(first.end <= second.start for first, second in pairwise(values))
    assert all(0 <= value.start < value.end <= len(form) for value in values)


def fitting(text: str, question: str) -> list[str]:
    form = matching_form(text)
    return [form[v.start : v.end] for v in fitting_values(find_values(form), what_is_asked(question))]


BOTH = "2018年，36 家企业签订了战略合作协议，计划合同总投资 105 亿元"


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("多少家企业签约", ["36家"]),
        ("总投资多少亿元", ["105亿元"]),
        ("哪一年签约", ["2018年"]),
        ("到底是多少", ["36家", "105亿元"]),
        ("多少人参加", []),
        ("谁签了约", []),
    ],
)
def test_values_of_the_kind_asked_for(question: str, values: list[str]) -> None:
    assert fitting(BOTH, question) == values


def test_share_of_the_values_asked_for() -> None:
    values = find_values(matching_form(BOTH))
    assert share_of_units(values, what_is_asked("多少家企业签约，总投资多少亿元？")) == 1.0
    assert share_of_units(values, what_is_asked("多少家企业签约，多少人参加？")) == 0.5
    assert share_of_units(values, what_is_asked("多少人参加")) == 0.0
    assert share_of_units(values, what_is_asked("怎样签约")) == 1.0
    assert share_of_units([], what_is_asked("多少家企业签约")) == 0.0


def test_a_date_question_is_served_by_a_date_alone() -> None:
    asked = what_is_asked("哪一年签约")
    assert share_of_units(find_values(matching_form(BOTH)), asked) == 1.0
    assert share_of_units(find_values(matching_form("36 家企业签约")), asked) == 0.0


def test_more_asked_than_there_is() -> None:
    asked = Asked(Kind.NUMBER, (frozenset({"家"}), frozenset({"元"}), frozenset({"人"})), None, english=False)
    assert share_of_units(find_values("161家"), asked) == pytest.approx(1 / 3)


def test_names_in_marks() -> None:
    form = matching_form("发布《2018 国家信息中心城市创新创业生态指数》，「双创小镇」与“中国链湾”")
    assert [form[a:b] for a, b in find_names(form)] == [
        "《2018国家信息中心城市创新创业生态指数》",
        "“双创小镇”",
        "“中国链湾”",
    ]
    assert find_names("") == []
    assert find_names("“\U00020000”《》") == []


@pytest.mark.parametrize(
    ("text", "sought", "held"),
    [
        ("由会长王明主持", Sought.PERSON, True),
        ("李克强总理视察", Sought.PERSON, True),
        ("由市长主持", Sought.PERSON, False),
        ("与国家信息中心合作", Sought.ORGANISATION, True),
        ("青岛银行发放贷款", Sought.ORGANISATION, True),
        ("在港口展开", Sought.ORGANISATION, False),
        ("印发《开展领导干部自然资源资产离任审计试点方案》", Sought.DOCUMENT, True),
        ("印发文件", Sought.DOCUMENT, False),
        ("打造“中国链湾”", Sought.NAMED_THING, True),
        ("打造产业高地", Sought.NAMED_THING, False),
        ("", Sought.PERSON, False),
        ("任何文字", None, None),
        ("\U00020000\U00020001", Sought.ORGANISATION, False),
    ],
)
def test_whether_a_sentence_names_what_is_sought(text: str, sought: Sought | None, held: bool | None) -> None:
    assert names_sought(matching_form(text), sought) is held


def test_a_company_s_bare_name_is_an_organisation() -> None:
    assert names_sought("海尔参与共建", Sought.ORGANISATION) is True
