"""What a question asks for: its kind, and the unit of the value it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.answering.units import UNIT_GROUPS, exact_units, group_by_noun, units_asked
from rag.normalising import is_mostly_latin, matching_form

__all__ = ["UNIT_GROUPS", "Asked", "Kind", "Sought", "split_question", "what_is_asked"]


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
    sought: Sought | None = None
    """What sort of name a name question wants, where its words say so."""
    exact_units: tuple[str, ...] = ()
    """The units as the question says them: "多少项" says 项, though 件 would fit too."""


class Sought(StrEnum):
    """Sorts of names."""

    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    NAMED_THING = "named_thing"


_NUMBERS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_NUMERAL = "(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])"
_DATE = re.compile(
    r"(什么时候|何时|几时|哪(一)?(年|天|日|月)|几月|几号|(什么|哪个|具体|启动|成立|发布|印发|举行)(时间|日期|年份)|时间是|多会儿|啥时候)"
)
_HOW = re.compile(
    r"(怎样|怎么|如何|为什么|为何|为啥|咋|凭什么|什么(办法|方式|方法|做法|措施|手段|途径|原因|原则|背景|意义|作用)|靠(什么|啥)|原因|哪些(做法|办法|措施|举措)|怎么回事)"
)
_LIST = re.compile(
    r"(哪些|哪(几|两|二|三|四|五|六|七|八|九|十)|有何|分别(是|指|为|有)|包括(什么|哪)|列举|都有(什么|谁|啥)|"
    r"几(个|大|种|类|项|方面)?(方面|步|环节|内容)|是什么内容|(内容|组成|构成)是)"
)
_NAME = re.compile(r"(谁|哪位|哪(一)?(个|家|所|里|儿|份|本|种|类|项|座|条|部|支)?|什么|啥|叫(什么|啥|作)|何(种|处|地))")
_ROLE = "主任|会长|组长|局长|校长|院长|队长|班长|书记|市长|部长|司长|负责人|创始人|设计者|教授|教练|院士|专家|冠军得主"
_SOUGHT = (
    (Sought.PERSON, re.compile(rf"(谁|哪(一)?位|({_ROLE})(的)?(姓名|名字|叫什么|叫啥)|姓什么)")),
    (
        Sought.DOCUMENT,
        re.compile(r"(哪(一)?(份|部|个|项)|什么)(文件|办法|意见|方案|通知|简报|规划|条例|规定|丛书|杂志|刊物|报纸)"),
    ),
    (
        Sought.ORGANISATION,
        re.compile(
            r"(哪(一)?(家|个|所)|什么|哪[几些]家?)[^，。？]{0,6}?(单位|公司|企业|机构|银行|大学|高校|学校|院校|协会|集团|媒体|部委|研究院|团队|承建|承办|开发商|厂)"
        ),
    ),
    (
        Sought.NAMED_THING,
        re.compile(r"(叫(什么|啥|作)|名称|名字|什么(品牌|称号|荣誉|奖|名|模式|平台|机制|口号|主题|理念))"),
    ),
)
_MANY = r"(哪|有没有)(些|几|两|三|四|五|六|七|一些)+(个|家|篇|项)?"
_WHICH_CASES = re.compile(
    rf"({_MANY}(创新)?案例|哪(一)?(个|篇)(创新)?案例|{_MANY}(单位|部门|区市|区县|地方|区|功能区|市直部门|委办局)的(案例|工作|做法|经验)"
    r"|案例(都)?(有|是)?哪(些|几|两|三|四)|(哪些|哪几(个|篇)|哪(个|篇))(篇目|文章)"
    r"|有(没有|无)(哪(个|些|篇))?(创新)?案例|案例(里|中)?有没有"
    r"|哪(一)?(个|家)(单位|部门|区市|区县|区|功能区)(报送|上报|提交|撰写|写).*的(创新)?案例|(多少|几)(个|篇)(创新)?案例.{0,4}(提|写|涉|谈|说|讲|介绍|用|采用|与|和))"
)
_WHICH_DEPARTMENTS = re.compile(
    rf"(^|[，。：])(.{{0,4}}(汇编|书|目录)(里|中|内)?(面)?)?(请问|请)?(列出|列举|说说)?(都|青岛|全市|青岛市)?(有)?{_MANY}(单位|部门|区市|区县|地方|区|功能区|市直部门|委办局|区或部门|县市)"
)
_STRUCTURE = re.compile(r"(分|下面|下|包括|有).{0,3}(哪|几|多少).{0,3}(部分|章节|小标题|标题|板块|方面)")
_COMPARE = re.compile(
    r"(相比|比较|对比|哪个更|哪家更|谁更|更(多|大|高|快|早|长|少|低)|区别|不同|异同|差(别|异|多少)|各自|分别|谁(多|大|高|快|早)|哪个(多|大|高|快|早|长)|孰)"
)
_COMPARE_ANYWAY = re.compile(
    r"相比|比起来|各自|(谁|哪个|哪家|哪边|哪方|哪一个|哪项|哪种)[^，。]{0,8}?(更|大|多|高|快|早|长|少|低|短)(？|$|，|些|一些)|(与|和|跟).+(区别|异同|不同)"
)
_ASKS = re.compile(
    r"(哪|多少|几(?!乎)|什么|谁|怎|如何|为何|多大|多高|多长|多久|何时|啥|咋|吗|没有？)|\b(how|what|which|when|who|where|why)\b",
    re.I,
)
_ENGLISH = (
    (
        Kind.WHICH_CASES,
        re.compile(
            r"\b(which|what) (\w+ )?(cases?|departments?|districts?|units?)\b.*\b(mention|involve|use|adopt|refer|describe)",
            re.I,
        ),
    ),
    (
        Kind.COMPARE,
        re.compile(
            r"\b(compare|compared|versus|vs\.?|than|difference|respectively|which .*(larger|bigger|more|higher|faster|earlier))\b",
            re.I,
        ),
    ),
    (
        Kind.DATE,
        re.compile(
            r"\b(when|what (date|year|day|month)|which (date|year|day|month)|on what date|in what year)\b", re.I
        ),
    ),
    (
        Kind.NUMBER,
        re.compile(
            r"\b(how (many|much|long|large|big|far|old|high)|what (percentage|share|proportion|amount|number|area|sum)|maximum|minimum|total|average)\b",
            re.I,
        ),
    ),
    (Kind.HOW, re.compile(r"\b(how|why|in what way)\b", re.I)),
    (
        Kind.LIST,
        re.compile(r"\b(list|what are|which .*s\b|name the|what (two|three|four|five|six|seven|eight))\b", re.I),
    ),
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
    units = units_asked(form)
    kind = _kind(form, units, n_cases_named)
    if kind is Kind.COMPARE and not any(units):
        units = (group_by_noun(form),)
    if kind is Kind.OTHER and (_n_items(form) or 0) >= 2:
        kind = Kind.LIST
    if kind in (Kind.LIST, Kind.WHICH_CASES):  # "哪四项" counts the items, it asks for no figure
        units = ()
    return Asked(kind, units, _n_items(form), english=False, sought=_sought(form), exact_units=exact_units(form))


def split_question(question: str) -> list[str]:
    """Return the parts of a question that asks several things ("…叫什么？投入多少？"), itself alone where it asks one."""
    if is_mostly_latin(question):
        parts = re.split(r"(?<=\?)|,? and (?=how|what|which|when|who|where)", question)
    else:
        parts = re.split(r"(?<=[？?])|，", matching_form(question))
    asking = [part.strip(" ，") for part in parts if part and _ASKS.search(part)]
    if len(asking) < 2:
        return [question]
    return asking


def _sought(form: str) -> Sought | None:
    return next((sought for sought, pattern in _SOUGHT if pattern.search(form)), None)


def _kind(form: str, units: tuple[frozenset[str], ...], n_cases_named: int) -> Kind:
    if (_WHICH_CASES.search(form) or _WHICH_DEPARTMENTS.search(form)) and not _STRUCTURE.search(form):
        return Kind.WHICH_CASES
    if _COMPARE.search(form) and n_cases_named >= 2:
        return Kind.COMPARE
    if _COMPARE_ANYWAY.search(form):
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


def _n_items(form: str) -> int | None:
    match = re.search(
        rf"哪({_NUMERAL}|(?<!\d)\d{{1,2}})(?=[^年月日天])|({_NUMERAL}|(?<!\d)\d{{1,2}})(大|个|项|种|类|方面|步|条)",
        form,
    )
    return None if match is None else _count(match.group(1) or match.group(2))


def _count(numeral: str) -> int | None:
    """Return a numeral up to 99 as a number: 两, 十二, 二十, 36."""
    if numeral.isdigit():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if any(len(part) > 1 for part in (tens, ones)):
        return None
    return (_NUMBERS.get(tens, 1) * 10 if ten else 0) + _NUMBERS.get(ones, 0)


def _asked_in_english(question: str) -> Asked:
    kind = next((kind for kind, pattern in _ENGLISH if pattern.search(question)), Kind.OTHER)
    units: tuple[frozenset[str], ...] = ()
    if kind is Kind.NUMBER:
        units = (next((group for pattern, group in _ENGLISH_UNITS if pattern.search(question)), frozenset()),)
    return Asked(kind, units, None, english=True)
