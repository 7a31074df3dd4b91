"""Precision, recall and F1 over sets."""

from __future__ import annotations

from collections.abc import Hashable, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """How well a predicted set fits the gold set; each 0 to 1."""

    precision: float
    recall: float
    f1: float


def compare_sets(gold: Set[Hashable], predicted: Set[Hashable]) -> PrecisionRecall:
    """Return precision, recall and F1 of the predicted set; two empty sets agree fully."""
    if not gold and not predicted:
        return PrecisionRecall(1.0, 1.0, 1.0)
    shared = len(gold & predicted)
    precision = shared / len(predicted) if predicted else 0.0
    recall = shared / len(gold) if gold else 0.0
    return PrecisionRecall(precision, recall, 2 * shared / (len(gold) + len(predicted)))
