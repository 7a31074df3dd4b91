"""Names written in pinyin ("Guzhenkou", "Xu Xianchun") and the Chinese words of a text that they may stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import pairwise

_INITIAL = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
_FINAL = (
    "iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|van|ai|ei|ao|ou|an|en|in|un|er|ia|ie|iu|ua|uo|ui|ue|ve|a|o|e|i|u|v"
)
_SYLLABLE = re.compile(rf"(?:{_INITIAL})?(?:{_FINAL})")
MIN_SYLLABLES, MAX_SYLLABLES = 2, 6
_MAX_FOUND = 8
_READINGS = 2
"""Readings of a character that count; the third of 育 (zhou) is in no name."""


class PinyinNames:
    """Finds names among the character bigrams of a text."""

    def __init__(self, tokens: Collection[str]) -> None:
        """Take the lexical tokens of the text."""
        self._bigrams = [token for token in tokens if re.fullmatch(r"[\u3400-\u9fff]{2}", token)]

    def find(self, letters: str) -> list[str]:
        """Return the Chinese words whose every two neighbouring characters stand in the text and are read `letters`."""
        found: dict[str, None] = {}
        for syllables in _divisions(letters.lower().replace("ü", "v")):
            chains = list(self._by_syllables.get((syllables[0], syllables[1]), ()))
            for pair in pairwise(syllables[1:]):
                following = self._by_syllables.get(pair, ())
                chains = [chain + one[1] for chain in chains for one in following if one[0] == chain[-1]]
            found.update(dict.fromkeys(chains))
        return list(found)[:_MAX_FOUND]

    @cached_property
    def _by_syllables(self) -> dict[tuple[str, str], list[str]]:
        from pypinyin import Style, pinyin

        readings: dict[str, list[str]] = {}
        for character in {character for bigram in self._bigrams for character in bigram}:
            readings[character] = pinyin(character, style=Style.NORMAL, heteronym=True)[0][:_READINGS]
        by_syllables: dict[tuple[str, str], list[str]] = {}
        for bigram in self._bigrams:
            for first in readings[bigram[0]]:
                for second in readings[bigram[1]]:
                    by_syllables.setdefault((first, second), []).append(bigram)
        return by_syllables


def _divisions(letters: str) -> Iterator[list[str]]:
    """Yield the ways to read letters as two to six syllables."""
    pending: list[tuple[list[str], str]] = [([], letters)]
    while pending:
        syllables, rest = pending.pop()
        if not rest:
            if len(syllables) >= MIN_SYLLABLES:
                yield syllables
            continue
        if len(syllables) == MAX_SYLLABLES:
            continue
        for length in range(1, min(6, len(rest)) + 1):
            if _SYLLABLE.fullmatch(rest[:length]):
                pending.append(([*syllables, rest[:length]], rest[length:]))
