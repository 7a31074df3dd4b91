"""Refusing: precision and recall, and the trade of coverage against risk over the confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RefusalCounts:
    """The confusion of answered and refused."""

    refused_unanswerable: int
    refused_answerable: int
    answered_unanswerable: int
    answered_answerable: int

    @property
    def precision(self) -> float | None:
        """Return the share of refusals that were due; None without refusals."""
        return _ratio(self.refused_unanswerable, self.refused_unanswerable + self.refused_answerable)

    @property
    def recall(self) -> float | None:
        """Return the share of unanswerable questions refused; None without such questions."""
        return _ratio(self.refused_unanswerable, self.refused_unanswerable + self.answered_unanswerable)

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of both; None where there was nothing to refuse and nothing refused."""
        wrong = self.refused_answerable + self.answered_unanswerable
        return _ratio(2 * self.refused_unanswerable, 2 * self.refused_unanswerable + wrong)

    @property
    def false_refusals(self) -> float | None:
        """Return the share of answerable questions refused; None without such questions."""
        return _ratio(self.refused_answerable, self.refused_answerable + self.answered_answerable)


def count_refusals(answerable: Sequence[bool], refused: Sequence[bool]) -> RefusalCounts:
    """Return the confusion counts. Both sequences: one entry a question."""
    pairs = list(zip(answerable, refused, strict=True))
    return RefusalCounts(
        refused_unanswerable=pairs.count((False, True)),
        refused_answerable=pairs.count((True, True)),
        answered_unanswerable=pairs.count((False, False)),
        answered_answerable=pairs.count((True, False)),
    )


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What answering only at this confidence or above gives."""

    confidence: float
    coverage: float
    """Share of all questions answered."""
    risk: float
    """Share of the answered ones that are wrong."""


def risk_coverage(confidence: Sequence[float], right: Sequence[bool], *, n_questions: int) -> tuple[RiskPoint, ...]:
    """Return the risk-coverage curve, most confident first, one point for each distinct confidence.

    confidence, right: one entry for each question that was answered; n_questions counts the refused ones too, so that
    the curve ends at the coverage reached. After El-Yaniv and Wiener 2010 (https://jmlr.org/papers/v11/el-yaniv10a.html).
    """
    ordered = sorted(zip(confidence, right, strict=True), reverse=True)
    points = []
    n_wrong = 0
    for n_answered, (score, is_right) in enumerate(ordered, start=1):
        n_wrong += not is_right
        last_of_tie = n_answered == len(ordered) or ordered[n_answered][0] != score
        if last_of_tie:
            points.append(RiskPoint(score, n_answered / n_questions, n_wrong / n_answered))
    return tuple(points)


def area_under_risk(points: Sequence[RiskPoint]) -> float | None:
    """Return the mean risk over the coverage reached (AURC, Geifman and El-Yaniv 2017, arXiv:1705.08500); None for no points.

    The risk is taken as constant from zero coverage to the first point, and by trapezoids from there.
    """
    if not points:
        return None
    coverage = np.array([0.0, *(point.coverage for point in points)])
    risk = np.array([points[0].risk, *(point.risk for point in points)])
    return float(np.trapezoid(risk, coverage) / coverage[-1])


def refused_at(confidence: Sequence[float], answerable: Sequence[bool], *, false_refusals: float) -> float | None:
    """Return the share of unanswerable questions refused by the threshold that refuses `false_refusals` of the answerable.

    confidence, answerable: one entry a question. None where there is nothing of one sort.
    """
    kept = [score for score, can in zip(confidence, answerable, strict=True) if can]
    others = [score for score, can in zip(confidence, answerable, strict=True) if not can]
    if not kept or not others:
        return None
    threshold = float(np.quantile(kept, false_refusals, method="lower"))
    return sum(score < threshold for score in others) / len(others)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
