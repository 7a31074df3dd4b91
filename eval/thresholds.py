"""Levels a run must reach: `--require right=0.9`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import QuestionSetError

_LOWER_IS_BETTER = ("false_refusals", "errors", "error", "single_fact_median_chars", "answer_chars", "dangling_marks")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A metric and the value it must reach."""

    name: str
    """A headline figure, a metric over all questions, or `type.metric` ("number.right")."""
    value: float

    @property
    def at_most(self) -> bool:
        """Return whether lower is better, so that the value is an upper limit."""
        metric = self.name.rpartition(".")[2]
        return metric in _LOWER_IS_BETTER or metric.endswith(("_ms", "_tokens"))


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A level that a run did not reach."""

    threshold: Threshold
    reached: float | None
    """None where the run has no question the metric applies to."""

    def __str__(self) -> str:
        limit = "上限" if self.threshold.at_most else "至少"
        reached = "没有适用的题目" if self.reached is None else f"{self.reached:g}"
        return f"未达标：{self.threshold.name} 要求{limit} {self.threshold.value:g}，实际 {reached}"


def parse_threshold(text: str) -> Threshold:
    """Return the threshold written as `name=value`. Raises QuestionSetError when it is not."""
    name, _, value = text.partition("=")
    try:
        return Threshold(name.strip(), float(value))
    except ValueError:
        raise QuestionSetError(
            f"--require {text} 写法不对。应为 指标=数值，例如 right=0.9 或 number.right=0.95。"
        ) from None


def shortfalls(thresholds: tuple[Threshold, ...], summary: Mapping[str, Any]) -> tuple[Shortfall, ...]:
    """Return the thresholds that the run does not reach. Raises QuestionSetError for a metric there is none of."""
    known = named_figures(summary)
    missed = []
    for threshold in thresholds:
        if threshold.name not in known:
            near = difflib.get_close_matches(threshold.name, list(known), n=3)
            hint = f"是否想写 {'、'.join(near)}？" if near else f"总体指标有：{'、'.join(summary['headline'])}。"
            raise QuestionSetError(f"--require 里没有指标 {threshold.name}。{hint}")
        reached = known[threshold.name]
        if reached is None or (reached > threshold.value if threshold.at_most else reached < threshold.value):
            missed.append(Shortfall(threshold, reached))
    return tuple(missed)


def named_figures(summary: Mapping[str, Any]) -> dict[str, float | None]:
    """Return every figure of a summary by the name `--require` takes."""
    figures = {name: entry["mean"] for name, entry in summary["overall"]["metrics"].items()}
    figures |= summary["headline"]
    figures |= {f"refusals.{name}": value for name, value in summary["refusals"].items() if name != "intervals"}
    for group, entry in summary["by_type"].items():
        figures |= {f"{group}.{name}": metric["mean"] for name, metric in entry["metrics"].items()}
    return figures
