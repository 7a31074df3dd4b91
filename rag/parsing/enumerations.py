"""Find the items of lists that stand inside prose: 一是…二是…, 第一…第二…, 其一…, 1. 2., ①②, （1）（2）, bold run-ins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NUMERALS = {char: value for value, char in enumerate("一二三四五六七八九十", start=1)}
_CIRCLED = {chr(ord("①") + index): index + 1 for index in range(20)}
_ORDER_WORDS = {"首先": 1, "其次": 2, "再次": 3, "第三": 3, "最后": 4}

_NUMBER = "[一二三四五六七八九十]{1,2}"
# What an item may follow: the start of a paragraph, a pause, a heading's or quotation's end, an opening `**`.
_BOUNDARY = r"(?:^|(?<=[。；，：、！？;:,\n”）)*]))[ \t\u3000]*"
_HEAD_END = re.compile(r"[。：，；！？,:;\n]")
_SENTENCE_END = re.compile(r"[。：；！？\n]")
_NEST = {"“": "”", "《": "》", "（": "）", "(": ")", "‘": "’"}


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of a list. All offsets count from the start of the text, half-open."""

    marker: str
    """As it reads: 一是, 第一步, 其二, 3., ①, （2）; for a bold run-in the empty string."""
    start: int
    """Of the marker, or of the `**` before it."""
    end: int
    """Where the next item begins or the paragraph of the last one ends, without white space."""
    head_start: int
    head_end: int
    """The head phrase: from after the marker to the first 。：，or ；, without `**`."""
    lead_end: int
    """The end of the first sentence or clause group (at 。：or ；), without `**`: 一是创新组织机构，变“各自为战”为“合力攻坚”。"""


@dataclass(frozen=True, slots=True)
class _Mark:
    value: int
    marker: str
    start: int
    end: int


def list_items(text: str, start: int, end: int) -> list[ListItem]:
    """Return the items of the lists in `text[start:end]`, in order; nested lists stay inside their item.

    A list has at least two items numbered from one on. Lists that follow each other are all returned.
    """
    span = text[start:end]
    runs = sorted((run for find in _FAMILIES for run in _find_runs(find(span))), key=lambda run: run[0].start)
    items: list[ListItem] = []
    covered = 0
    for run in runs:
        if run[0].start >= covered:
            found = _items_of(span, run)
            items += found
            covered = found[-1].end
    return [_shift(item, start) for item in items]


def _find_runs(marks: Iterator[_Mark]) -> Iterator[list[_Mark]]:
    run: list[_Mark] = []
    for mark in marks:
        if mark.value == 1:
            if len(run) > 1:
                yield run
            run = [mark]
        elif run and mark.value == run[-1].value + 1:
            run.append(mark)
    if len(run) > 1:
        yield run


def _items_of(span: str, run: list[_Mark]) -> list[ListItem]:
    paragraph_end = span.find("\n", run[-1].end)
    last_end = len(span) if paragraph_end < 0 else paragraph_end
    ends = [*(mark.start for mark in run[1:]), last_end]
    return [_make_item(span, mark, end=end) for mark, end in zip(run, ends, strict=True)]


def _make_item(span: str, mark: _Mark, *, end: int) -> ListItem:
    end = mark.start + len(span[mark.start : end].rstrip())
    head_start = mark.end
    while head_start < end and span[head_start] in "*，,、：: 　":
        head_start += 1
    head_end = _find_end(span, head_start, end, stop=_HEAD_END)
    lead_end = _find_end(span, head_start, end, stop=_SENTENCE_END)
    return ListItem(mark.marker, mark.start, end, head_start, head_end, max(head_end, lead_end))


def _find_end(span: str, start: int, end: int, *, stop: re.Pattern[str]) -> int:
    """Return where the phrase from `start` ends: at the first stop that is in no quotation or bracket."""
    closers: list[str] = []
    for index in range(start, end):
        char = span[index]
        if closers and char == closers[-1]:
            closers.pop()
        elif char in _NEST and span.find(_NEST[char], index, end) >= 0:
            closers.append(_NEST[char])
        elif not closers and stop.match(char):
            end = index
            break
    while end > start and span[end - 1] in "* 　":
        end -= 1
    return end


def _shift(item: ListItem, by: int) -> ListItem:
    return ListItem(
        item.marker, item.start + by, item.end + by, item.head_start + by, item.head_end + by, item.lead_end + by
    )


def _numeral_value(numeral: str) -> int:
    if numeral.startswith("十") and len(numeral) == 2:
        return 10 + NUMERALS[numeral[1]]
    return NUMERALS.get(numeral, 0)


def _scanner(pattern: str, value: Callable[[str], int]) -> Callable[[str], Iterator[_Mark]]:
    compiled = re.compile(pattern, re.MULTILINE)

    def find(span: str) -> Iterator[_Mark]:
        for found in compiled.finditer(span):
            marker = found.group("marker")
            start = found.start("marker")
            start -= 2 if span.startswith("**", start - 2) and start >= 2 and _opens_bold(span, start - 2) else 0
            yield _Mark(value(found.group("value")), marker, start, found.end("marker"))

    return find


def _opens_bold(span: str, index: int) -> bool:
    paragraph_start = span.rfind("\n", 0, index) + 1
    return span.count("**", paragraph_start, index) % 2 == 0


def _find_bold(span: str) -> Iterator[_Mark]:
    """Yield the bold run-ins that begin a sentence: **筹资渠道多元化**。建立了…"""
    value = 0
    for found in re.finditer(r"(?:^|(?<=[。；\n]))\*\*(?P<inner>[^*\n]+)\*\*(?P<after>.?)", span, re.MULTILINE):
        if found.group("inner").rstrip()[-1:] not in "。：" and found.group("after") not in "。：":
            continue
        value += 1
        yield _Mark(value, "", found.start(), found.start() + 2)


# 一是 may follow any character (2018年市南区一是…) unless the two belong to a word; later items follow a pause.
_FAMILIES: tuple[Callable[[str], Iterator[_Mark]], ...] = (
    _scanner(
        rf"(?:(?<![之统唯专万第单惟同进逐划归十])(?P<first>(?=一))|{_BOUNDARY})(?P<marker>(?P<value>{_NUMBER})(?:是|要))",
        _numeral_value,
    ),
    _scanner(rf"(?P<marker>第(?P<value>{_NUMBER})步)", _numeral_value),
    _scanner(rf"{_BOUNDARY}(?P<marker>第(?P<value>{_NUMBER})(?:是|条|类|种|(?=[，,、：:])))", _numeral_value),
    _scanner(rf"{_BOUNDARY}(?P<marker>其(?P<value>{_NUMBER}))(?=[，,、：:是])", _numeral_value),
    _scanner(rf"{_BOUNDARY}(?P<marker>(?P<value>首先|其次|再次|最后))(?=[，,、：:])", _ORDER_WORDS.__getitem__),
    _scanner(rf"{_BOUNDARY}(?P<marker>(?P<value>\d{{1,2}})[ \t]*[.．、](?!\d))", int),
    _scanner(r"(?P<marker>(?P<value>[①-⑳]))", _CIRCLED.__getitem__),
    _scanner(r"(?P<marker>[（(](?P<value>\d{1,2})[）)])", int),
    _scanner(rf"^(?P<marker>[（(](?P<value>{_NUMBER})[）)])", _numeral_value),
    _find_bold,
)
