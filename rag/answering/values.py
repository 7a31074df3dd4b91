"""Figures and dates in a text: what stands there, with its unit, and whether it is of the kind a question wants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.answering.asked import UNIT_GROUPS, Asked, Kind, Sought
from rag.retrieval.places import known_places

_UNITS = "|".join(sorted({re.escape(u) for group in UNIT_GROUPS for u in group}, key=len, reverse=True))
_NUMERAL = "一二三四五六七八九十百千两"
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_NUMERAL}]{{1,6}}(?:[万亿][零{_NUMERAL}]{{1,6}})?)"
_FRACTION = re.compile(rf"(?:百|千|万|\d+|[{_NUMERAL}]+)分之(?:\d+(?:\.\d+)?|[零点{_NUMERAL}]+)")
_VALUE = re.compile(
    rf"(?P<number>{_NUMBER})(?P<scale>(?:余|多|来)?(?:万|亿|千|百)?(?:余|多)?(?:万|亿)?(?:余|多)?)(?P<unit>{_UNITS})?(?P<more>余|多)?"
)
_DAY = (
    r"\d{2,4}年(?:\d{1,2}月(?:\d{1,2}[日号]|底|初|上旬|中旬|下旬)?|底|初|上半年|下半年)?|\d{1,2}月\d{1,2}日|\d{1,2}月(?:底|初|上旬|中旬|下旬)?"
    r"|[一二]?[○〇零一二三四五六七八九]{2,4}年|\d{1,2}日"
)
_DATE = re.compile(
    rf"(?:\d{{4}}年?[-—–~～至到]+(?=\d{{4}}年)|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}[-—–~～至到]+(?=\d{{1,2}}日)|(?:{_DAY})[-—–~～至到]+(?={_DAY}))?(?:{_DAY})"
)
"""A day, month or year, or a period from one to another ("10月12日至13日", "2013-2017年"): one value."""
_DAYS = re.compile(r"\d{1,2}日")
_TAKES_BEFORE = re.compile(
    r"(?:缩短|压缩|缩减|减少|精简|延长|提速|加快|限时|时限|期限|时间|只需|仅需|需要?|不超过|不到|至多|至少|最[多快短长])(?:由|从|到|至|为|了)?$"
)
_TAKES_AFTER = re.compile(r"(?:缩短|压缩|缩减|减少|减为|变为|降|延长|提速|以?内(?!容)|办结|办理完)")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟"
    "熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤习栗牛边伍阮管包许卡"
)
_RANKS = (
    "总书记|书记|市长|局长|主任|部长|副部长|院长|教授|院士|同志|司长|区长|会长|组长|总统|主席|委员长|总理|委员|校长"
)
_PERSON = re.compile(
    rf"(?:{_RANKS})[{_SURNAMES}][\u3400-\u9fff·]{{1,4}}|[{_SURNAMES}][\u3400-\u9fff]{{1,2}}(?:{_RANKS})"
)
_ORGANISATION = re.compile(
    r"(?<![某该各有])[\u3400-\u9fffA-Za-z]{2,}(?:（[^）]{1,8}）)?[\u3400-\u9fff]{0,8}"
    r"(?:有限公司|股份|集团|银行|支行|期货|人保|保险|分公司|研究院|研究所|研究中心|大学|学院|协会|联盟|报社|电视台|总局|委员会|海关|中心|局|委|办|厅|部|社|院|馆)|海尔|华为"
)
_NAME = re.compile(r"“[^”]{2,40}”|《[^》]{2,60}》|「[^」]{2,40}」")


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with its unit, or a date, in a matching form."""

    start: int
    end: int
    unit: str
    """As it stands ("家", "亿元"); "日期" for a date; empty where none follows."""


def find_values(form: str) -> list[Value]:
    """Return the figures and dates of a matching form, in order. Chinese numerals count only before a unit."""
    dates = [Value(*match.span(), unit=_unit_of_date(form, match)) for match in _DATE.finditer(form)]
    taken = [(value.start, value.end) for value in dates]
    values = list(dates)
    for match in _FRACTION.finditer(form):
        values.append(Value(*match.span(), unit="%"))
        taken.append(match.span())
    for match in _VALUE.finditer(form):
        start, end = match.span()
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        unit = match.group("unit") or ""
        if not match.group("number")[0].isdigit() and not unit:
            continue
        scale = re.sub(r"[余多来]", "", match.group("scale"))
        values.append(Value(start, end, scale + unit if unit in ("元", "美元") else unit or scale))
    return sorted(values, key=lambda value: value.start)


def _unit_of_date(form: str, match: re.Match[str]) -> str:
    """Return 日期; 日 for days that something takes (由10日缩短至7日), which look like the day of a month."""
    takes = _TAKES_BEFORE.search(form, 0, match.start()) or _TAKES_AFTER.match(form, match.end())
    return "日" if takes and _DAYS.fullmatch(match.group()) else "日期"


def find_names(form: str) -> list[tuple[int, int]]:
    """Return the spans of names in quotation marks and document marks."""
    return [match.span() for match in _NAME.finditer(form)]


def fitting_values(values: Iterable[Value], asked: Asked) -> list[Value]:
    """Return the values that could be what is asked: of a wanted unit, or a date."""
    if asked.kind is Kind.DATE:
        return [value for value in values if value.unit == "日期"]
    wanted = [value for value in values if value.unit != "日期"]
    if not asked.units:
        return []
    if any(not group for group in asked.units):
        return wanted
    return [value for value in wanted if any(_is_of(value.unit, group) for group in asked.units)]


def share_of_units(values: list[Value], asked: Asked) -> float:
    """Return the share of the values asked for that have a fitting value: 0 to 1; 1 where none is asked for."""
    if asked.kind is Kind.DATE:
        return float(any(value.unit == "日期" for value in values))
    if not asked.units:
        return 1.0
    figures = [value for value in values if value.unit != "日期"]
    served = sum(any(not group or _is_of(value.unit, group) for value in figures) for group in asked.units)
    return served / len(asked.units)


def _is_of(unit: str, group: frozenset[str]) -> bool:
    return unit in group or any(known and unit.endswith(known) for known in group if len(known) == 1)


def names_sought(form: str, sought: Sought | None) -> bool | None:
    """Return whether a matching form names what is sought; None where nothing of a known sort is."""
    if sought is None:
        return None
    if sought is Sought.DOCUMENT:
        return "《" in form
    if sought is Sought.PLACE:
        return any(place in form for place in known_places())
    if sought is Sought.NAMED_THING:
        return bool(find_names(form))
    return bool((_PERSON if sought is Sought.PERSON else _ORGANISATION).search(form))


def names_of_sort(form: str, sought: Sought) -> list[str]:
    """Return the names of a sort in a matching form, with the words that tell their sort."""
    patterns = {Sought.PERSON: _PERSON, Sought.ORGANISATION: _ORGANISATION}
    names = [match.group() for match in patterns.get(sought, _NAME).finditer(form)]
    return [name for name in names if name[0] == "《"] if sought is Sought.DOCUMENT else names
