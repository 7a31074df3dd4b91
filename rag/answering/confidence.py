"""How sure we are that the compilation answers a question at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.asked import Asked, Kind
from rag.answering.content import coverage, focus_tokens, token_weights
from rag.answering.ranking import FEATURES, RankedSentence
from rag.answering.scoring import LogisticModel, load_model
from rag.stores.passages import PassageIndex

CONFIDENCE_FEATURES = (
    "best",
    "cosine",
    "coverage",
    "coverage_case",
    "value_near",
    "rarest",
    "units",
    "sort_missing",
    "unseen",
    "focus_passage",
    "asks_value",
    "english",
)


class ConfidenceModel:
    """Estimates the probability that a question is answered by the sentences found."""

    def __init__(self, index: PassageIndex, *, model: LogisticModel | None = None) -> None:
        """Take the fitted model; `model` is another one, while fitting."""
        self._index = index
        self._model = model or load_model("confidence", CONFIDENCE_FEATURES)

    def of(self, question: str, asked: Asked, ranked: Sequence[RankedSentence]) -> float:
        """Return the confidence, 0 to 1."""
        row = self.describe(question, asked, ranked)
        return float(self._model.probabilities(np.array([row], dtype=np.float32))[0])

    def describe(self, question: str, asked: Asked, ranked: Sequence[RankedSentence]) -> tuple[float, ...]:
        """Return the features in the order of `CONFIDENCE_FEATURES`."""
        top = dict(zip(FEATURES, ranked[0].features, strict=True))
        best_of_three = {name: max(one.features[i] for one in ranked[:3]) for i, name in enumerate(FEATURES)}
        weights = token_weights(question, self._index.idf)
        unseen = coverage(weights, set(weights) - set(self._index.idf))
        number = self._index.chunks[self._index.sentences[ranked[0].position].chunk].case_number
        return (
            ranked[0].score,
            best_of_three["cosine"],
            best_of_three["coverage"],
            coverage(weights, self._index.case_tokens.get(number or 0, frozenset())),
            best_of_three["value_near"],
            best_of_three["rarest"],
            top["units"],
            float(best_of_three["sort"] == 0),
            unseen,
            self._focus(question, ranked[0]),
            float(asked.kind in (Kind.NUMBER, Kind.DATE)),
            float(asked.english),
        )

    def _focus(self, question: str, best: RankedSentence) -> float:
        """Return the share of what is asked for whose neighbouring words stand in the best sentence's passage."""
        focuses = focus_tokens(question)
        if not focuses:
            return 0.5
        passage = self._index.chunk_tokens[self._index.sentences[best.position].chunk]
        return sum(bool(tokens & passage) for tokens in focuses) / len(focuses)
