"""An answer before its citations are numbered: sentences, and the spans each rests on."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import RefusalReason


@dataclass(frozen=True, slots=True)
class Support:
    """A span of the compilation's text that a sentence rests on."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of an answer.

    `text` is verbatim but for bold markers and line breaks, unless `computed`.
    """

    text: str
    supports: tuple[Support, ...]
    computed: bool = False
    """True where the sentence counts, orders or names structure: pages, headings, numbers of cases."""
    case_number: int | None = None
    """The case under which a grouped answer shows the sentence; None where it is not grouped."""
    own_line: bool = False
    """True for the items of a list, each shown on a line of its own."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes; it is checked and numbered before anybody sees it."""

    sentences: tuple[DraftSentence, ...]
    short_answer: str
    confidence: float
    """0 to 1."""
    refusal: RefusalReason | None = None
    """Set where there is nothing to answer; the sentences are then ignored."""
    from_structure: bool = False
    """True where it was read off the contents and headings, not from passages."""
    lacking: str = ""
    """Of a question that is refused, the words that stand nowhere near the best passage; empty where none stands out."""
