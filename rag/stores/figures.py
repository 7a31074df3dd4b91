"""Figures and dates of an English question as a Chinese text writes them: 13.2 billion is 132亿, May 2018 is 2018年5月."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = "|".join(f"{month}|{month[:3]}\\.?" for month in _MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})|(?P<month_first>{_MONTH}) (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))"
    rf"(?:,? (?P<year>\d{{4}}))?\b|\b(?P<month_only>{_MONTH}),? (?:of )?(?P<year_only>\d{{4}})\b",
    re.I,
)
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_FIGURE = re.compile(rf"(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?)(?:[ -](?P<scale>{'|'.join(_SCALES)}))?(?![\w])", re.I)
_CHINESE_SCALES = (1.0, 1e3, 1e4, 1e8, 1e12)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure or date of a question."""

    text: str
    renderings: tuple[tuple[tuple[str, ...], float], ...]
    """The digits a text may put it in, all of which must stand there, and how sure that is (0 to 1); surest first."""


@dataclass(frozen=True, slots=True)
class FiguresFound:
    """The figures of a question and what is left of it."""

    figures: tuple[Figure, ...]
    rest: str


def figures_in(question: str) -> FiguresFound:
    """Return the figures and dates of an English question, and the question without them."""
    figures = [_date(match) for match in _DATE.finditer(question)]
    rest = _DATE.sub(" ", question)
    figures += [_figure(match) for match in _FIGURE.finditer(rest)]
    return FiguresFound(tuple(figures), _FIGURE.sub(" ", rest))


def _date(match: re.Match[str]) -> Figure:
    named = match.groupdict()
    month_name = (named["month"] or named["month_first"] or named["month_only"]).lower()[:3]
    month = str(next(i for i, name in enumerate(_MONTHS, start=1) if name.startswith(month_name)))
    day = named["day"] or named["day_after"]
    year = named["year"] or named["year_only"]
    known = tuple(part for part in (year, month, str(int(day)) if day else None) if part)
    weaker = ((known[1:], 0.7),) if year and day else ()
    return Figure(match.group(), ((known, 1.0), *weaker))


def _figure(match: re.Match[str]) -> Figure:
    digits = match.group("number").replace(",", "")
    scale = match.group("scale")
    if scale is None and (len(digits) <= 4 or "." in digits):
        return Figure(match.group(), (((digits,), 1.0),))
    value = float(digits) * (_SCALES[scale.lower()] if scale else 1.0)
    written = dict.fromkeys(_plain(value / unit) for unit in _CHINESE_SCALES if value / unit >= 0.1)
    return Figure(match.group(), tuple(((one,), 1.0) for one in written))


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
