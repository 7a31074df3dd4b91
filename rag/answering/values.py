"""Figures and dates in a text: what stands there, with its unit, and whether it is of the kind a question wants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.answering.asked import UNIT_GROUPS, Asked, Kind

_UNITS = "|".join(sorted({re.escape(u) for group in UNIT_GROUPS for u in group}, key=len, reverse=True))
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|[一二三四五六七八九十百千两]{1,6})"
_VALUE = re.compile(
    rf"(?P<number>{_NUMBER})(?P<scale>(?:余|多|来)?(?:万|亿|千|百)?(?:余|多)?(?:万|亿)?(?:余|多)?)(?P<unit>{_UNITS})?(?P<more>余|多)?"
)
_DATE = re.compile(
    r"\d{2,4}年(?:\d{1,2}月(?:\d{1,2}[日号]|底|初|上旬|中旬|下旬)?|底|初|上半年|下半年)?|\d{1,2}月\d{1,2}日|\d{1,2}月(?:底|初|上旬|中旬|下旬)?"
    r"|[一二]?[○〇零一二三四五六七八九]{2,4}年|\d{1,2}日"
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
    dates = [Value(*match.span(), unit="日期") for match in _DATE.finditer(form)]
    taken = [(value.start, value.end) for value in dates]
    values = list(dates)
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
