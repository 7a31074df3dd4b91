"""Whether a figure of a written sentence is what the source says it is: of the same thing, with the same bound, moving the same way.

All texts are matching forms. A figure that the source does not have at all is no business of this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.quantities import Quantity, find_quantities
from rag.answering.wording import bigrams

CLAUSE_MARKS = "，。；、：！？,;:\n"
_SENTENCE_MARKS = "。；！？\n"
_CONTEXT_CHARS = 16
"""What a figure is of stands next to it."""
_JOINED = re.compile(r"[年月日时分秒至到\-—~～—]?[至到\-—~～]?")
"""Between the figures of one date, time or range."""
_LEAST_BEFORE = re.compile(r"(?:超过|超出|逾|突破|不低于|不少于|至少|高于|大于|多于|不止)$")
_MOST_BEFORE = re.compile(r"(?:不足|不到|不超过|低于|少于|小于|至多|最多|不高于|不多于)$")
_NEARLY_BEFORE = re.compile(r"(?:近|将近|接近)$")
_LEAST_AFTER = re.compile(r"^(?:以上|多|余)")
_MOST_AFTER = re.compile(r"^(?:以下|以内)")
_UP = re.compile(r"增长|增加|提高|提升|上升|扩大|上涨|增至|升至|翻番|加快|延长|新增")
_DOWN = re.compile(r"下降|减少|降低|缩短|缩小|压缩|下跌|降至|减至|精简|放缓|压减|节约|节省|提速|下调")

_Sides = tuple[frozenset[str], frozenset[str]]
"""Bigrams before and after a figure."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with what stands around it."""

    quantity: Quantity
    before: frozenset[str]
    """Bigrams between it and the figure or clause mark before it."""
    after: frozenset[str]
    bound: str
    """`least` (以上, 超过), `most` (以下, 不足), `nearly` (近); empty for none."""
    clause: str


def same_value(one: Quantity, other: Quantity) -> bool:
    """Return whether two figures are one: equal, and of one unit where both name it."""
    alike = abs(one.value - other.value) <= 1e-9 * max(abs(one.value), 1.0)
    return alike and (one.unit == other.unit or not one.unit or not other.unit)


def misattributed(said: str, source: str) -> str:
    """Return what is wrong with the first figure of a sentence that the source has, but says something else of; empty for none."""
    there = _figures(source)
    for figure in _figures(said):
        own = [one for one in there if same_value(figure.quantity, one.quantity)]
        if not own:
            continue
        written = said[figure.quantity.start : figure.quantity.end]
        others = [one for one in there if one not in own and _comparable(figure.quantity, one.quantity)]
        if _shared(figure, others) > _shared(figure, own):
            return f"出处里没有这个数字：{written}（在出处里说的是别的事）"
        if problem := _other_bound(figure, own) or _other_direction(figure, own):
            return f"{problem}：{written}"
    return ""


def _comparable(one: Quantity, other: Quantity) -> bool:
    return not one.unit or not other.unit or one.unit == other.unit


def _shared(figure: _Figure, others: Sequence[_Figure]) -> int:
    """Return the most that one of `others` has in common with what stands before and after a figure, in bigrams."""
    return max((len(figure.before & one.before) + len(figure.after & one.after) for one in others), default=0)


def _other_bound(figure: _Figure, own: Sequence[_Figure]) -> str:
    bounds = {one.bound for one in own}
    if figure.bound == "least" and "least" not in bounds:
        return "出处里不是“以上”"
    if figure.bound == "most" and not bounds & {"most", "nearly"}:
        return "出处里不是“以下”"
    if bounds == {"most"} and figure.bound != "most":
        return "出处里是“以下”"
    return ""


def _other_direction(figure: _Figure, own: Sequence[_Figure]) -> str:
    for here, there in ((_UP, _DOWN), (_DOWN, _UP)):
        turned = all(there.search(one.clause) and not here.search(one.clause) for one in own)
        if turned and here.search(figure.clause) and not there.search(figure.clause):
            return "出处里的变化方向不同"
    return ""


def _figures(form: str) -> list[_Figure]:
    """Return the figures of a form; those of one date or range share what stands around them."""
    quantities = find_quantities(form)
    groups: list[list[Quantity]] = []
    for quantity in quantities:
        if groups and _JOINED.fullmatch(form[groups[-1][-1].end : quantity.start]):
            groups[-1].append(quantity)
        else:
            groups.append([quantity])
    found = []
    for number, group in enumerate(groups):
        first, last = group[0].start, group[-1].end
        floor = groups[number - 1][-1].end if number else 0
        ceiling = groups[number + 1][0].start if number + 1 < len(groups) else len(form)
        before, after = _sides(form, first, last, floor=floor, ceiling=ceiling)
        found += [_Figure(one, before, after, _bound(form, one), _clause(form, one)) for one in group]
    return found


def _sides(form: str, first: int, last: int, *, floor: int, ceiling: int) -> _Sides:
    start = max(floor, first - _CONTEXT_CHARS, *(form.rfind(mark, floor, first) + 1 for mark in CLAUSE_MARKS))
    end = min(ceiling, last + _CONTEXT_CHARS, *(_at(form, mark, last, ceiling) for mark in CLAUSE_MARKS))
    before, after = bigrams(form[start:first]), bigrams(form[last:end])
    if before or after:
        return frozenset(before), frozenset(after)
    # A date at the head of a sentence ("2018年3月9日，…") is of all that follows.
    rest = bigrams(form[last : min(_at(form, mark, last, len(form)) for mark in _SENTENCE_MARKS)])
    return frozenset(rest), frozenset(rest)


def _at(form: str, mark: str, start: int, end: int) -> int:
    at = form.find(mark, start, end)
    return end if at < 0 else at


def _bound(form: str, quantity: Quantity) -> str:
    before, after = form[max(0, quantity.start - 4) : quantity.start], form[quantity.end : quantity.end + 2]
    if _LEAST_BEFORE.search(before) and not _MOST_BEFORE.search(before):
        return "least"
    if _MOST_BEFORE.search(before) or _MOST_AFTER.search(after):
        return "most"
    if _LEAST_AFTER.search(after) or re.search("[余多]", form[quantity.start : quantity.end]):
        return "least"
    return "nearly" if _NEARLY_BEFORE.search(before) else ""


def _clause(form: str, quantity: Quantity) -> str:
    marks = CLAUSE_MARKS
    start = max(form.rfind(mark, 0, quantity.start) for mark in marks) + 1
    return form[start : min(_at(form, mark, quantity.end, len(form)) for mark in marks)]
