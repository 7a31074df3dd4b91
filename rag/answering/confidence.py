"""How sure we are that the compilation answers a question at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.asked import Asked, Kind
from rag.answering.content import coverage, focus_tokens, token_weights
from rag.answering.ranking import FEATURES, RankedSentence
from rag.answering.scoring import LogisticModel, load_model
from rag.retrieval.retriever import Retrieved
from rag.stores.passages import PassageIndex

CONFIDENCE_FEATURES = (
    "best",
    "second",
    "cosine",
    "passage_cosine",
    "passage_cosine_mean_gap",
    "coverage",
    "coverage_near",
    "coverage_passage",
    "coverage_case",
    "value_near",
    "enumerates",
    "rarest",
    "units",
    "units_missing",
    "sort_missing",
    "unseen",
    "focus",
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

    def of(self, question: str, asked: Asked, ranked: Sequence[RankedSentence], retrieved: Retrieved) -> float:
        """Return the confidence, 0 to 1."""
        row = self.describe(question, asked, ranked, retrieved)
        return float(self._model.probabilities(np.array([row], dtype=np.float32))[0])

    def describe(
        self, question: str, asked: Asked, ranked: Sequence[RankedSentence], retrieved: Retrieved
    ) -> tuple[float, ...]:
        """Return the features in the order of `CONFIDENCE_FEATURES`."""
        top = dict(zip(FEATURES, ranked[0].features, strict=True))
        best_of_three = {name: max(one.features[i] for one in ranked[:3]) for i, name in enumerate(FEATURES)}
        weights = token_weights(question, self._index.idf)
        unseen = coverage(weights, set(weights) - set(self._index.idf))
        number = self._index.chunks[self._index.sentences[ranked[0].position].chunk].case_number
        sort = max(one.features[FEATURES.index("sort")] for one in ranked[:3])
        return (
            ranked[0].score,
            ranked[1].score if len(ranked) > 1 else 0.0,
            best_of_three["cosine"],
            best_of_three["passage_cosine"],
            float(retrieved.dense.max() - retrieved.dense.mean()),
            best_of_three["coverage"],
            best_of_three["coverage_near"],
            best_of_three["coverage_passage"],
            coverage(weights, self._index.case_tokens.get(number or 0, frozenset())),
            best_of_three["value_near"],
            best_of_three["enumerates"],
            best_of_three["rarest"],
            top["units"],
            float(bool(asked.units) and best_of_three["units"] < 1),
            float(sort == 0),
            unseen,
            *self._focus(question, ranked),
            float(asked.kind in (Kind.NUMBER, Kind.DATE)),
            float(asked.english),
        )

    def _focus(self, question: str, ranked: Sequence[RankedSentence]) -> tuple[float, float]:
        """Return the share of what is asked for whose neighbouring words stand in the best sentence, and in its passage."""
        focuses = focus_tokens(question)
        if not focuses:
            return 0.5, 0.5
        position = ranked[0].position
        passage = self._index.chunk_tokens[self._index.sentences[position].chunk]
        inside = sum(bool(tokens & self._index.sentence_tokens[position]) for tokens in focuses)
        around = sum(bool(tokens & passage) for tokens in focuses)
        return inside / len(focuses), around / len(focuses)
