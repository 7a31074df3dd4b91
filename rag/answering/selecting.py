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

MAX_CHARS = {Kind.HOW: 320, Kind.LIST: 360}
"""Most characters of an answer by kind; others `DEFAULT_MAX_CHARS`. One sentence is given whole, however long."""
DEFAULT_MAX_CHARS = 220
MAX_SENTENCES = {Kind.HOW: 4, Kind.LIST: 3}
DEFAULT_MAX_SENTENCES = 2
NEARLY_AS_LIKELY = 0.45
"""A further sentence is given while it is at least this share as likely as the best."""
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
        self, asked: Asked, ranked: Sequence[RankedSentence], *, also: Sequence[RankedSentence] = ()
    ) -> list[Support]:
        """Return the best sentence, what it announces, and others nearly as likely or that bring a value still wanted.

        also: the best sentence of each further part of the question; they are given too.
        """
        scores = {one.position: one.score for one in ranked}
        chosen: dict[int, None] = {}
        for one in (ranked[0], *also):
            chosen.update(dict.fromkeys(self._with_following(one.position, asked, scores)))
        n_needed = len(chosen)
        for one in ranked[1:12]:
            if (
                len(chosen) >= max(n_needed, MAX_SENTENCES.get(asked.kind, DEFAULT_MAX_SENTENCES))
                or one.position in chosen
            ):
                continue
            likely = one.score >= NEARLY_AS_LIKELY * ranked[0].score
            if not likely and not self._brings_value(asked, list(chosen), one.position):
                continue
            following = self._with_following(one.position, asked, scores)
            if self._n_chars(chosen) + self._n_chars(following) <= MAX_CHARS.get(asked.kind, DEFAULT_MAX_CHARS):
                chosen.update(dict.fromkeys(following))
        spans = {(s.start, s.end) for s in (self._index.sentences[position] for position in chosen)}
        return [Support(*span) for span in sorted(spans)]

    def _with_following(self, position: int, asked: Asked, scores: dict[int, float]) -> list[int]:
        """Return a sentence and those it cannot be read without: what a head announces, how an answer goes on."""
        taken = [position]
        best = scores.get(position, 0.0)
        budget = MAX_CHARS.get(asked.kind, DEFAULT_MAX_CHARS)
        while self._n_chars(taken) < budget:
            following = taken[-1] + 1
            if not self._same_passage(position, following):
                break
            announces = len(taken) == 1 and self._announces(position)
            goes_on = asked.kind is Kind.HOW and (
                scores.get(following, 0.0) >= GOES_ON * best or bool(_CONTINUING.match(self._text(following)))
            )
            opens_other = bool(_HEAD.match(self._text(following)))
            if opens_other or not (announces or goes_on) or self._n_chars([*taken, following]) > budget:
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
