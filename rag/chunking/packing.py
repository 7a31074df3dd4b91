"""Pack sentences into chunks of even size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.chunking.sentences import Span

PARAGRAPH_CUT_BONUS = 0.05
"""Cutting between paragraphs is worth this much unevenness (in squared shares of the limit)."""
SEMICOLON_CUT_COST = 0.05
"""Cutting at ； instead of a full stop costs as much."""
ITEM_CUT_BONUS = 0.1
"""Cutting right before an item (二是…) is worth more, for an item is what is asked for ..."""
HEAD_CUT_COST = 0.2
"""... and cutting off a head (an item's first sentence, a short sentence that opens a paragraph) costs most."""
MAX_HEAD_CHARS = 20


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a piece of one that is too long by itself."""

    span: Span
    owner: int
    """Number of the section it comes from."""
    n_sentence: int
    """Number of its sentence within that section; pieces of one sentence share it."""
    opens_item: bool
    """It begins with the marker of a list item."""
    n_tokens: int = 0
    """Of its own text, without special tokens; 0 while not counted."""

    @property
    def n_chars(self) -> int:
        """Return its length in code points."""
        return self.span.end - self.span.start


@dataclass(frozen=True, slots=True, order=True)
class _Cost:
    """Compared in this order: cuts inside a sentence, number of chunks, unevenness."""

    n_inside: int
    n_chunks: int
    unevenness: float


def pack_units(text: str, units: Sequence[Unit], *, limit: int) -> list[Span]:
    """Return the spans of chunks that hold all units in order, each of at most `limit` tokens.

    Fewest cuts inside a sentence first, then fewest chunks, then the most even sizes; among nearly even ones a cut
    between paragraphs or list items is preferred and one at ； or after an item's head avoided. A chunk that ends inside a sentence begins in the same one,
    for otherwise it could have ended where that sentence begins. A single unit above the limit stays alone.
    """
    best: list[_Cost] = [_Cost(0, 0, 0.0)]
    link: list[int] = [0]
    for stop in range(1, len(units) + 1):
        choices: list[tuple[_Cost, int]] = []
        n_tokens = 0
        for start in range(stop - 1, -1, -1):
            n_tokens += units[start].n_tokens
            if n_tokens > limit and start < stop - 1:
                break
            if _may_be_chunk(units, start, stop):
                choices.append((_add(best[start], text, units, stop, share=n_tokens / limit), start))
        cost, start = min(choices)
        best.append(cost)
        link.append(start)
    spans: list[Span] = []
    stop = len(units)
    while stop:
        spans.append(Span(units[link[stop]].span.start, units[stop - 1].span.end))
        stop = link[stop]
    return spans[::-1]


def _ends_inside(units: Sequence[Unit], stop: int) -> bool:
    return stop < len(units) and units[stop - 1].n_sentence == units[stop].n_sentence


def _may_be_chunk(units: Sequence[Unit], start: int, stop: int) -> bool:
    return not _ends_inside(units, stop) or units[start].n_sentence == units[stop - 1].n_sentence


def _add(cost: _Cost, text: str, units: Sequence[Unit], stop: int, *, share: float) -> _Cost:
    unevenness = cost.unevenness + share * share
    if stop < len(units):
        gap = text[units[stop - 1].span.end : units[stop].span.start]
        unevenness -= PARAGRAPH_CUT_BONUS * ("\n" in gap)
        unevenness += SEMICOLON_CUT_COST * (text[units[stop - 1].span.end - 1] in "；;")
        unevenness -= ITEM_CUT_BONUS * units[stop].opens_item
        unevenness += HEAD_CUT_COST * (_is_head(text, units[stop - 1]) and not units[stop].opens_item)
    return _Cost(cost.n_inside + _ends_inside(units, stop), cost.n_chunks + 1, unevenness)


def _is_head(text: str, unit: Unit) -> bool:
    opens_paragraph = unit.span.start == 0 or text[unit.span.start - 1].isspace()
    return unit.opens_item or (opens_paragraph and unit.n_chars <= MAX_HEAD_CHARS)
