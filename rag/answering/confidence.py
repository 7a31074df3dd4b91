"""How sure we are that the compilation answers a question at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.asked import Asked, Kind
from rag.answering.ranking import FEATURES, RankedSentence
from rag.answering.scoring import LogisticModel, load_model
from rag.retrieval.retriever import Retrieved
from rag.stores.lexical import lexical_tokens
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
    "rarest",
    "units",
    "unseen",
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
        tokens = set(lexical_tokens(question))
        unseen = sum(token not in self._index.idf for token in tokens) / len(tokens) if tokens else 1.0
        return (
            ranked[0].score,
            ranked[1].score if len(ranked) > 1 else 0.0,
            best_of_three["cosine"],
            best_of_three["passage_cosine"],
            float(retrieved.dense.max() - retrieved.dense.mean()),
            best_of_three["coverage"],
            best_of_three["coverage_near"],
            best_of_three["coverage_passage"],
            best_of_three["rarest"],
            top["units"],
            unseen,
            float(asked.kind in (Kind.NUMBER, Kind.DATE)),
            float(asked.english),
        )
