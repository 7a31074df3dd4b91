"""Where the evidence of a question stands in the compilation, and how much of it passages cover."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
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
    """One evidence quote: the places where it stands. Any one of them counts as the evidence."""

    quote: str
    spans: tuple[Span, ...]
    """Empty when the text does not contain the quote."""


class SquashedText:
    """A text without white space and `*`, after NFKC, that leads each character back to where it came from."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        origins: list[int] = []
        for offset, character in enumerate(text):
            for folded in unicodedata.normalize("NFKC", character):
                if _counts(folded):
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
    return "".join(character for character in unicodedata.normalize("NFKC", text) if _counts(character))


def locate(question: Question, compilation: Compilation, *, squashed: SquashedText) -> tuple[Evidence, ...]:
    """Return where each evidence quote of the question stands.

    A quote that occurs more than once means the occurrences in the question's cases, or in the catalogue
    (titles, departments and pages stand in both); only where there are none, all of them.
    """
    catalogue_end = compilation.cases[0].start if compilation.cases else 0
    places = [Span(0, catalogue_end)]
    places += [Span(case.start, case.end) for case in compilation.cases if case.number in question.cases]
    located = []
    for quote in question.evidence:
        spans = squashed.find(quote)
        meant = tuple(span for span in spans if any(_inside(span, place) for place in places))
        located.append(Evidence(quote, meant or spans))
    return tuple(located)


def covered_share(evidence: Evidence, passages: Iterable[Span], *, text: str) -> float:
    """Return the share (0 to 1) of the evidence's characters inside the union of the passages, at its best place.

    White space and `*` do not count. 0 for evidence that stands nowhere.
    """
    kept = list(passages)
    return max((_share(span, kept, text=text) for span in evidence.spans), default=0.0)


def _share(span: Span, passages: Sequence[Span], *, text: str) -> float:
    offsets = [offset for offset in range(span.start, span.end) if _counts(text[offset])]
    inside = sum(any(passage.start <= offset < passage.end for passage in passages) for offset in offsets)
    return inside / len(offsets) if offsets else 0.0


def _inside(span: Span, place: Span) -> bool:
    return place.start <= span.start and span.end <= place.end


def _counts(character: str) -> bool:
    return not character.isspace() and character != "*"
