"""Recognise headings: 一、 （一） 1. —— and bold ones, as whole paragraphs or run in before the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.parsing.lines import Line

MAX_LEVEL_1_CHARS = 60
"""一、 with more characters, with a sentence end inside, or with a comma and a full stop is prose and no heading."""
MAX_CHARS = {2: 60, 3: 45, 4: 45}
"""A first sentence with more characters is a sentence: its heading ends at the first comma or colon."""
MAX_LEAD_CHARS = 30
"""A paragraph this short that ends in a colon heads the —— paragraphs after it."""

_NUMBER = "[一二三四五六七八九十百]+"
_LEVELS = (
    (1, re.compile(rf"(?:\*\*)?{_NUMBER}、\s*")),
    (2, re.compile(rf"(?:\*\*)?[（(]\s*{_NUMBER}\s*[）)]\s*")),
    (3, re.compile(r"(?:\*\*)?\d{1,2}\s*[.．、](?!\d)\s*")),
    (4, re.compile(r"(?:\*\*)?—{1,2}(?!\s*\d+\s*—)\s*")),
)
_BOLD = re.compile(r"\*\*(?P<inner>[^*\n]+)\*\*")
_LIST_MARKER = re.compile(rf"{_NUMBER}(?:是|要|、)|其{_NUMBER}|第{_NUMBER}|首先|其次")
_SENTENCE_END = re.compile(r"[。！？]")
_CLAUSE_END = re.compile(r"[，,：:；]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at the start of a paragraph."""

    text: str
    """With its number, without `**` and the full stop or colon at its end."""
    level: int
    """1 for 一、, 2 for （一）, 3 for 1., 4 for —— and bold."""


def read_heading(text: str) -> Heading | None:
    """Return the heading a paragraph is or begins with; None for any other paragraph."""
    for level, pattern in _LEVELS:
        marker = pattern.match(text)
        if marker is not None and marker.end() < len(text):
            return _read_numbered(text, level, n_marker=marker.end())
    bold = _BOLD.match(text)
    if bold is None or _LIST_MARKER.match(bold.group("inner")):
        return None
    rest = text[bold.end() :].lstrip()
    stands_alone = not rest or rest[0] in "。：:" or bold.group("inner").rstrip()[-1] in "。：:"
    return Heading(text=clean_heading(bold.group("inner")), level=4) if stands_alone else None


def is_whole_heading(text: str) -> bool:
    """Return whether the paragraph is a heading and nothing else."""
    heading = read_heading(text)
    return heading is not None and clean_heading(text) == heading.text


def leads_into(line: Line, following: Line | None) -> bool:
    """Return whether a short paragraph ending in a colon heads the —— paragraphs that follow."""
    if following is None or not line.text.endswith(("：", ":")) or len(line.text) > MAX_LEAD_CHARS:
        return False
    return following.text.removeprefix("**").startswith("—") and _SENTENCE_END.search(line.text) is None


def clean_heading(text: str) -> str:
    """Return a heading as it is shown: without `**` and the punctuation that ends it."""
    return text.replace("**", "").strip().rstrip("。：:；;，,").rstrip()


def _read_numbered(text: str, level: int, *, n_marker: int) -> Heading | None:
    end = _SENTENCE_END.search(text)
    sentence = text[: end.start()] if end else text
    if level == 1:
        if end is not None and (text[end.end() :].strip("* ") or "，" in sentence):
            return None
        return Heading(clean_heading(sentence), 1) if len(sentence) <= MAX_LEVEL_1_CHARS else None
    if len(sentence) > MAX_CHARS[level]:
        comma = _CLAUSE_END.search(sentence, n_marker + 1)
        sentence = sentence[: comma.start()] if comma else sentence
    return Heading(clean_heading(sentence), level)
