"""Read the cover and the table of contents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import StructureError
from rag.parsing.lines import Line, join_titles
from rag.parsing.titles import MIN_TITLE_SCORE, compare_titles

MAX_TITLE_LINES = 3
"""A title in the contents runs over at most so many lines; more lines without a page end the contents."""

_HEADING = re.compile(r"(?:目\s*[录錄次]|contents|table of contents)", re.IGNORECASE)
_PAGE = re.compile(r"(?:第\s*)?(?P<page>[0-9０-９]{1,4}|[IVXLC]{1,7}|[Ⅰ-Ⅻⅰ-ⅻ])\s*页?$", re.IGNORECASE)
_LEADER = re.compile(r"(?:\t|[.．·・_\-—…⋯]{2,}|[…⋯]|\s{2,})[\s.．·・_\-—…⋯]*$")
_DEPARTMENT = re.compile(r"\s*[（(](?P<department>[^（）()]{2,60})[）)]$")
_GROUP = re.compile(r"(?:第?[一二三四五六七八九十]+(?:部分|[、篇章编辑类])|[（(][一二三四五六七八九十]+[）)])")
_DATE = re.compile(
    r"(?:\d{4}|[一二三四五六七八九〇○零]{4})\s*年(?:\s*[\d一二三四五六七八九十]+\s*月(?:\s*[\d一二三四五六七八九十]+\s*日)?)?"
)
_ISSUER = re.compile(r".*(?:办公[厅室]|政府|委员会|[厅局委办部院署会社室]|中心|公司|集团|编)$")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line (or two) of the contents."""

    title: str
    department: str
    """Empty where the contents name none."""
    page: int
    roman: bool
    """A Roman page number: front matter, where other entries have Arabic ones."""
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the table of contents stands and what it lists. Line numbers count from 0."""

    heading_line: int
    entries: tuple[Entry, ...]
    """All entries, in order."""
    body_line: int
    """The first line after the contents."""

    @property
    def cases(self) -> tuple[Entry, ...]:
        """The entries that are cases.

        Not cases: Roman page numbers beside Arabic ones (front matter), and lines such as 第一部分 or 一、
        without a department where others name one (parts of the volume).
        """
        entries = tuple(entry for entry in self.entries if not entry.roman) or self.entries
        if any(entry.department for entry in entries):
            entries = tuple(entry for entry in entries if entry.department or not _GROUP.match(entry.title))
        return entries


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover says; empty strings for what it does not."""

    title: str
    issuer: str
    date: str


def read_contents(lines: Sequence[Line]) -> Contents:
    """Return the table of contents: the line 目录 and the lines `title（department）…page` after it.

    Raises StructureError where there is no such line or no entry after it.
    """
    for number, line in enumerate(lines):
        if _HEADING.fullmatch(line.text):
            entries = _read_entries(lines, number + 1)
            if entries:
                return Contents(heading_line=number, entries=entries, body_line=entries[-1].last_line + 1)
    raise StructureError(
        "这份文本里没有找到目录：要有单独一行“目录”，其后每行是“标题（部门） 页码”（页码前为制表符、点线或空格）。"
        "请补上目录后重试。"
    )


def read_cover(lines: Sequence[Line]) -> Cover:
    """Return title, issuer and date from the lines before the contents.

    The date is a line that is nothing but a date, the issuer the last other line where it reads like an office.
    """
    dates = [line for line in lines if _DATE.fullmatch(line.text)]
    others = [line for line in lines if line not in dates]
    issuer = others.pop().text if len(others) > 1 and _ISSUER.fullmatch(others[-1].text) else ""
    return Cover(title=join_titles(others), issuer=issuer, date=dates[-1].text if dates else "")


def _read_entries(lines: Sequence[Line], first: int) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    pending = first
    for number in range(first, len(lines)):
        stands_alone = _read_entry(lines, number, number) is not None
        if number - pending >= MAX_TITLE_LINES or (not stands_alone and _begins_body(lines[number], entries)):
            break
        if not stands_alone and _GROUP.match(lines[number].text):
            pending = number + 1
            continue
        entry = _read_entry(lines, pending, number)
        if entry is None:
            continue
        if entries and not entry.roman and not entries[-1].roman and entry.page < entries[-1].page:
            break
        entries.append(entry)
        pending = number + 1
    return tuple(entries)


def _begins_body(line: Line, entries: Sequence[Entry]) -> bool:
    return bool(entries) and compare_titles(line.text, entries[0].title) >= MIN_TITLE_SCORE


def _read_entry(lines: Sequence[Line], first: int, last: int) -> Entry | None:
    found = _PAGE.search(lines[last].text)
    if found is None:
        return None
    rest = lines[last].text[: found.start()]
    leader = _LEADER.search(rest)
    rest = (rest[: leader.start()] if leader else rest).rstrip()
    named = _DEPARTMENT.search(rest)
    if leader is None and named is None:
        return None
    last_part = (rest[: named.start()] if named else rest).strip()
    title = " ".join([*(line.text for line in lines[first:last]), *([last_part] if last_part else [])])
    if not any(char.isalpha() for char in title):
        return None
    page = unicodedata.normalize("NFKC", found.group("page"))
    return Entry(
        title=title,
        department=named.group("department").strip() if named else "",
        page=int(page) if page.isdigit() else _read_roman(page),
        roman=not page.isdigit(),
        first_line=first,
        last_line=last,
    )


def _read_roman(numeral: str) -> int:
    values = [_ROMAN[char] for char in numeral.upper()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
