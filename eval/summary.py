"""Metrics of a run: headline, overall, per type, language and split, with bootstrap intervals."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.dataset import SEVERAL_CASES_TYPES, SINGLE_FACT_TYPES, Question
from eval.evidence import Evidence
from eval.metrics.intervals import Interval, bootstrap_mean, bootstrap_refusal_f1
from eval.metrics.refusals import RefusalCounts, area_under_risk, count_refusals, refused_at, risk_coverage
from eval.scores import Scores

Summary = dict[str, Any]
_DIGITS = 6
FALSE_REFUSALS = (0.02, 0.04, 0.05, 0.1)
"""Shares of the answerable questions refused at which the refusals of the others are given."""
COUNT_METRICS = ("latency_ms", "answer_chars", "input_tokens", "output_tokens")
"""Metrics that are no shares: given with quantiles."""


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """A question of a run with its result object, where its evidence stands, and its scores."""

    question: Question
    record: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    scores: Scores


def summarise(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return the headline figures and the metrics overall, per type, language, split, and type within split."""
    return {
        "headline": headline(scored),
        "overall": aggregate(scored),
        "by_type": _grouped(scored, lambda item: item.question.type),
        "by_lang": _grouped(scored, lambda item: item.question.lang),
        "by_split": {
            split: {
                "headline": headline(items),
                **aggregate(items),
                "by_type": _grouped(items, lambda item: item.question.type),
            }
            for split, items in _groups(scored, lambda item: item.question.split).items()
            if split
        },
        "refusals": refusals(scored),
        "risk_coverage": risk(scored),
    }


def headline(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return the figures a system is held to; None where the set has no such questions.

    Rates are 0 to 1. evidence_at_5 is the mean recall@5 over types with evidence other than compare and crosscase.
    """
    single_case = [item for item in scored if item.question.type not in SEVERAL_CASES_TYPES]
    single_fact = [item for item in scored if item.question.type in SINGLE_FACT_TYPES]
    counts = _refusal_counts(scored)
    latency = _values(scored, "latency_ms")
    return {
        "n": len(scored),
        "right": _mean(_values(scored, "right")),
        "strictly_right": _mean(_values(scored, "strictly_right")),
        "evidence_at_5": _mean(_values(single_case, "recall@5")),
        "crosscase_f1": _mean(_values(scored, "cases_f1")),
        "unanswerable_refused": _rounded(counts.recall),
        "false_refusals": _rounded(counts.false_refusals),
        "verbatim_quotes": _verbatim_share(scored),
        "single_fact_median_chars": _median(_values(single_fact, "answer_chars")),
        "latency_p50_ms": _percentile(latency, 50),
        "latency_p95_ms": _percentile(latency, 95),
        "latency_p99_ms": _percentile(latency, 99),
        "errors": int(sum(_values(scored, "error"))),
    }


def aggregate(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return {"n", "metrics": {name: mean, interval, n}} over the questions each metric applies to."""
    metrics: Summary = {}
    for name in dict.fromkeys(name for item in scored for name in item.scores):
        values = _values(scored, name)
        if not values:
            continue
        interval = bootstrap_mean(values)
        metrics[name] = {
            "mean": round(interval.mean, _DIGITS),
            "low": round(interval.low, _DIGITS),
            "high": round(interval.high, _DIGITS),
            "n": interval.n,
        }
        if name in COUNT_METRICS:
            metrics[name] |= {f"p{percent}": _percentile(values, percent) for percent in (50, 95, 99)}
    return {"n": len(scored), "metrics": metrics}


def refusals(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return the confusion counts of answered and refused, and precision, recall, F1 and false refusals with intervals."""
    counts = _refusal_counts(scored)
    answerable = [item.question.answerable for item in scored]
    refused = [bool(item.record["refused"]) for item in scored]
    pairs = list(zip(answerable, refused, strict=True))
    intervals = {
        "precision": _interval([float(not can) for can, did in pairs if did]),
        "recall": _interval([float(did) for can, did in pairs if not can]),
        "f1": _bounds(bootstrap_refusal_f1(answerable, refused)),
        "false_refusals": _interval([float(did) for can, did in pairs if can]),
    }
    return {
        **asdict(counts),
        "precision": _rounded(counts.precision),
        "recall": _rounded(counts.recall),
        "f1": _rounded(counts.f1),
        "false_refusals": _rounded(counts.false_refusals),
        "intervals": intervals,
        "refused_at": {
            f"{share:g}": _rounded(refused_at(_confidences(scored), answerable, false_refusals=share))
            for share in FALSE_REFUSALS
        },
    }


def _confidences(scored: Sequence[ScoredQuestion]) -> list[float]:
    """Return the confidence of each question; 0 where the question failed."""
    return [float(item.record["confidence"] or 0.0) for item in scored]


def _interval(values: Sequence[float]) -> list[float] | None:
    return _bounds(bootstrap_mean(values)) if values else None


def _bounds(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, _DIGITS), round(interval.high, _DIGITS)]


def risk(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return the risk-coverage curve and its area; answering an unanswerable question is wrong.

    Questions without answer keys, whose answers nothing judges, are left out.
    """
    judged = [item for item in scored if not item.question.answerable or "right" in item.scores]
    answered = [item for item in judged if not item.record["refused"]]
    points = risk_coverage(
        [item.record["confidence"] for item in answered],
        [item.scores.get("right") == 1.0 for item in answered],
        n_questions=len(judged),
    )
    return {
        "aurc": _rounded(area_under_risk(points)),
        "points": [{key: round(value, _DIGITS) for key, value in asdict(point).items()} for point in points],
    }


def _refusal_counts(scored: Sequence[ScoredQuestion]) -> RefusalCounts:
    return count_refusals(
        [item.question.answerable for item in scored], [bool(item.record["refused"]) for item in scored]
    )


def _verbatim_share(scored: Sequence[ScoredQuestion]) -> float | None:
    """Return the share over all quotes of the run, not over questions."""
    counted = [
        (len(item.record["citations"]), share) for item in scored if (share := item.scores.get("verbatim")) is not None
    ]
    n_quotes = sum(n for n, _ in counted)
    return _rounded(sum(n * share for n, share in counted) / n_quotes) if n_quotes else None


def _groups(scored: Sequence[ScoredQuestion], key: Callable[[ScoredQuestion], str]) -> dict[str, list[ScoredQuestion]]:
    groups: dict[str, list[ScoredQuestion]] = {}
    for item in scored:
        groups.setdefault(key(item), []).append(item)
    return groups


def _grouped(scored: Sequence[ScoredQuestion], key: Callable[[ScoredQuestion], str]) -> dict[str, Summary]:
    return {name: aggregate(items) for name, items in _groups(scored, key).items()}


def _values(scored: Sequence[ScoredQuestion], name: str) -> list[float]:
    return [value for item in scored if (value := item.scores.get(name)) is not None]


def _mean(values: Sequence[float]) -> float | None:
    return _rounded(float(np.mean(values))) if values else None


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return round(float(np.percentile(values, percent)), 3) if values else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
