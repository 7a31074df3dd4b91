"""Where the evidence of a question stands in the compilation, and how much of it passages cover."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from eval.dataset import Question
from rag.types import Compilation


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of one compilation's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One evidence quote and the places where it stands; any one of them counts as the evidence."""

    quote: str
    places: tuple[Span, ...]
    """In the order of the text; empty when the text does not contain the quote."""


class SquashedText:
    """A text without white space and `*`, after NFKC, that leads each character back to where it came from."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        origins: list[int] = []
        for offset, character in enumerate(text):
            for folded in unicodedata.normalize("NFKC", character):
                if counts(folded):
                    characters.append(folded)
                    origins.append(offset)
        self.text = "".join(characters)
        self._origins = origins

    def find(self, quote: str) -> tuple[Span, ...]:
        """Return every place of the quote, in order; overlapping ones too. Empty for a quote of nothing."""
        wanted = squash(quote)
        spans = []
        at = self.text.find(wanted) if wanted else -1
        while at >= 0:
            spans.append(Span(self._origins[at], self._origins[at + len(wanted) - 1] + 1))
            at = self.text.find(wanted, at + 1)
        return tuple(spans)


def squash(text: str) -> str:
    """Return the text after NFKC, without white space and `*`."""
    return "".join(character for character in unicodedata.normalize("NFKC", text) if counts(character))


def counts(character: str) -> bool:
    """Return whether a character counts when quotes and spans are compared: white space and `*` do not."""
    return not character.isspace() and character != "*"


def locate(question: Question, compilation: Compilation, *, squashed: SquashedText) -> tuple[Evidence, ...]:
    """Return where each evidence quote of the question stands.

    A quote that occurs more than once means the occurrences in the question's cases, or in the catalogue
    (titles, departments and pages stand in both); only where there are none, all of them.
    """
    catalogue_end = compilation.cases[0].start if compilation.cases else 0
    allowed = [Span(0, catalogue_end)]
    allowed += [Span(case.start, case.end) for case in compilation.cases if case.number in question.cases]
    located = []
    for quote in question.evidence:
        places = squashed.find(quote)
        meant = tuple(place for place in places if any(_inside(place, span) for span in allowed))
        located.append(Evidence(quote, meant or places))
    return tuple(located)


def completion_rank(evidence: Evidence, passages: Sequence[Span], *, text: str) -> int | None:
    """Return the rank (from 1) of the passage with which the passages so far hold the whole quote at one place.

    None when they never do. White space and `*` do not count.
    """
    ranks = [rank for place in evidence.places if (rank := _last_rank(place, passages, text=text)) is not None]
    return min(ranks, default=None)


def covered_share(evidence: Evidence, passages: Sequence[Span], *, text: str) -> float:
    """Return the share (0 to 1) of the quote's characters that the passages hold together, at its best place."""
    shares = []
    for place in evidence.places:
        ranks = _ranks(place, passages, text=text)
        shares.append(sum(rank is not None for rank in ranks) / len(ranks))
    return max(shares, default=0.0)


def _last_rank(place: Span, passages: Sequence[Span], *, text: str) -> int | None:
    highest = 0
    for rank in _ranks(place, passages, text=text):
        if rank is None:
            return None
        highest = max(highest, rank)
    return highest


def _ranks(place: Span, passages: Sequence[Span], *, text: str) -> list[int | None]:
    """Return for each character that counts the rank of the first passage that holds it; never empty for a place."""
    near = [
        (rank, passage)
        for rank, passage in enumerate(passages, start=1)
        if passage.start < place.end and place.start < passage.end
    ]
    return [
        next((rank for rank, passage in near if passage.start <= offset < passage.end), None)
        for offset in range(place.start, place.end)
        if counts(text[offset])
    ]


def _inside(span: Span, outer: Span) -> bool:
    return outer.start <= span.start and span.end <= outer.end
