"""Metrics of a run: overall, per type, language and split."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.dataset import SEVERAL_CASES_TYPES, SINGLE_FACT_TYPES, Question
from eval.scores import Scores

Summary = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """A question of a run with its result object and its scores."""

    question: Question
    record: Mapping[str, Any]
    scores: Scores


def summarise(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return the headline figures and the metrics overall, per type, language, split, and type within split."""
    return {
        "headline": headline(scored),
        "overall": aggregate(scored),
        "by_type": _grouped(scored, lambda item: item.question.type, aggregate),
        "by_lang": _grouped(scored, lambda item: item.question.lang, aggregate),
        "by_split": {
            split: {
                "headline": headline(items),
                "overall": aggregate(items),
                "by_type": _grouped(items, lambda item: item.question.type, aggregate),
            }
            for split, items in _groups(scored, lambda item: item.question.split).items()
            if split
        },
    }


def headline(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return the figures a system is held to; None where the set has no such questions.

    Rates are 0 to 1. evidence_at_5 is the mean recall@5 over types with evidence other than compare and crosscase.
    """
    single_case = [item for item in scored if item.question.type not in SEVERAL_CASES_TYPES]
    answerable = [item for item in scored if item.question.answerable]
    unanswerable = [item for item in scored if not item.question.answerable]
    single_fact = [item for item in answerable if item.question.type in SINGLE_FACT_TYPES]
    citations = [(len(item.record["citations"]), item.scores["verbatim"]) for item in scored]
    quoted = [(n, share) for n, share in citations if share is not None]
    n_quotes = sum(n for n, _ in quoted)
    return {
        "n": len(scored),
        "right": _mean(_values(scored, "right")),
        "strictly_right": _mean(_values(scored, "strictly_right")),
        "evidence_at_5": _mean(_values(single_case, "recall@5")),
        "crosscase_f1": _mean(_values(scored, "cases_f1")),
        "unanswerable_refused": _mean(_values(unanswerable, "refused")),
        "false_refusals": _mean(_values(answerable, "refused")),
        "verbatim_quotes": sum(n * share for n, share in quoted) / n_quotes if n_quotes else None,
        "single_fact_median_chars": _median(_values(single_fact, "answer_chars")),
        "latency_p50_ms": _percentile(_values(scored, "latency_ms"), 50),
        "latency_p95_ms": _percentile(_values(scored, "latency_ms"), 95),
        "latency_p99_ms": _percentile(_values(scored, "latency_ms"), 99),
        "errors": int(sum(_values(scored, "error"))),
    }


def aggregate(scored: Sequence[ScoredQuestion]) -> Summary:
    """Return {metric: {mean, n}} over the questions each metric applies to, and their number as `n`."""
    names = sorted({name for item in scored for name in item.scores})
    metrics = {}
    for name in names:
        values = _values(scored, name)
        if values:
            metrics[name] = {"mean": round(float(np.mean(values)), 6), "n": len(values)}
    return {"n": len(scored), "metrics": metrics}


def _groups(scored: Sequence[ScoredQuestion], key: Callable[[ScoredQuestion], str]) -> dict[str, list[ScoredQuestion]]:
    groups: dict[str, list[ScoredQuestion]] = {}
    for item in scored:
        groups.setdefault(key(item), []).append(item)
    return groups


def _grouped(
    scored: Sequence[ScoredQuestion],
    key: Callable[[ScoredQuestion], str],
    make: Callable[[Sequence[ScoredQuestion]], Summary],
) -> dict[str, Summary]:
    return {name: make(items) for name, items in _groups(scored, key).items()}


def _values(scored: Sequence[ScoredQuestion], name: str) -> list[float]:
    return [value for item in scored if (value := item.scores.get(name)) is not None]


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 6) if values else None


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return round(float(np.percentile(values, percent)), 3) if values else None
