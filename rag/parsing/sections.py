"""Cut a case into its sections: the opening, one per heading, and tables or screenshot text by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.parsing.blocks import Block
from rag.parsing.enumerations import list_items
from rag.parsing.headings import Heading, clean_heading, leads_into, read_heading
from rag.parsing.lines import Line
from rag.types import Section, SectionKind

MIN_LIST_SHARE = 0.5
"""A section is a list where the items of 一是/二是 hold at least this share of its text after the heading."""


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a section begins; its end is the next one's start."""

    heading: Heading
    path: tuple[Heading, ...]
    offset: int
    n_heading: int
    """Characters of the heading in the text: what the section holds after them is its body."""
    kind: SectionKind


def build_sections(
    text: str,
    lines: Sequence[Line],
    *,
    start: int,
    end: int,
    blocks: Mapping[int, Block] | None = None,
) -> tuple[Section, ...]:
    """Return the sections of `text[start:end]`, which they tile exactly; the first is the opening.

    lines: the lines after title and department.
    blocks: tables and screenshot texts by the number, within `lines`, of their first line.
    """
    starts = _find_starts(lines, blocks or {}, start=start)
    ends = [*(item.offset for item in starts[1:]), end]
    return tuple(_make_section(text, item, end=stop) for item, stop in zip(starts, ends, strict=True))


def _find_starts(lines: Sequence[Line], blocks: Mapping[int, Block], *, start: int) -> list[_Start]:
    nothing = Heading(text="", level=0)
    starts = [_Start(nothing, (), start, 0, "prose")]
    path: tuple[Heading, ...] = ()
    number, after_block = 0, False
    while number < len(lines):
        line, block = lines[number], blocks.get(number)
        following = lines[number + 1] if number + 1 < len(lines) else None
        heading = None if block else _heading_of(line, following, path)
        if block is not None:
            starts.append(_Start(nothing, path, line.start, 0, block.kind))
            number += block.last_line - block.first_line
        elif heading is not None:
            path = (*(above for above in path if above.level < heading.level), heading)
            starts.append(_Start(heading, path, line.start, _n_heading(line, heading), "prose"))
        elif after_block:
            starts.append(_Start(nothing, path, line.start, 0, "prose"))
        after_block = block is not None
        number += 1
    return starts


def _heading_of(line: Line, following: Line | None, path: Sequence[Heading]) -> Heading | None:
    heading = read_heading(line.text)
    if heading is None and leads_into(line, following):
        enclosing = max((above.level for above in path if above.level < 3), default=0)
        return Heading(text=clean_heading(line.text), level=enclosing + 1)
    return heading


def _n_heading(line: Line, heading: Heading) -> int:
    """Return how many characters of the line its heading takes, with its closing `**` and the stop after it."""
    left, index = len(heading.text), 0
    while left > 0 and index < len(line.text):
        left -= line.text[index] != "*"
        index += 1
    for tail in ("**", line.text[index : index + 1] if line.text[index : index + 1] in "。：:；;" else "", "**"):
        is_open = line.text.count("**", 0, index) % 2 == 1
        if tail and line.text.startswith(tail, index) and (is_open or tail != "**"):
            index += len(tail)
    return index


def _make_section(text: str, item: _Start, *, end: int) -> Section:
    kind = item.kind
    if kind == "prose" and item.heading.level > 0 and _is_list(text, item.offset + item.n_heading, end):
        kind = "list"
    level = item.heading.level or (item.path[-1].level if item.path else 0)
    return Section(
        heading=item.heading.text,
        level=level,
        path=tuple(heading.text for heading in item.path),
        kind=kind,
        start=item.offset,
        end=end,
    )


def _is_list(text: str, start: int, end: int) -> bool:
    n_chars = len(text[start:end].strip())
    n_items = sum(item.end - item.start for item in list_items(text, start, end))
    return n_chars > 0 and n_items >= MIN_LIST_SHARE * n_chars
