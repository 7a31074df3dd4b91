"""Which sentence of one case says what is asked of it: words that tell its sentences from one another count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from rag.answering.asked import Asked, Kind, Sought
from rag.answering.content import content_tokens, coverage
from rag.answering.ranking import RankedSentence
from rag.answering.values import find_values, fitting_values
from rag.normalising import matching_form
from rag.retrieval.places import known_places
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

_WEIGHT = 0.3
"""Of the aspect beside the score of the sentence as a share of the best one's. On 53 comparisons 0.1 to 0.3 do alike, and all that is
asked stands in two sentences a side in 47 of them; in 44 with the score as it is and 0.7."""
_OF_ALL = 2.0
_NO_VALUE = 0.3
_OTHER_YEAR = 0.3
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年)")
_JOINS = frozenset("的了在是有和与")
"""A pair of characters with one of these crosses two words."""
_BEFORE, _AFTER = 24, 10
"""Characters around a value that say what it is of."""


def by_aspect(
    index: PassageIndex, ranked: Sequence[RankedSentence], aspect: str, *, asked: Asked, of_all: str = ""
) -> list[RankedSentence]:
    """Return sentences of one case with those first that say most of `aspect`; their scores stay as they are.

    Inside one case its own topic ("区块链" in the case on blockchain) tells nothing apart, whatever its rarity in the
    compilation: the weight of a token is its inverse frequency among the sentences of the case.
    of_all: the part of the aspect that is asked of every case compared; it weighs more.
    """
    weights = dict(aspect_weights(index, [one.position for one in ranked], aspect))
    for token in content_tokens(of_all) if of_all else ():
        if token in weights:
            weights[token] *= _OF_ALL
    years = set(_YEAR.findall(matching_form(aspect)))
    most = max((one.score for one in ranked), default=0.0) or 1.0
    value = {
        one.position: _fit(index, one.position, asked, years)
        * (
            _has_value(index, one.position, asked) * one.score / most
            + _WEIGHT * aspect_share(index, one.position, weights, asked=asked)
        )
        for one in ranked
    }
    return sorted(ranked, key=lambda one: (-value[one.position], one.position))


def _has_value(index: PassageIndex, position: int, asked: Asked) -> float:
    """Return 1, less where a figure or date is asked for and a sentence has none that fits."""
    if asked.kind not in (Kind.NUMBER, Kind.DATE):
        return 1.0
    span = index.sentences[position]
    form = matching_form(index.compilation.text[span.start : span.end])
    return 1.0 if fitting_values(find_values(form), asked) else _NO_VALUE


def aspect_share(index: PassageIndex, position: int, weights: Mapping[str, float], *, asked: Asked) -> float:
    """Return how much of an aspect a sentence says, 0 to 1: around its best fitting value, where one is asked for."""
    span = index.sentences[position]
    form = matching_form(index.compilation.text[span.start : span.end])
    if asked.kind not in (Kind.NUMBER, Kind.DATE):
        return coverage(weights, index.sentence_tokens[position])
    spans = [(value.start, value.end) for value in fitting_values(find_values(form), asked)]
    near = (coverage(weights, set(lexical_tokens(form[max(0, a - _BEFORE) : b + _AFTER]))) for a, b in spans)
    whole = coverage(weights, index.sentence_tokens[position])
    return max((0.7 * share + 0.3 * whole for share in near), default=0.0)


def aspect_confidence(index: PassageIndex, ranked: Sequence[RankedSentence], aspect: str, *, asked: Asked) -> float:
    """Return how much of `aspect` the first sentence says, 0 to 1, words that its case never has counted as missing."""
    if not ranked:
        return 0.0
    positions = [one.position for one in ranked]
    weights = aspect_weights(index, positions, aspect)
    rarest = float(np.log(1 + 2 * (len(positions) + 0.5)))
    missing = {token: rarest for token in content_tokens(aspect) if token not in weights and not _JOINS & set(token)}
    return aspect_share(index, positions[0], {**weights, **missing}, asked=asked)


def _fit(index: PassageIndex, position: int, asked: Asked, years: set[str]) -> float:
    """Return 1, less where a sentence is of other years than the one asked about, or names nothing of what is sought."""
    span = index.sentences[position]
    form = matching_form(index.compilation.text[span.start : span.end])
    told = set(_YEAR.findall(form))
    fit = _OTHER_YEAR if years and told and not years & told else 1.0
    if asked.sought is Sought.PLACE:
        own = matching_form(index.compilation.title)
        n_places = sum(place in form for place in known_places() if place not in own)
        return fit * (0.3 + 0.7 * min(n_places, 3) / 3) + 0.2 * (n_places > 1)
    return fit


def aspect_weights(index: PassageIndex, positions: Sequence[int], aspect: str) -> Mapping[str, float]:
    """Return the tokens of `aspect` that some of the sentences hold, with their inverse frequency among them."""
    n = len(positions)
    counts = {token: sum(token in index.sentence_tokens[p] for p in positions) for token in content_tokens(aspect)}
    return {
        token: float(np.log(1 + (n - count + 0.5) / (count + 0.5))) for token, count in sorted(counts.items()) if count
    }
