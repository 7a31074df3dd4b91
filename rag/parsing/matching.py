"""Find where each case of the contents begins in the body, though contents and body differ in wording."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from rag.errors import StructureError
from rag.parsing.contents import Entry
from rag.parsing.headings import read_heading
from rag.parsing.lines import Line, join_titles
from rag.parsing.titles import MIN_TITLE_SCORE, compare_titles, normalise_title

MIN_TITLE_SCORE_WITH_DEPARTMENT = 55.0
"""Enough where the next line is the department as well; a title alone needs MIN_TITLE_SCORE."""
MIN_DEPARTMENT_SCORE = 85.0
DEPARTMENT_BONUS = 20.0
MAX_TITLE_CHARS = 100
MAX_DEPARTMENT_CHARS = 40
MAX_TITLE_LINES = 3
MAX_NAMED = 5
"""At most so many missing cases are named in the message."""

_NOT_TITLE = re.compile(r"[。；，：]$")
_INLINE_DEPARTMENT = re.compile(r"\s*[（(](?P<department>[^（）()]{2,40})[）)]$")


@dataclass(frozen=True, slots=True)
class CaseHead:
    """Title and department of a case as they stand in the body."""

    entry: Entry
    title: str
    department: str
    """As in the body; the contents' form where the body has none."""
    first_line: int
    last_line: int
    """The department's line, or the title's last line where no department follows."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    entry_number: int
    score: float
    head: CaseHead


def locate_cases(lines: Sequence[Line], first: int, *, entries: Sequence[Entry]) -> tuple[CaseHead, ...]:
    """Return the head of each entry's case among `lines[first:]`, in the order of the contents.

    Of all ways to place the entries in order, the one with the greatest sum of scores is taken, the earliest among equals.

    Raises StructureError where entries are not found, naming them.
    """
    candidates = [
        candidate
        for number, entry in enumerate(entries)
        for line_number in range(first, len(lines))
        if (candidate := _match(lines, line_number, entry=entry, entry_number=number)) is not None
    ]
    best = _best_chain(candidates)
    found = {candidate.entry_number for candidate in best}
    missing = [number for number in range(len(entries)) if number not in found]
    if missing:
        raise StructureError(_describe_missing(entries, missing))
    return tuple(candidate.head for candidate in best)


def _match(lines: Sequence[Line], number: int, *, entry: Entry, entry_number: int) -> _Candidate | None:
    best: _Candidate | None = None
    for last in range(number, min(number + MAX_TITLE_LINES, len(lines))):
        if not _may_be_title(lines[last].text):
            break
        candidate = _score(lines, number, last, entry=entry, entry_number=entry_number)
        if candidate is not None and (best is None or candidate.score > best.score):
            best = candidate
    return best


def _may_be_title(text: str) -> bool:
    return len(text) <= MAX_TITLE_CHARS and not _NOT_TITLE.search(text) and "\t" not in text


def _score(lines: Sequence[Line], first: int, last: int, *, entry: Entry, entry_number: int) -> _Candidate | None:
    title = join_titles(lines[first : last + 1])
    inline = _INLINE_DEPARTMENT.search(title)
    department, last_line = "", last
    if inline is not None and _is_department(inline.group("department"), entry.department):
        department, title = inline.group("department"), title[: inline.start()]
    elif last + 1 < len(lines) and _is_department(lines[last + 1].text, entry.department):
        department, last_line = lines[last + 1].text.strip("（）() "), last + 1
    title_score = compare_titles(title, entry.title)
    if title_score < (MIN_TITLE_SCORE_WITH_DEPARTMENT if department else MIN_TITLE_SCORE):
        return None
    head = CaseHead(entry, title, department or entry.department, first_line=first, last_line=last_line)
    return _Candidate(entry_number, title_score + (DEPARTMENT_BONUS if department else 0.0), head)


def _is_department(text: str, department_in_contents: str) -> bool:
    text = text.strip("（）() ")
    if len(text) > MAX_DEPARTMENT_CHARS or read_heading(text) is not None or _NOT_TITLE.search(text):
        return False
    if not department_in_contents:
        return text.endswith(("府", "局", "委", "办", "厅", "部", "院", "署", "会", "中心", "公司"))
    shorter, longer = sorted((normalise_title(text), normalise_title(department_in_contents)), key=len)
    return (
        bool(shorter)
        and fuzz.partial_ratio(shorter, longer) >= MIN_DEPARTMENT_SCORE
        and 2 * len(shorter) >= len(longer)
    )


def _best_chain(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    totals: list[float] = []
    previous: list[int | None] = []
    for index, candidate in enumerate(candidates):
        total, link = candidate.score, None
        for before in range(index):
            other = candidates[before]
            is_before = other.entry_number < candidate.entry_number and other.head.last_line < candidate.head.first_line
            if is_before and totals[before] + candidate.score > total:
                total, link = totals[before] + candidate.score, before
        totals.append(total)
        previous.append(link)
    chain: list[_Candidate] = []
    index_or_none = max(range(len(totals)), key=totals.__getitem__, default=None)
    while index_or_none is not None:
        chain.append(candidates[index_or_none])
        index_or_none = previous[index_or_none]
    return chain[::-1]


def _describe_missing(entries: Sequence[Entry], missing: Sequence[int]) -> str:
    remedy = "请检查案例标题在正文里是否单独成段、与目录基本一致，并按目录的次序排列。"
    if len(missing) == len(entries):
        return f"目录列出 {len(entries)} 个案例，正文里一个案例的标题也没有找到。{remedy}"
    named = "、".join(f"第 {number + 1} 个“{entries[number].title}”" for number in missing[:MAX_NAMED])
    more = " 等" if len(missing) > MAX_NAMED else ""
    return f"目录列出 {len(entries)} 个案例，正文里没有找到其中 {len(missing)} 个的标题：{named}{more}。{remedy}"
