"""Figures of a text as values: 1.5亿 is 15000万, 二十 is 20, ２０％ is 百分之二十. For checking, not for showing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answering.asked import UNIT_GROUPS
from rag.normalising import matching_form

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 1e4, "亿": 1e8}
_UNITS = sorted(
    {unit for group in UNIT_GROUPS for unit in group if unit}
    | {"年", "月", "日", "号", "%", "成", "倍", "个百分点", "时", "分"},
    key=len,
    reverse=True,
)
_UNIT = "|".join(re.escape(unit) for unit in _UNITS)
_CHINESE = "[零〇○一二三四五六七八九十百千两]"
_FIGURE = re.compile(
    rf"(?P<share>百分之)?(?P<number>\d[\d,]*(?:\.\d+)?|{_CHINESE}+(?:点{_CHINESE}+)?)"
    rf"(?P<scale>(?:余|多|来)?[十百千万亿]*(?:余|多|来)?)(?P<english>thousand|million|billion|trillion)?(?P<unit>{_UNIT}|percent)?"
)
_SAME = {"号": "日", "percent": "%", "名": "人", "位": "人", "平米": "平方米", "立方": "立方米", "千米": "公里"}
_ENGLISH = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_LOOSE = re.compile(r"[余多来]")
_ORDINARY = re.compile(r"^[零〇○一两十百千]$")
"""A single 一 or 十 is mostly a word ("统一", "十分"): no figure."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure of a matching form."""

    value: float
    unit: str
    """"%", "年", "家" …; empty where none follows."""
    start: int
    end: int


def find_quantities(text: str) -> list[Quantity]:
    """Return the figures of a text, in order, with offsets in its matching form.

    Chinese numerals count where a unit follows or they say more than one digit; "一" and the like alone are words.
    """
    form = matching_form(text)
    found = []
    for match in _FIGURE.finditer(form):
        value = _value(match["number"])
        if value is None:
            continue
        scaled = value * _scale(match["scale"]) * _ENGLISH.get(match["english"] or "", 1.0)
        unit = "%" if match["share"] else match["unit"] or ""
        if not match["number"][0].isdigit() and not _is_figure(
            match["number"], unit, certain=bool(match["share"]) or bool(set(match["scale"]) & set(_MYRIADS))
        ):
            continue
        found.append(Quantity(scaled, _SAME.get(unit, unit), *match.span()))
    return found


def _is_figure(numeral: str, unit: str, *, certain: bool) -> bool:
    if certain:
        return True
    if _ORDINARY.match(numeral):
        return False
    return bool(unit) or len(numeral) >= 3


def _scale(written: str) -> float:
    factor = 1.0
    for character in _LOOSE.sub("", written):
        factor *= _POWERS.get(character, 0) or _MYRIADS[character]
    return factor


def _value(number: str) -> float | None:
    if number[0].isdigit():
        return float(number.replace(",", ""))
    whole, _, after_point = number.partition("点")
    value = _chinese_value(whole)
    if value is None or not after_point:
        return value
    digits = "".join(str(_DIGITS[character]) for character in after_point if character in _DIGITS)
    return float(f"{value:.0f}.{digits}") if digits else value


def _chinese_value(numeral: str) -> float | None:
    """Return the value of 二十, 一百零五 or 二〇一八; None for what is none (千百)."""
    if not any(character in _POWERS for character in numeral):
        return float("".join(str(_DIGITS[character]) for character in numeral))
    total, digit = 0, None
    for character in numeral:
        if character in _POWERS:
            total += (1 if digit is None else digit) * _POWERS[character]
            digit = None
        elif character not in "零〇○":
            digit = _DIGITS[character]
    return float(total + (digit or 0))
