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
_MONEY = frozenset({"元", "万元", "亿元", "万亿元", "美元", "万美元", "亿美元", "亿", "万", "万亿"})
_NOUN_UNITS = (
    (
        re.compile(
            r"(资金|经费|钱|收入|投资|金额|补贴|税|利润|产值|奖金|预算|费用|贷款|价格|补助|补偿金|款|金$|收益|总额|投入|总值|出资|罚)"
        ),
        _MONEY,
    ),
    (
        re.compile(r"(人数|人口|名额|学生|群众|居民|农民|官兵|专家|教师|党员|人$)"),
        frozenset({"人", "名", "位", "人次", "余人", "人员"}),
    ),
    (re.compile(r"(企业|公司|学校|单位|部门|机构|村|社区|园区)"), frozenset({"家", "户", "个", "所", "处", "座"})),
    (re.compile(r"(面积|规模多大)"), frozenset({"平方米", "平米", "万平方米", "平方公里", "亩", "万亩", "公顷"})),
    (
        re.compile(r"(时间|工夫|天数|时长|期限|周期)"),
        frozenset({"天", "日", "工作日", "个工作日", "小时", "分钟", "分", "秒", "个月", "年"}),
    ),
    (re.compile(r"(占比|比例|比重|率|增速|增长|百分)"), frozenset({"%", "个百分点", "成", "倍"})),
)
"""What a noun beside 多少 says of the unit; the noun may stand before it ("总产值是多少") or after ("多少补偿金")."""
_NOUN_REACH = 8
_DATE = re.compile(
    r"(什么时候|何时|几时|哪(一)?(年|天|日|月)|几月|几号|(什么|哪个|具体|启动|成立|发布|印发|举行)(时间|日期|年份)|时间是|多会儿|啥时候)"
)
_RATIO = re.compile(r"(百分之几|百分之多少|比例|占比|占到|百分比|增速|增长率|覆盖率|通达度|覆盖(了)?多少|几成)")
_MEASURE = re.compile(r"(多大|多高|多长|多久|多宽|多远|多重|多深|总规模|规模有|总额)")
_MEASURE_UNITS = {
    "多久": "天 日 工作日 小时 分钟 秒 个月 年 月 分",
    "多长": "米 公里 天 小时 个月 年",
    "多大": "平方米 平方公里 亩 元 亿元 岁",
}
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
    r"|案例(都)?(有|是)?哪(些|几|两|三|四)|(多少|几)(个|篇)(创新)?案例.{0,4}(提|写|涉|谈|说|讲|介绍|用|采用|与|和))"
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
    units = _units(form)
    kind = _kind(form, units, n_cases_named)
    if kind is Kind.COMPARE and not any(units):
        units = (_group_by_noun(form),)
    if kind is Kind.OTHER and (_n_items(form) or 0) >= 2:
        kind = Kind.LIST
    if kind in (Kind.LIST, Kind.WHICH_CASES):  # "哪四项" counts the items, it asks for no figure
        units = ()
    return Asked(kind, units, _n_items(form), english=False, sought=_sought(form), exact_units=_exact_units(form))


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


def _units(form: str) -> tuple[frozenset[str], ...]:
    found = [_unit_group(form, match) for match in _QUANTITY.finditer(form)]
    if _RATIO.search(form) and not any("%" in group for group in found):
        found.append(frozenset({"%", "个百分点", "成", "倍"}))
    for match in _MEASURE.finditer(form):
        units = _MEASURE_UNITS.get(match.group(), "").split()
        found.append(frozenset(units) or _group_by_noun(form[: match.start()][-_NOUN_REACH:]))
    return tuple(found)


def _unit_group(form: str, match: re.Match[str]) -> frozenset[str]:
    """Return the units that fit what stands after 多少 or 几, else what the nouns around it say; empty where nothing does."""
    tail = match.group("tail")
    if re.match(r"(万|亿|千万)?(元|块|美元|美金)", tail) or re.fullmatch(r"(万|亿|万亿)", tail):
        return _MONEY
    known = sorted({unit for group in UNIT_GROUPS for unit in group}, key=len, reverse=True)
    stripped = re.sub(r"^(万|亿|千|百|余|多|大)", "", tail)
    for candidate in (tail, stripped):
        for unit in known:
            if candidate.startswith(unit):
                return _interchangeable(unit)
    clause = re.split(r"[，。？；：]", form[match.start("tail") :])[0]
    return _group_by_noun(clause[:_NOUN_REACH]) or _group_by_noun(_clause_before(form, match.start()))


def _exact_units(form: str) -> tuple[str, ...]:
    known = sorted({unit for group in UNIT_GROUPS for unit in group}, key=len, reverse=True)
    said = (re.sub(r"^(万|亿|千|百|余|多|大)(?=.)", "", match.group("tail")) for match in _QUANTITY.finditer(form))
    return tuple(unit for tail in said for unit in [next((u for u in known if tail.startswith(u)), "")] if unit)


def _clause_before(form: str, end: int) -> str:
    return re.split(r"[，。？；：]", form[:end])[-1][-_NOUN_REACH:]


def _group_by_noun(text: str) -> frozenset[str]:
    """Return the units of the last telling noun in `text`; empty where there is none."""
    found = [(match.end(), units) for pattern, units in _NOUN_UNITS for match in pattern.finditer(text)]
    return max(found, key=lambda pair: pair[0])[1] if found else frozenset()


def _interchangeable(unit: str) -> frozenset[str]:
    groups = [group for group in UNIT_GROUPS if unit in group]
    return frozenset().union(*groups) if groups else frozenset({unit})


def _n_items(form: str) -> int | None:
    match = re.search(
        r"哪([两二三四五六七八九十]|\d{1,2})(?=[^年月日天])|([一二三四五六七八九十两]|\d{1,2})(大|个|项|种|类|方面|步|条)",
        form,
    )
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
