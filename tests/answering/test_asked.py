"""What a question asks for: kind, units, number of items, sort of name; in Chinese, in English and as keywords."""

from __future__ import annotations

import pytest

from rag.answering.asked import UNIT_GROUPS, Kind, Sought, split_question, what_is_asked

KINDS = [
    ("西海岸新区军民融合企业有多少家？", Kind.NUMBER),
    ("西海岸新区 军民融合企业 多少家", Kind.NUMBER),
    ("古镇口有几千户农民搬进新居", Kind.NUMBER),
    ("军港食品本土直供的占比", Kind.NUMBER),
    ("增长了百分之几", Kind.NUMBER),
    ("办证要等多久", Kind.NUMBER),
    ("節能保暖工程完成多少萬平方米？", Kind.NUMBER),
    ("How many enterprises are there?", Kind.NUMBER),
    ("What percentage of the food is local?", Kind.NUMBER),
    ("How long does approval take?", Kind.NUMBER),
    ("西海岸新区是哪一天获批的？", Kind.DATE),
    ("大赛什么时候启动", Kind.DATE),
    ("大赛启动时间", Kind.DATE),
    ("峰会几月几号开幕", Kind.DATE),
    ("哪年设立", Kind.DATE),
    ("When was it set up?", Kind.DATE),
    ("In which year was the fund founded?", Kind.DATE),
    ("联席会议的总召集人是谁？", Kind.NAME),
    ("大赛的主题叫什么", Kind.NAME),
    ("苹果期货在哪里上市", Kind.NAME),
    ("Who chairs the meeting?", Kind.NAME),
    ("Where is the base?", Kind.NAME),
    ("“五个技术”是哪五个？", Kind.LIST),
    ("取得的实效有哪些", Kind.LIST),
    ("四到服务分别是什么", Kind.LIST),
    ("What are the six centres?", Kind.LIST),
    ("List the awards of the contest", Kind.LIST),
    ("怎样降低企业成本？", Kind.HOW),
    ("为什么要推行区块链", Kind.HOW),
    ("采取了哪些措施", Kind.HOW),
    ("How did the district speed up approval?", Kind.HOW),
    ("Why was it done?", Kind.HOW),
    ("两者相比哪个更快", Kind.COMPARE),
    ("市南区与市北区的做法有什么不同？", Kind.COMPARE),
    ("Which is larger, the fund or the loan?", Kind.COMPARE),
    ("哪些案例提到了区块链？", Kind.WHICH_CASES),
    ("哪几个区市用了大数据", Kind.WHICH_CASES),
    ("多少个案例提到大数据", Kind.WHICH_CASES),
    ("Which cases mention blockchain?", Kind.WHICH_CASES),
    ("区块链的好处", Kind.OTHER),
]


@pytest.mark.parametrize(("question", "kind"), KINDS)
def test_kind_of_question(question: str, kind: Kind) -> None:
    assert what_is_asked(question).kind is kind


@pytest.mark.parametrize("question", ["军民融合企业数量", "军民融合企业总数是？", "培训官兵人数", "土地整治面积"])
def test_keywords_that_ask_for_a_figure_by_a_noun(question: str) -> None:
    assert what_is_asked(question).kind is Kind.NUMBER


@pytest.mark.parametrize(
    "question",
    [
        "有没有案例提到区块链？",
        "哪个单位报送了关于足球的案例？",
        "哪个部门写了区块链的案例？",
        "区块链在哪些篇目里出现？",
        "请把提到“获得感”的案例都列出来，分别是哪些部门的？",
        "列出所有讲到军民融合的案例",
        "帮我查查涉及乡村振兴的都有谁家",
        "统计提到一带一路的案例数量",
        "有几家单位说到物联网",
        "都有谁提到了上合峰会",
        "除了胶州，还有哪家讲到审计",
        "关于足球的案例是哪个",
        "和海洋相关的案例",
        "30个案例里多少个用上了“互联网+”",
        "“放管服”改革都有哪些单位谈到了？",
        "有案例用无人机吗？",
        "Find all cases that mention blockchain",
        "Whose cases mention the Belt and Road?",
        "What departments other than the tax bureau mention big data?",
        "Which cases do not mention Xi Jinping?",
        "Cases about football",
    ],
)
def test_other_ways_to_ask_which_cases(question: str) -> None:
    assert what_is_asked(question).kind is Kind.WHICH_CASES


@pytest.mark.parametrize(
    "question",
    [
        "谁家的苹果参加了保险？",
        "哪家银行给合作社放了贷款？",
        "市教育局案例里谁是教练",
        "生态补偿金最多的区市是谁",
        "介绍一下链湾的案例",
        "提到的三个痛点是什么",
        "关于足球的案例有多少青少年参加",
        "案例中企业注册要几天",
        "找出平度市农创的主要成效",
        "把六大中心都列出来",
        "Who won the football contest?",
    ],
)
def test_questions_that_ask_for_no_cases(question: str) -> None:
    assert what_is_asked(question).kind is not Kind.WHICH_CASES


def test_comparing_words_need_two_cases_where_they_compare_nothing_themselves() -> None:
    question = "李沧区和崂山区的许可事项分别有多少项？"
    assert what_is_asked(question, n_cases_named=1).kind is Kind.NUMBER
    assert what_is_asked(question, n_cases_named=2).kind is Kind.COMPARE


@pytest.mark.parametrize(
    "question", ["甲区和乙区的服务都上了门，两家送的东西有什么不一样？", "甲局和乙局，这两个部门各怎么请专家？"]
)
def test_what_two_cases_do_is_compared_without_a_figure(question: str) -> None:
    asked = what_is_asked(question, n_cases_named=2)
    assert (asked.kind, asked.units) == (Kind.COMPARE, ())


@pytest.mark.parametrize(
    ("question", "compares"),
    [("领导小组谁当组长？", False), ("甲路和乙路，哪个长？", True), ("领导小组谁任期长？", True)],
)
def test_the_head_of_a_group_is_no_length(question: str, compares: bool) -> None:
    assert (what_is_asked(question, n_cases_named=0).kind is Kind.COMPARE) is compares


def test_two_firms_beside_two_cases_compare_nothing() -> None:
    assert what_is_asked("甲区与乙区的两家企业签约了吗？", n_cases_named=2).kind is not Kind.COMPARE


@pytest.mark.parametrize(
    ("question", "some", "none"),
    [
        ("企业有多少家", {"家", "户"}, {"元", "人"}),
        ("培训了多少人次", {"人次", "名"}, {"家"}),
        ("投资多少亿元", {"亿元", "万元"}, {"家"}),
        ("赔了多少钱", {"元"}, {"%"}),
        ("总产值是多少", {"亿元"}, {"家"}),
        ("拨付多少补偿金", {"万元"}, {"个"}),
        ("覆盖率是多少", {"%", "个百分点"}, {"元"}),
        ("平均多少天办结", {"天", "工作日", "小时"}, {"家"}),
        ("要等多久", {"小时", "个月"}, {"元"}),
        ("改造多少万平方米", {"万平方米", "平方米"}, {"项"}),
        ("多少项技术难题", {"项", "件"}, {"人"}),
        ("绕行多少公里", {"公里", "米"}, {"次"}),
    ],
)
def test_units_of_the_value_asked_for(question: str, some: set[str], none: set[str]) -> None:
    (units,) = what_is_asked(question).units
    assert some <= units
    assert not none & units


def test_each_value_asked_for_has_its_units() -> None:
    first, second = what_is_asked("有多少家企业签约，总投资多少亿元？").units
    assert "家" in first
    assert "亿元" in second


def test_a_value_of_unknown_unit_has_no_units() -> None:
    assert what_is_asked("What is the total?").units == (frozenset(),)
    assert what_is_asked("到底是多少").units == (frozenset(),)


def test_exact_units_are_the_question_s_own() -> None:
    assert what_is_asked("有多少项、涉及多少件").exact_units == ("项", "件")
    assert what_is_asked("改造了多少万平方米").exact_units == ("平方米",)
    assert what_is_asked("总产值是多少").exact_units == ()


def test_money_in_english_asks_for_yuan_and_dollars() -> None:
    (units,) = what_is_asked("How much money was invested?").units
    assert units >= {"元", "万元", "亿元", "美元"}
    assert not units & {"%", "家", "天"}


@pytest.mark.parametrize(
    ("question", "n"),
    [
        ("“五个技术”是哪五个？", 5),
        ("哪两项服务", 2),
        ("哪4个方面", 4),
        ("四大举措有哪些", 4),
        ("十个方面分别是什么", 10),
        ("有哪些举措", None),
        ("哪天启动", None),
    ],
)
def test_number_of_items_a_question_says(question: str, n: int | None) -> None:
    assert what_is_asked(question).n_items == n


@pytest.mark.parametrize(("question", "n"), [("十二项措施是哪些", 12), ("二十个项目有哪些", 20)])
def test_number_of_items_above_ten(question: str, n: int) -> None:
    assert what_is_asked(question).n_items == n


@pytest.mark.parametrize("question", ["几乎所有企业都受益吗", "几何增长说明什么"])
def test_ji_that_counts_nothing(question: str) -> None:
    assert what_is_asked(question).units == ()


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("总召集人是谁", Sought.PERSON),
        ("会长姓什么", Sought.PERSON),
        ("局长的名字", Sought.PERSON),
        ("印发了什么文件", Sought.DOCUMENT),
        ("哪个规划提到区块链", Sought.DOCUMENT),
        ("与哪家银行合作", Sought.ORGANISATION),
        ("由什么单位承办", Sought.ORGANISATION),
        ("大赛口号叫什么", Sought.NAMED_THING),
        ("获得什么称号", Sought.NAMED_THING),
        ("怎样推进", None),
    ],
)
def test_sort_of_name_sought(question: str, sought: Sought | None) -> None:
    assert what_is_asked(question).sought is sought


def test_language_is_told_by_the_words() -> None:
    assert what_is_asked("Who won?").english
    assert not what_is_asked("IIEC 大赛谁赢了？").english


@pytest.mark.parametrize("question", ["", " ", "？？？", "\U00020000\U00020001", "a"])
def test_what_asks_nothing_is_of_no_kind(question: str) -> None:
    asked = what_is_asked(question)
    assert (asked.kind, asked.units, asked.n_items, asked.sought) == (Kind.OTHER, (), None, None)


def test_rare_characters_do_not_hide_what_is_asked() -> None:
    assert what_is_asked("\U00020000村有多少户？").kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("", [""]),
        ("获奖项目有多少个？", ["获奖项目有多少个？"]),
        ("大赛叫什么？投入多少？", ["大赛叫什么？", "投入多少？"]),
        ("这个平台叫什么，投入了多少钱", ["这个平台叫什么", "投入了多少钱"]),
        ("在青岛，大赛叫什么？", ["在青岛，大赛叫什么？"]),
        ("When did it start, and how many firms joined?", ["When did it start", "how many firms joined?"]),
        ("\U00020000有多少户？在哪里？", ["\U00020000有多少户？", "在哪里？"]),
    ],
)
def test_parts_of_a_question(question: str, parts: list[str]) -> None:
    assert split_question(question) == parts


def test_no_group_of_units_is_empty_or_repeats_a_unit_with_a_blank() -> None:
    assert all(group and all(unit == unit.strip() and unit for unit in group) for group in UNIT_GROUPS)
