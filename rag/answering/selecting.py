"""Which of the ranked sentences are given: the shortest sufficient."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.asked import Asked, Kind
from rag.answering.draft import Support
from rag.answering.ranking import RankedSentence
from rag.answering.values import Value, find_values, share_of_units
from rag.normalising import matching_form
from rag.stores.passages import PassageIndex

MAX_CHARS = 350
"""Most characters of an answer. One sentence is given whole, however long."""
MAX_SENTENCES = {Kind.HOW: 4}
DEFAULT_MAX_SENTENCES = 3
SURE_ENOUGH = 0.95
"""Sentences are added until one of those given is the answer with this likelihood, if any sentence is. On practice questions,
five-fold: 418 of 491 right with the best sentence alone, 459 with this, at 134 characters in the mean where it was 87."""
GOES_ON = 0.2
"""A how answer goes on into the next sentence while that is at least this share as likely as the best."""
HEAD_CHARS = 40
"""A sentence up to here that opens a list item or section only announces: what follows it is given too."""

_HEAD = re.compile(
    r"^(\*\*)?([一二三四五六七八九十]+是|第[一二三四五六七八九十]+(步)?[，、是]?|其[一二三四]，|首先|其次|[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+、|\d+[.、．]|——)"
)
_CONTINUING = re.compile(r"^(旨在|通过|从而|由此|以此|即|目的|为此|其中|这|该|主要|具体|进而|有效|确保|实现)")


class SentenceSelector:
    """Selects sentences of one index."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    def select(
        self,
        asked: Asked,
        ranked: Sequence[RankedSentence],
        *,
        also: Sequence[RankedSentence] = (),
        least: int = 1,
        most: int | None = None,
    ) -> list[Support]:
        """Return the best sentence, what it announces, and others until it is likely enough that the answer is among them.

        A sure question gets one sentence, an unsure one several; so does one whose values the best does not all bring.
        also: the best sentence of each further part of the question; they are given too.
        least: sentences at the least, however sure the best is; fewer where they do not fit.
        most: sentences at the most; None takes the number for the kind of question.
        """
        scores = {one.position: one.score for one in ranked}
        shares = _shares(ranked)
        chosen: dict[int, None] = {}
        for one in (ranked[0], *also):
            chosen.update(dict.fromkeys(self._with_following(one.position, asked, scores)))
        limit = MAX_SENTENCES.get(asked.kind, DEFAULT_MAX_SENTENCES) if most is None else most
        limit = max(len(chosen), limit)
        for one in ranked[1:12]:
            if len(chosen) >= limit:
                break
            if one.position in chosen:
                continue
            sure = sum(shares.get(position, 0.0) for position in chosen) >= SURE_ENOUGH
            if sure and len(chosen) >= least and not self._brings_value(asked, list(chosen), one.position):
                continue
            following = self._with_following(one.position, asked, scores)
            if self._n_chars(chosen) + self._n_chars(following) <= MAX_CHARS:
                chosen.update(dict.fromkeys(following))
        return self._ordered(list(chosen))

    def _ordered(self, chosen: Sequence[int]) -> list[Support]:
        """Return chosen sentences case by case, that of the first chosen first, inside a case in the order of the text."""
        spans = [self._index.sentences[position] for position in chosen]
        cases = [self._index.chunks[span.chunk].case_number for span in spans]
        ordered = sorted(zip(cases, spans, strict=True), key=lambda one: (cases.index(one[0]), one[1].start))
        return list(dict.fromkeys(Support(span.start, span.end) for _, span in ordered))

    def _with_following(self, position: int, asked: Asked, scores: dict[int, float]) -> list[int]:
        """Return a sentence and those it cannot be read without: what a head announces, how an answer goes on."""
        taken = [position]
        best = scores.get(position, 0.0)
        while self._n_chars(taken) < MAX_CHARS:
            following = taken[-1] + 1
            if not self._same_passage(position, following):
                break
            announces = len(taken) == 1 and self._announces(position)
            goes_on = asked.kind is Kind.HOW and (
                scores.get(following, 0.0) >= GOES_ON * best or bool(_CONTINUING.match(self._text(following)))
            )
            opens_other = bool(_HEAD.match(self._text(following)))
            if opens_other or not (announces or goes_on) or self._n_chars([*taken, following]) > MAX_CHARS:
                break
            taken.append(following)
        return taken

    def _announces(self, position: int) -> bool:
        text = self._text(position)
        short = len(text) <= HEAD_CHARS
        return short and (bool(_HEAD.match(text)) or text.endswith(("：", ":")))

    def _same_passage(self, position: int, following: int) -> bool:
        sentences = self._index.sentences
        return following < len(sentences) and sentences[following].chunk == sentences[position].chunk

    def _brings_value(self, asked: Asked, chosen: Sequence[int], position: int) -> bool:
        """Return whether a sentence of the same passage serves more of the values asked for than those chosen do."""
        sentences = self._index.sentences
        if not asked.units or sentences[position].chunk != sentences[chosen[0]].chunk:
            return False
        values = [value for one in chosen for value in self._values(one)]
        served = share_of_units(values, asked)
        return served < 1 and share_of_units([*values, *self._values(position)], asked) > served

    def _values(self, position: int) -> list[Value]:
        return find_values(matching_form(self._text(position)))

    def _text(self, position: int) -> str:
        span = self._index.sentences[position]
        return self._index.compilation.text[span.start : span.end]

    def _n_chars(self, positions: Sequence[int] | dict[int, None]) -> int:
        return sum(len(self._text(position)) for position in positions)


def _shares(ranked: Sequence[RankedSentence]) -> dict[int, float]:
    """Return how likely each sentence is to be the one that answers, by position; they add up to 1."""
    odds = {one.position: one.score / max(1 - one.score, 1e-6) for one in ranked}
    total = sum(odds.values())
    return {position: odd / total for position, odd in odds.items()} if total else odds
