"""Which words of a question an answer's passage repeats, and which only ask.

Learnt from public questions with their paragraphs: "多少" is hardly ever repeated, "机场" nearly always. A word that an answer
would repeat and that stands nowhere near it says that something else is asked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.normalising import matching_form
from rag.stores.lexical import lexical_tokens

_WORDING_PATH = Path(__file__).resolve().parent / "models" / "wording.json"
_STRETCH = re.compile(r"[a-z\u00df-\u024f]+|\d+(?:\.\d+)?|[\u3400-\u9fff\U00020000-\U0003ffff]+")
LATIN_WEIGHT = 0.98
NUMBER_WEIGHT = 0.95
"""Shares of the Latin words and figures of the public questions that stand near the answer (523 and 448 distinct ones)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How surely an answer repeats a word of its question."""

    bigrams: dict[str, float]
    """Share of the questions with this bigram whose answer does not repeat it within 150 characters; the frequent ones."""
    characters: dict[str, tuple[float, float]]
    """Log-odds of the same for bigrams that begin and that end with a character."""
    coefficients: tuple[float, float]
    intercept: float
    base: float
    """Log-odds over all bigrams: for a character that is not known."""

    def weight(self, token: str) -> float:
        """Return the probability, 0 to 1, that an answer's surroundings repeat a lexical token of its question."""
        if token.isascii():
            return NUMBER_WEIGHT if token[0].isdigit() else LATIN_WEIGHT
        if len(token) != 2:
            return 0.0
        if token in self.bigrams:
            return 1 - self.bigrams[token]
        unknown = (self.base, self.base)
        first = self.characters.get(token[0], unknown)[0]
        second = self.characters.get(token[1], unknown)[1]
        odds = self.coefficients[0] * first + self.coefficients[1] * second + self.intercept
        return 1 / (1 + math.exp(odds))


@cache
def load_wording() -> Wording:
    """Return the fitted table, `models/wording.json`."""
    read = json.loads(_WORDING_PATH.read_text(encoding="utf-8"))
    characters = {character: (odds[0], odds[1]) for character, odds in read["characters"].items()}
    first, second = read["coefficients"]
    return Wording(read["bigrams"], characters, (first, second), read["intercept"], read["base"])


def word_weights(question: str, wording: Wording) -> dict[str, float]:
    """Return the lexical tokens of a question with the probability that its answer repeats them."""
    return {token: wording.weight(token) for token in lexical_tokens(question)}


def missing_stretches(
    question: str, told: Sequence[Collection[str]], weights: dict[str, float]
) -> list[MissingStretch]:
    """Return the stretches of a question of which nothing stands in any of `told`, heaviest first.

    told: sets of lexical tokens. weights: of the question's tokens.
    """
    found = []
    for stretch in _STRETCH.findall(matching_form(question)):
        start, weight, length = 0, 0.0, 0
        tokens = lexical_tokens(stretch)
        for position, token in enumerate([*tokens, ""]):
            if token and not any(token in tokens_told for tokens_told in told):
                if not length:
                    start = position
                length += 1
                weight += weights.get(token, 0.0)
            elif length:
                text = stretch if stretch.isascii() else stretch[start : start + length + 1]
                found.append(MissingStretch(text, weight))
                weight, length = 0.0, 0
    return sorted(found, key=lambda stretch: -stretch.weight)


@dataclass(frozen=True, slots=True)
class MissingStretch:
    """Words of a question that are missing where it would be answered."""

    text: str
    weight: float
    """How many bigrams of it an answer would be expected to repeat."""
