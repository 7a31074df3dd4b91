"""Which of the compared figures or dates is more: said only where each side has one of the same unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.draft import DraftSentence
from rag.answering.kinds import OF_LENGTH
from rag.answering.phrases import phrases
from rag.normalising import is_mostly_latin

_SCALE = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3}
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:余|多)?(万亿|亿|千万|百万|万|千)?(?:余|多)?(\D*)")
_MORE = re.compile(
    rf"(?:更|最|哪个|谁|哪家|(?:哪(?:个|家|边|方|项|种|类|本|份|件|一个)|谁)[^，。？]{{1,8}}?|比[^，。？]{{2,}}?)(?P<adjective>大|多|高|快|{OF_LENGTH}|早|少|低|短|晚|靠前|在先)"
    r"(?=$|[，。？！；、的了呢吗]|一?些|一点|各|分别)"
)
"""Whole adjectives: 更高效 and 更多样 compare nothing that has a figure."""
_COMPARATIVE = {"靠前": "", "在先": ""}
"""Words that take no 更."""
_ADJECTIVES = {
    **dict.fromkeys(("larger", "bigger", "more", "higher", "greater"), "多"),
    **dict.fromkeys(("fewer", "less", "lower", "smaller"), "少"),
    **{"longer": "长", "shorter": "短", "faster": "快", "earlier": "早", "sooner": "早", "later": "晚"},
}
_MORE_ENGLISH = re.compile(rf"\b(?:{'|'.join(_ADJECTIVES)})\b", re.I)
_SMALLER = ("少", "低", "短", "早")
_BY_DATE = ("早", "晚", "在先")
_EARLIER = ("早", "在先")
_DURATION = re.compile(r"(个?工作)?[天日]|小时|分钟?|秒|个?月|年|周")


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found for one side of a comparison."""

    department: str
    subject: str
    value: str
    sentence: DraftSentence


def asks_which_is_more(question: str) -> bool:
    """Return whether a question asks which of its things has more of something."""
    return bool(_adjective(question))


def compares_dates(question: str) -> bool:
    """Return whether a question asks which is earlier or later."""
    return _adjective(question) in _BY_DATE


def _adjective(question: str) -> str:
    """Return the adjective a question compares by, in Chinese; empty where it has none."""
    asked = _MORE.search(question)
    if asked:
        return asked.group("adjective")
    english = _MORE_ENGLISH.search(question) if is_mostly_latin(question) else None
    return _ADJECTIVES[english.group().lower()] if english else ""


def verdict_of(question: str, found: Sequence[Compared]) -> DraftSentence | None:
    """Return the sentence that says which value is more.

    None where the question does not ask, units differ, or both values stand in one sentence: then it cannot be told
    which is whose.
    """
    adjective = _adjective(question)
    if not adjective or len(found) < 2 or len({one.sentence for one in found}) < len(found):
        return None
    names = [one.department for one in found]
    if len(set(names)) < len(names):
        names = [one.subject for one in found]
    if len(set(names)) < len(names):
        return None
    winner = _winner([one.value for one in found], adjective)
    if winner is None:
        return None
    others = [i for i in range(len(found)) if i != winner]
    english = is_mostly_latin(question)
    text = phrases(english).verdict.format(
        winner=names[winner],
        adjective=_COMPARATIVE.get(adjective, "更" if len(found) == 2 else "最") + adjective,
        value=found[winner].value,
        others=("; " if english else "，").join(
            f"{names[i]}{': ' if english else '为'}{found[i].value}" for i in others
        ),
    )
    supports = tuple(support for i in (winner, *others) for support in found[i].sentence.supports)
    return DraftSentence(text, supports, computed=True)


def _winner(values: Sequence[str], adjective: str) -> int | None:
    """Return which value has more of what the adjective says than every other; None where that is not known."""
    for i, value in enumerate(values):
        if all(_order(value, other, adjective) > 0 for j, other in enumerate(values) if j != i):
            return i
    return None


def _order(first: str, second: str, adjective: str) -> int:
    """Return 1 where the first value has more of what the adjective says, -1 where the second, 0 where it is not known."""
    if adjective in _BY_DATE:
        dates = [_date(value) for value in (first, second)]
        if not all(dates):
            return 0
        known = min(map(len, dates))
        one, other = (date[:known] for date in dates)
        return 0 if one == other else 1 if (one < other) == (adjective in _EARLIER) else -1
    amounts = [amount for amount in (amount_of(first), amount_of(second)) if amount is not None]
    if len(amounts) != 2 or amounts[0].unit != amounts[1].unit or amounts[0].number == amounts[1].number:
        return 0
    smaller = adjective in _SMALLER or (adjective == "快" and _DURATION.match(amounts[0].unit) is not None)
    return 1 if (amounts[0].number < amounts[1].number) == smaller else -1


def _date(value: str) -> tuple[int, ...]:
    """Return a date as year, month and day, as far as it says; empty where it names no year."""
    match = re.match(r"((?:19|20)\d{2})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?", value.replace(" ", ""))
    return tuple(int(part) for part in match.groups() if part) if match else ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure to compare."""

    number: float
    unit: str


def amount_of(value: str) -> Amount | None:
    """Return a value as a number and its unit, scales multiplied out; None where it is no figure."""
    match = _AMOUNT.match(value.replace(" ", ""))
    if match is None:
        return None
    number = float(match.group(1).replace(",", ""))
    return Amount(number * _SCALE.get(match.group(2) or "", 1.0), match.group(3))
