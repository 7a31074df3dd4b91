"""Bootstrap intervals and the tests of paired differences, by scipy. Seeded: equal values give equal figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 2000
LEVEL = 0.95
_SEED = 20180001


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95% percentile bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class McNemar:
    """The exact McNemar test of two systems on the same questions."""

    only_first: int
    """Questions only the first system got right."""
    only_second: int
    p_value: float
    """Two-sided; 1 where no question differs."""


def bootstrap_mean(values: Sequence[float]) -> Interval:
    """Return the mean of the values, at least one, with its interval over resampled questions.

    Percentile bootstrap (Efron 1979, https://doi.org/10.1214/aos/1176344552) with 2,000 resamples. Values that are all
    alike have an interval of no width.
    """
    from scipy.stats import bootstrap  # type: ignore[import-untyped]

    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    mean = float(array.mean())
    if np.ptp(array) == 0:
        return Interval(mean, mean, mean, len(array))
    found = bootstrap(
        (array,), np.mean, n_resamples=N_RESAMPLES, confidence_level=LEVEL, method="percentile", rng=_SEED
    )
    return Interval(mean, float(found.confidence_interval.low), float(found.confidence_interval.high), len(array))


def bootstrap_refusal_f1(answerable: Sequence[bool], refused: Sequence[bool]) -> Interval | None:
    """Return the F1 of refusing with its interval over resampled questions; None where nothing was or should be refused.

    Both sequences: one entry a question. A resample without either counts as 0.
    """
    due = ~np.asarray(answerable, dtype=bool)
    done = np.asarray(refused, dtype=bool)
    if not (due | done).any():
        return None
    picked = np.random.default_rng(_SEED).integers(0, len(due), size=(N_RESAMPLES, len(due)))
    hits = (due[picked] & done[picked]).sum(axis=1)
    either = due[picked].sum(axis=1) + done[picked].sum(axis=1)
    resampled = np.divide(2 * hits, either, out=np.zeros(N_RESAMPLES), where=either > 0)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Interval(float(2 * (due & done).sum() / (due.sum() + done.sum())), float(low), float(high), len(due))


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """Return the exact test on the questions where the two differ (McNemar 1947, https://doi.org/10.1007/BF02295996).

    Both sequences: right or not, one entry a question, in the same order.
    """
    from scipy.stats import binomtest

    pairs = list(zip(first, second, strict=True))
    only_first, only_second = pairs.count((True, False)), pairs.count((False, True))
    n = only_first + only_second
    p_value = float(binomtest(only_first, n, 0.5).pvalue) if n else 1.0
    return McNemar(only_first, only_second, p_value)
