"""Parse the text of a compilation: contents, cases, sections, in one canonical text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import CompilationError, StructureError
from rag.parsing.blocks import Block, find_blocks
from rag.parsing.contents import Contents, read_contents, read_cover
from rag.parsing.decoding import canonicalise
from rag.parsing.lines import Line, split_lines
from rag.parsing.matching import CaseHead, locate_cases
from rag.parsing.rejoining import Join, Rejoined, rejoin_lines
from rag.parsing.sections import build_sections
from rag.types import Case, Compilation, Section

COVER = "封面"
CONTENTS = "目录"
FRONT_MATTER = "前言"


@dataclass(frozen=True, slots=True)
class _Layout:
    """What stands where, in line numbers of the text before its cut lines are rejoined."""

    contents: Contents
    heads: tuple[CaseHead, ...]
    blocks: tuple[Block, ...]


def parse_compilation(raw_text: str, *, compilation_id: str, source_sha256: str) -> Compilation:
    """Return the compilation that `raw_text` holds.

    source_sha256: of the bytes the text was decoded from.

    Raises CompilationError where the text is empty; StructureError where it has no table of contents, where cases
    of the contents are not found in the body, or where no case has a single heading.
    """
    text = canonicalise(raw_text)
    lines = split_lines(text)
    if not lines:
        raise CompilationError(f"汇编“{compilation_id}”是空的，没有任何文字。请换一份有内容的文本。")
    layout = _read_layout(lines)
    rejoined = _rejoin(text, lines, layout)
    cover_lines = rejoined.lines[: layout.contents.heading_line]
    cover = read_cover(cover_lines)
    cases = _build_cases(rejoined, layout)
    if all(len(case.sections) == 1 for case in cases):
        raise StructureError(
            "案例里没有找到任何小标题：要有单独成段的“一、…”，或段首的“（一）…。”“1. …。”“——…。”。"
            "请为案例补上小标题后重试。"
        )
    return Compilation(
        compilation_id=compilation_id,
        title=cover.title or compilation_id,
        issuer=cover.issuer,
        date=cover.date,
        text=rejoined.text,
        cases=cases,
        source_sha256=source_sha256,
        catalogue=_build_catalogue(rejoined, layout, cover_title=cover.title),
    )


def find_joins(raw_text: str) -> tuple[Join, ...]:
    """Return the joins that parsing makes in `raw_text`, in order, for checking by eye."""
    text = canonicalise(raw_text)
    lines = split_lines(text)
    return _rejoin(text, lines, _read_layout(lines)).joins


def _read_layout(lines: Sequence[Line]) -> _Layout:
    contents = read_contents(lines)
    heads = locate_cases(lines, contents.body_line, entries=contents.cases)
    blocks = find_blocks(lines, heads[0].first_line, fixed=_lines_of(heads))
    return _Layout(contents=contents, heads=heads, blocks=blocks)


def _rejoin(text: str, lines: Sequence[Line], layout: _Layout) -> Rejoined:
    in_blocks = {number for block in layout.blocks for number in range(block.first_line, block.last_line + 1)}
    first = layout.contents.body_line
    return rejoin_lines(text, lines, first=first, fixed=_lines_of(layout.heads) | in_blocks)


def _lines_of(heads: Sequence[CaseHead]) -> frozenset[int]:
    return frozenset(number for head in heads for number in range(head.first_line, head.last_line + 1))


def _build_cases(rejoined: Rejoined, layout: _Layout) -> tuple[Case, ...]:
    lines, numbers, heads = rejoined.lines, rejoined.new_numbers, layout.heads
    first_lines = [numbers[head.first_line] for head in heads]
    line_stops = [*first_lines[1:], len(lines)]
    starts = [lines[number].start for number in first_lines]
    ends = [*starts[1:], len(rejoined.text)]
    cases = []
    for index, head in enumerate(heads):
        body_line = numbers[head.last_line] + 1
        body = lines[body_line : line_stops[index]]
        blocks = {numbers[block.first_line] - body_line: block for block in layout.blocks}
        following = heads[index + 1].entry.page - 1 if index + 1 < len(heads) else None
        cases.append(
            Case(
                number=index + 1,
                title=head.title,
                title_in_contents=head.entry.title,
                department=head.department,
                department_in_contents=head.entry.department,
                first_page=head.entry.page,
                # Two cases may share a page: the last page is never before the first.
                last_page=None if following is None else max(following, head.entry.page),
                sections=build_sections(rejoined.text, body, start=starts[index], end=ends[index], blocks=blocks),
                start=starts[index],
                end=ends[index],
            )
        )
    return tuple(cases)


def _build_catalogue(rejoined: Rejoined, layout: _Layout, *, cover_title: str) -> tuple[Section, ...]:
    """Return the cover, each entry of the contents, and what stands between contents and first case."""
    # Nothing is joined before `contents.body_line`, so line numbers up to it hold.
    lines, contents = rejoined.lines, layout.contents
    sections = []
    if contents.heading_line > 0:
        sections.append(_section(lines, 0, contents.heading_line - 1, heading=cover_title, place=COVER))
    for entry in contents.entries:
        sections.append(_section(lines, entry.first_line, entry.last_line, heading=entry.title, place=CONTENTS))
    first_case_line = rejoined.new_numbers[layout.heads[0].first_line]
    if first_case_line > contents.body_line:
        sections.append(_section(lines, contents.body_line, first_case_line - 1, heading="", place=FRONT_MATTER))
    return tuple(sections)


def _section(lines: Sequence[Line], first: int, last: int, *, heading: str, place: str) -> Section:
    return Section(
        heading=heading, level=0, path=(place,), kind="catalogue", start=lines[first].start, end=lines[last].end
    )
