"""Cut text into sentences, clauses and list items, as spans: nothing is copied or changed.

Made for Chinese prose (。！？；) with English among it; used by chunking, retrieval, answering and the grounding check.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from rag.parsing.enumerations import ListItem, list_items

__all__ = ["MAX_SENTENCE_CHARS", "ListItem", "Span", "clauses", "list_items", "sentences"]

MAX_SENTENCE_CHARS = 200
"""A quotation or bracket with sentences inside is kept whole up to here; beyond, it is cut at its own sentence ends."""
MAX_EXCLAMATION_CHARS = 12
"""“要我改！”的口号: ！ or ？ inside a quotation this short does not end the sentence around it."""

_PAIRS = {"“": "”", "‘": "’", "《": "》", "（": "）", "(": ")", "「": "」", "『": "』", "〈": "〉", "【": "】"}
_CLOSERS = "”’》）)」』〉】\"'"
_STOPS = "。！？；"
_ASCII_STOPS = ";!?"
_GOES_ON = "，、；：。！？,;:"
_CLAUSE_STOPS = "，：,:；;"
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|No|Vol|Fig|vs|etc|e\.g|i\.e|approx|Inc|Ltd|Co|Corp"
    r"|(?:[A-Za-z]\.)+[A-Za-z])$"
)
_ENUMERATOR = re.compile(r"(?:^|[\n。；：;:])\s*\d{1,3}$")
_AFTER_FULL_STOP = re.compile(r"\s+[\"'“‘(\[]?[A-Z0-9\u4e00-\u9fff]|\s*$|\s*\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, half-open, in code points."""

    start: int
    end: int


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the sentences of `text[start:end]`, in order, without the white space around them.

    A sentence ends at 。！？；, at ASCII ;!? or a full stop that end one, and at every line break. Closing quotation
    marks, brackets and the `**` that closes a bold stretch stay with it. Stops inside 《》 never count; stops inside
    quotations and brackets count only where the sentence would exceed MAX_SENTENCE_CHARS. Every character that is
    not white space is in exactly one sentence.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    line_start = start
    while line_start < stop:
        newline = text.find("\n", line_start, stop)
        line_end = stop if newline < 0 else newline
        spans += _cut_line(text, line_start, line_end)
        line_start = line_end + 1
    return spans


def clauses(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the clauses of `text[start:end]`: its sentences, cut further after ，：；, outside quotations and brackets.

    A comma or colon between digits (1,000 or 10:29) does not count.
    """
    spans: list[Span] = []
    for sentence in sentences(text, start, end):
        protected = _find_protected(text, sentence.start, sentence.end)
        cuts = [
            index + 1
            for index in range(sentence.start, sentence.end - 1)
            if text[index] in _CLAUSE_STOPS and index not in protected and not _is_between_digits(text, index)
        ]
        spans += _spans_between(text, [sentence.start, *cuts, sentence.end])
    return spans


def _cut_line(text: str, start: int, end: int) -> list[Span]:
    protected = _find_protected(text, start, end)
    cuts = _find_cuts(text, start, end, protected=protected)
    spans: list[Span] = []
    for span in _spans_between(text, [start, *cuts, end]):
        if span.end - span.start > MAX_SENTENCE_CHARS:
            titles = _find_protected(text, span.start, span.end, openers="《〈")
            cuts = _find_cuts(text, span.start, span.end, protected=titles)
            spans += _spans_between(text, [span.start, *cuts, span.end])
        else:
            spans.append(span)
    return spans


def _find_cuts(text: str, start: int, end: int, *, protected: frozenset[int]) -> list[int]:
    """Return the offsets after which a sentence ends, closers included."""
    cuts: list[int] = []
    index = start
    while index < end:
        if index in protected or not _is_stop(text, index, end):
            index += 1
            continue
        after = index + 1
        while after < end and text[after] in _STOPS + _ASCII_STOPS:
            after += 1
        after = _take_closers(text, start, after, end)
        if not _sentence_goes_on(text, index, after, end):
            cuts.append(after)
        index = after
    return cuts


def _is_stop(text: str, index: int, end: int) -> bool:
    char = text[index]
    if char in _STOPS:
        return True
    following = text[index + 1] if index + 1 < end else ""
    if char in _ASCII_STOPS:
        return not following or following.isspace() or following in _CLOSERS or following >= "\u3400"
    if char != "." or not (index and (text[index - 1].isalnum() or text[index - 1] in _CLOSERS)):
        return False
    return _is_full_stop(text, index, end)


def _is_full_stop(text: str, index: int, end: int) -> bool:
    """Return whether the ASCII `.` ends an English sentence: no decimal point, number of a heading, abbreviation."""
    after = index + 1
    while after < end and text[after] in _CLOSERS:
        after += 1
    if not _AFTER_FULL_STOP.match(text[after : min(end, after + 8)]):
        return False
    before = text[max(0, index - 24) : index]
    return not (_ABBREVIATION.search(before) or _ENUMERATOR.search("\n" * (index <= 24) + before))


def _take_closers(text: str, start: int, after: int, end: int) -> int:
    while after < end:
        if text[after] in _CLOSERS:
            after += 1
        elif text.startswith("**", after) and text.count("**", start, after) % 2 == 1:
            after += 2
        else:
            break
    return after


def _sentence_goes_on(text: str, index: int, after: int, end: int) -> bool:
    """Return whether the sentence goes on after the stop at `index` and its closers up to `after`."""
    if after >= end:
        return False
    if text[after] in _GOES_ON:
        return True
    if text[index] in "。；" or after == index + 1 or text[after].isspace():
        return False
    opened = max(text.rfind(opener, 0, index) for opener in "“‘「『")
    return 0 <= index - opened <= MAX_EXCLAMATION_CHARS and opened >= 0


def _find_protected(text: str, start: int, end: int, *, openers: str = "".join(_PAIRS)) -> frozenset[int]:
    """Return the offsets inside pairs of quotation marks and brackets, except a stop right before the closing mark.

    “要大力总结。”青岛… ends at 。” although 。 is inside; a mark without its partner in the line protects nothing.
    """
    protected: set[int] = set()
    stack: list[int] = []
    for index in range(start, end):
        char = text[index]
        if char in openers:
            stack.append(index)
            continue
        depth = next((depth for depth in range(len(stack) - 1, -1, -1) if _PAIRS[text[stack[depth]]] == char), None)
        if depth is None:
            continue
        opened = stack[depth]
        del stack[depth:]
        stop = index if char in "》〉" or text[index - 1] not in _STOPS + _ASCII_STOPS else index - 1
        protected.update(range(opened, stop))
    return frozenset(protected)


def _is_between_digits(text: str, index: int) -> bool:
    return 0 < index < len(text) - 1 and text[index - 1].isdigit() and text[index + 1].isdigit()


def _spans_between(text: str, cuts: list[int]) -> list[Span]:
    spans: list[Span] = []
    for start, end in itertools.pairwise(cuts):
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped)
            spans.append(Span(first, first + len(stripped)))
    return spans
