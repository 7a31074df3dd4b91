"""Rejoin lines that a page break, or the width of a page, cut in mid-sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rag.parsing.headings import is_whole_heading, read_heading
from rag.parsing.lines import Line

MIN_CUT_CHARS = 20
"""A cut line is at least about a full line of the page long (24 to 30 characters); a shorter one is a label."""
MAX_LABEL_CHARS = 40
"""Up to here a line before a blank line that holds no punctuation at all is a label."""

_CLOSERS = "”’」』）)】》〉\"'*"
_STOPS = "。！？；：!?;:…"
_CONTINUING = "，、,（(“‘《〈【+/-—"
"""What no paragraph ends with."""
_CANNOT_BEGIN = "，。、；：！？”’）》】」』,;!?)%"
"""What no paragraph begins with."""
_PUNCTUATION = re.compile(r"[，。、；：！？,;:!?（）()“”《》]")
_BULLET = re.compile(r"[-•●○]\s")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Join:
    """Two lines that were one: the end of the one and the start of the other."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Rejoined:
    """The text with cut lines rejoined."""

    text: str
    lines: tuple[Line, ...]
    new_numbers: tuple[int, ...]
    """For each line before: the number of the line it now is, or is part of."""
    joins: tuple[Join, ...]


def rejoin_lines(text: str, lines: Sequence[Line], *, first: int, fixed: Collection[int]) -> Rejoined:
    """Return the text with the cut lines of `lines[first:]` rejoined; all other characters stay.

    Between the parts the white space goes; a space stays between two Latin letters only.

    fixed: line numbers (titles, departments, tables, screenshot text) that are joined to nothing.
    """
    pieces: list[str] = []
    joined: list[Line] = []
    new_numbers: list[int] = []
    joins: list[Join] = []
    n_chars, copied = 0, 0
    for number, line in enumerate(lines):
        is_free = number > first and number not in fixed and number - 1 not in fixed
        if is_free and _is_cut(joined[-1].text, line):
            before = joined[-1]
            glue = " " if _LATIN.match(before.text[-1]) and _LATIN.match(line.text) else ""
            pieces += [glue, line.text]
            n_chars += len(glue) + len(line.text)
            joined[-1] = replace(before, text=before.text + glue + line.text, end=n_chars)
            joins.append(Join(before=before.text, after=line.text))
        else:
            gap = text[copied : line.start]
            pieces += [gap, line.text]
            start = n_chars + len(gap)
            n_chars = start + len(line.text)
            joined.append(replace(line, start=start, end=n_chars))
        copied = line.end
        new_numbers.append(len(joined) - 1)
    pieces.append(text[copied:])
    return Rejoined("".join(pieces), tuple(joined), tuple(new_numbers), tuple(joins))


def _is_cut(before: str, line: Line) -> bool:
    """Return whether `before` ends in mid-sentence and `line` goes on with it."""
    if line.text[0] in _CANNOT_BEGIN:
        return True
    heading = read_heading(line.text)
    if _BULLET.match(line.text) or is_whole_heading(before) or (heading is not None and heading.level <= 3):
        return False
    end = before.removesuffix("**")
    if end[-1:] in _CONTINUING:
        return True
    if heading is not None or end.rstrip(_CLOSERS)[-1:] in _STOPS:
        return False
    is_label = line.n_breaks > 1 and len(before) <= MAX_LABEL_CHARS and _PUNCTUATION.search(before) is None
    return len(before) >= MIN_CUT_CHARS and not is_label
