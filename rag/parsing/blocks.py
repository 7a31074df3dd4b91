"""Find tables and the text of screenshots: runs of lines that are no prose."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.parsing.headings import read_heading
from rag.parsing.lines import Line

MIN_RESIDUE_LINES = 3
MAX_RESIDUE_CHARS = 30
MAX_MEAN_CHARS = 20
"""Prose wrapped line by line has 25 to 40 characters a line; labels of a screenshot have far fewer (mean 12 in case 14)."""
MIN_TABLE_ROWS = 2

_PROSE_MARK = re.compile(r"[。！？；]|[，、,]$")
_BULLET = re.compile(r"[-•·*●○]\s+|\d{1,2}\s*[.、)）]|[（(]\d{1,2}[）)]|[①-⑳]")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines, both ends included, that is a table or text of a screenshot."""

    kind: Literal["table", "residue"]
    first_line: int
    last_line: int


def find_blocks(lines: Sequence[Line], first: int, *, fixed: Collection[int]) -> tuple[Block, ...]:
    """Return the tables and screenshot texts among `lines[first:]`, in order.

    A run is a maximal series of lines that are short, hold no sentence and are no heading, or hold a tab.
    It is a table where most lines hold a tab, else screenshot text where it has at least MIN_RESIDUE_LINES lines.

    fixed: line numbers of titles and departments, which belong to no run.
    """
    blocks: list[Block] = []
    run: list[int] = []
    for number in range(first, len(lines) + 1):
        if number < len(lines) and number not in fixed and _is_loose(lines[number].text):
            run.append(number)
            continue
        block = _judge(lines, run)
        if block is not None:
            blocks.append(block)
        run = []
    return tuple(blocks)


def _is_loose(text: str) -> bool:
    if "\t" in text:
        return True
    return len(text) <= MAX_RESIDUE_CHARS and _PROSE_MARK.search(text) is None and read_heading(text) is None


def _judge(lines: Sequence[Line], run: Sequence[int]) -> Block | None:
    n_rows = sum("\t" in lines[number].text for number in run)
    if n_rows >= MIN_TABLE_ROWS and 2 * n_rows >= len(run):
        return Block("table", run[0], run[-1])
    if len(run) < MIN_RESIDUE_LINES or all(_BULLET.match(lines[number].text) for number in run):
        return None
    mean_chars = sum(len(lines[number].text) for number in run) / len(run)
    return Block("residue", run[0], run[-1]) if mean_chars <= MAX_MEAN_CHARS else None
