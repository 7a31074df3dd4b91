"""What a question asks for: its kind, and the unit of the value it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.normalising import is_mostly_latin, matching_form


class Kind(StrEnum):
    """The kinds of question that are answered in different ways."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    LIST = "list"
    HOW = "how"
    COMPARE = "compare"
    WHICH_CASES = "which_cases"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for."""

    kind: Kind
    units: tuple[frozenset[str], ...]
    """One set of interchangeable units for each value wanted; an empty set is a value of unknown unit."""
    n_items: int | None
    """How many items a list question says there are ("哪四项"); None where it does not say."""
    english: bool


UNIT_GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "人 名 位 人次 余人 人员",
        "家 户 个 所 处 座 眼",
        "项 个 件 条 类 大类 种",
        "元 万元 亿元 美元 亿美元 块钱 块",
        "% 个百分点 百分点 成 倍 /5",
        "天 日 工作日 个工作日 小时 分钟 秒 分 个月 年 月 周",
        "平方米 平米 万平方米 平方公里 亩 万亩 公顷 立方米 万方 方",
        "米 公里 千米 里 厘米 cm",
        "吨 万吨 公斤 千克 吉焦 千瓦时 度",
        "次 回 批次 场 期 场次 轮 稿 批",
        "岁 周岁",
        "字 万字",
        "页",
        "辆 台 架 架次 艘 眼",
        "分",
        "℃ 度 摄氏度",
        "篇 期 份 本 张 册",
        "株 棵",
    )
)

_NUMBERS = {character: value for value, character in enumerate("零一二三四五六七八九十")} | {"两": 2}
_QUANTITY = re.compile(r"(多少|几(?!乎|何)|哪几)(?P<tail>[^，。？?、；！!]{0,6})")
_NOUN_UNITS = (
    (re.compile(r"^(资金|经费|钱|收入|投资|金额|补贴|税|利润|产值|奖金|预算|费用|贷款|价|补助)"), "元"),
    (re.compile(r"^(人|学生|群众|居民|农民|官兵|专家|教师)"), "人"),
    (re.compile(r"^(企业|公司|学校|单位|部门|机构|村|社区|园区)"), "家"),
    (re.compile(r"^(面积)"), "平方米"),
    (re.compile(r"^(时间|工夫|天)"), "天"),
)
_DATE = re.compile(r"(什么时候|何时|几时|哪(一)?(年|天|日|月)|几月|几号|(什么|哪个|具体|启动|成立|发布|印发|举行)(时间|日期|年份)|时间是|多会儿|啥时候)")
_RATIO = re.compile(r"(百分之几|百分之多少|比例|占比|占到|百分比|增速|增长率|覆盖率|通达度|覆盖(了)?多少|几成)")
_MEASURE = re.compile(r"(多大|多高|多长|多久|多宽|多远|多重|多深|总规模|规模有|总额)")
_MEASURE_UNITS = {
    "多久": "天 日 工作日 小时 分钟 秒 个月 年 月 分",
    "多长": "米 公里 天 小时 个月 年",
    "多大": "平方米 平方公里 亩 元 亿元 岁",
}
_HOW = re.compile(r"(怎样|怎么|如何|为什么|为何|为啥|咋|凭什么|什么(办法|方式|方法|做法|措施|手段|途径|原因|原则|背景|意义|作用)|靠(什么|啥)|原因|哪些(做法|办法|措施|举措)|怎么回事)")
_LIST = re.compile(
    r"(哪些|哪(几|两|二|三|四|五|六|七|八|九|十)|有何|分别(是|指|为|有)|包括(什么|哪)|列举|都有(什么|谁|啥)|"
    r"几(个|大|种|类|项|方面)?(方面|步|环节|内容)|是什么内容|(内容|组成|构成)是)"
)
_NAME = re.compile(r"(谁|哪位|哪(一)?(个|家|所|里|儿|份|本|种|类|项|座|条|部|支)?|什么|啥|叫(什么|啥|作)|何(种|处|地))")
_WHICH_CASES = re.compile(
    r"((哪|多少|几|有没有)(些|几|两|三|四|五|个|家|一)*(个|家|篇|项)?(创新)?(案例|单位|部门|区市|区县|地方|区|功能区|市直部门|委办局|做法)"
    r"(的(案例|工作|做法|经验))?)|((案例|单位|部门|区市)(有|是)?哪(些|几))"
)
_SAYING = re.compile(r"(提到|写到|涉及|谈到|说到|讲到|介绍|用到|用了|采用|使用|运用|建立|设立|推行|开展|获得|得到|受到|与|和.{2,12}有关|有关|相关|实行|实施|作过|搞|引入|开辟|出现|都)")
_COMPARE = re.compile(r"(相比|比较|对比|哪个更|哪家更|谁更|更(多|大|高|快|早|长|少|低)|区别|不同|异同|差(别|异|多少)|各自|分别|谁(多|大|高|快|早)|哪个(多|大|高|快|早|长)|孰)")
_ENGLISH = (
    (Kind.WHICH_CASES, re.compile(r"\b(which|what) (\w+ )?(cases?|departments?|districts?|units?)\b.*\b(mention|involve|use|adopt|refer|describe)", re.I)),
    (Kind.COMPARE, re.compile(r"\b(compare|compared|versus|vs\.?|than|difference|respectively|which .*(larger|bigger|more|higher|faster|earlier))\b", re.I)),
    (Kind.DATE, re.compile(r"\b(when|what (date|year|day|month)|which (date|year|day|month)|on what date|in what year)\b", re.I)),
    (Kind.NUMBER, re.compile(r"\b(how (many|much|long|large|big|far|old|high)|what (percentage|share|proportion|amount|number|area|sum)|maximum|minimum|total|average)\b", re.I)),
    (Kind.HOW, re.compile(r"\b(how|why|in what way)\b", re.I)),
    (Kind.LIST, re.compile(r"\b(list|what are|which .*s\b|name the|what (two|three|four|five|six|seven|eight))\b", re.I)),
    (Kind.NAME, re.compile(r"\b(who|where|which|what|whose)\b", re.I)),
)
_ENGLISH_UNITS = (
    (re.compile(r"\b(yuan|money|fund|invest|cost|subsid|amount)", re.I), frozenset({"元", "万元", "亿元", "美元"})),
    (re.compile(r"\b(percent|share|proportion|rate)", re.I), frozenset({"%"})),
)


def what_is_asked(question: str, *, n_cases_named: int = 0) -> Asked:
    """Return what `question` asks for.

    n_cases_named: how many cases it names; with two or more, words of comparison are taken as one.
    """
    if is_mostly_latin(question):
        return _asked_in_english(question)
    form = matching_form(question)
    units = _units(form)
    return Asked(_kind(form, units, n_cases_named), units, _n_items(form), english=False)


def _kind(form: str, units: tuple[frozenset[str], ...], n_cases_named: int) -> Kind:
    if _WHICH_CASES.search(form) and n_cases_named == 0 and _SAYING.search(form):
        return Kind.WHICH_CASES
    if _COMPARE.search(form) and n_cases_named >= 2:
        return Kind.COMPARE
    if re.search(r"(相比|哪个更|谁更|哪个(多|大|高|快|早|长)|各自|与.+和?.+的?(区别|异同|不同))", form):
        return Kind.COMPARE
    if _DATE.search(form):
        return Kind.DATE
    if _LIST.search(form) and not re.search(r"分别(是|为|有)?多少", form):
        return Kind.HOW if re.search(r"哪些(做法|办法|措施|举措)", form) else Kind.LIST
    if units:
        return Kind.NUMBER
    if _HOW.search(form):
        return Kind.HOW
    if _NAME.search(form):
        return Kind.NAME
    return Kind.OTHER


def _units(form: str) -> tuple[frozenset[str], ...]:
    found = []
    for match in _QUANTITY.finditer(form):
        found.append(_unit_group(match.group("tail")))
    if _RATIO.search(form) and not any("%" in group for group in found):
        found.append(frozenset({"%", "个百分点", "成", "倍"}))
    for match in _MEASURE.finditer(form):
        found.append(frozenset(_MEASURE_UNITS.get(match.group(), "").split()))
    return tuple(found)


def _unit_group(tail: str) -> frozenset[str]:
    if re.match(r"(万|亿)?(元|块|美元|美金)", tail):
        return frozenset({"元", "万元", "亿元", "美元", "亿美元", "万"})
    for pattern, unit in _NOUN_UNITS:
        if pattern.match(tail):
            return _interchangeable(unit)
    known = sorted({unit for group in UNIT_GROUPS for unit in group}, key=len, reverse=True)
    stripped = re.sub(r"^(万|亿|千|百|余|多|大)", "", tail)
    for candidate in (tail, stripped):
        for unit in known:
            if candidate.startswith(unit):
                return _interchangeable(unit)
    return frozenset()


def _interchangeable(unit: str) -> frozenset[str]:
    groups = [group for group in UNIT_GROUPS if unit in group]
    return frozenset().union(*groups) if groups else frozenset({unit})


def _n_items(form: str) -> int | None:
    match = re.search(r"哪([两二三四五六七八九十]|\d{1,2})(?=[^年月日天])|([一二三四五六七八九十两]|\d{1,2})(大|个|项|种|类|方面|步|条)", form)
    if match is None:
        return None
    digit = match.group(1) or match.group(2)
    return int(digit) if digit.isdigit() else _NUMBERS.get(digit)


def _asked_in_english(question: str) -> Asked:
    kind = next((kind for kind, pattern in _ENGLISH if pattern.search(question)), Kind.OTHER)
    units: tuple[frozenset[str], ...] = ()
    if kind is Kind.NUMBER:
        units = (next((group for pattern, group in _ENGLISH_UNITS if pattern.search(question)), frozenset()),)
    return Asked(kind, units, None, english=True)
