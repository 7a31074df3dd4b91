"""Lines of a text with their offsets: what all steps of the parser work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without the white space around it; `text == source[start:end]`."""

    text: str
    start: int
    end: int
    n_breaks: int
    r"""`\n` between the line before and this one: 1 for the next line, 2 or more after blank lines."""


def split_lines(text: str) -> tuple[Line, ...]:
    r"""Return the lines of `text` that are not blank, in order. Only `\n` ends a line."""
    lines: list[Line] = []
    offset, n_breaks = 0, 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            start = offset + raw.index(stripped)
            lines.append(Line(text=stripped, start=start, end=start + len(stripped), n_breaks=n_breaks))
            n_breaks = 0
        offset += len(raw) + 1
        n_breaks += 1
    return tuple(lines)


def join_titles(lines: Sequence[Line]) -> str:
    """Return lines of one title as one line. A break inside a title separates phrases, so it becomes a space."""
    return " ".join(line.text for line in lines)
