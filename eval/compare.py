"""Runs side by side: paired differences with intervals, McNemar's test, and which questions changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.folder import Run
from eval.metrics.intervals import Interval, McNemar, bootstrap_mean, mcnemar
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError

COMPARED = (
    "right",
    "strictly_right",
    "key_recall",
    "char_f1",
    "recall@1",
    "recall@5",
    "recall@10",
    "mrr@10",
    "ndcg@10",
    "recall_in_1000_tokens",
    "citation_precision",
    "citation_recall",
    "cited_evidence",
    "cases_f1",
    "refused",
    "exact",
    "f1",
    "answer_chars",
    "latency_ms",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question in two runs."""

    base: ScoredQuestion
    other: ScoredQuestion


@dataclass(frozen=True, slots=True)
class Difference:
    """Other minus base of one metric, over the questions it applies to in both runs."""

    metric: str
    base_mean: float
    other_mean: float
    change: Interval

    @property
    def is_clear(self) -> bool:
        """Return whether the 95% interval leaves out zero."""
        return self.change.low > 0 or self.change.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against the base run, question by question."""

    base: Run
    other: Run
    n: int
    differences: tuple[Difference, ...]
    right_by_type: dict[str, Difference]
    """Of `well_done`, per type."""
    test: McNemar
    """On `well_done` over all questions that have a verdict."""
    gained: tuple[Pair, ...]
    """Questions only the other run did well."""
    lost: tuple[Pair, ...]


def well_done(item: ScoredQuestion) -> bool | None:
    """Return whether a question was answered right, or refused where it must be; None where nothing judges it."""
    if not item.question.answerable:
        return bool(item.record["refused"])
    right = item.scores.get("right")
    return None if right is None else right == 1.0


def compare_runs(base: Run, other: Run) -> Comparison:
    """Return how the other run differs from the base on the questions both asked.

    Raises QuestionSetError when no question is in both.
    """
    pairs = _pairs(base, other)
    differences = [found for metric in COMPARED if (found := _difference(metric, pairs, _score(metric))) is not None]
    judged = [pair for pair in pairs if well_done(pair.base) is not None and well_done(pair.other) is not None]
    by_type = {}
    for name in dict.fromkeys(pair.base.question.type for pair in judged):
        of_type = [pair for pair in judged if pair.base.question.type == name]
        found = _difference("well_done", of_type, _verdict)
        if found is not None:
            by_type[name] = found
    return Comparison(
        base=base,
        other=other,
        n=len(pairs),
        differences=tuple(differences),
        right_by_type=by_type,
        test=mcnemar([bool(well_done(pair.base)) for pair in judged], [bool(well_done(pair.other)) for pair in judged]),
        gained=tuple(pair for pair in judged if well_done(pair.other) and not well_done(pair.base)),
        lost=tuple(pair for pair in judged if well_done(pair.base) and not well_done(pair.other)),
    )


def _pairs(base: Run, other: Run) -> list[Pair]:
    others = {item.question.question_id: item for item in other.scored}
    pairs = []
    for item in base.scored:
        twin = others.get(item.question.question_id)
        if twin is None:
            continue
        if twin.question != item.question:
            raise QuestionSetError(
                f"题目 {item.question.question_id} 在 {base.path} 和 {other.path} 里不一样，不能比较。请用同一份题库重新评测。"
            )
        pairs.append(Pair(item, twin))
    if not pairs:
        raise QuestionSetError(f"{base.path} 和 {other.path} 没有相同的题目，不能比较。请用同一份题库重新评测。")
    return pairs


def _score(metric: str) -> Callable[[ScoredQuestion], float | None]:
    return lambda item: item.scores.get(metric)


def _verdict(item: ScoredQuestion) -> float | None:
    verdict = well_done(item)
    return None if verdict is None else float(verdict)


def _difference(
    metric: str, pairs: Sequence[Pair], value_of: Callable[[ScoredQuestion], float | None]
) -> Difference | None:
    """Return the difference over pairs where both have a value; None where there is none."""
    base_values, other_values = [], []
    for pair in pairs:
        base, other = value_of(pair.base), value_of(pair.other)
        if base is not None and other is not None:
            base_values.append(base)
            other_values.append(other)
    if not base_values:
        return None
    n = len(base_values)
    changes = [other - base for base, other in zip(base_values, other_values, strict=True)]
    return Difference(metric, sum(base_values) / n, sum(other_values) / n, bootstrap_mean(changes))


def comparison_text(comparison: Comparison) -> str:
    """Return the comparison for a terminal."""
    test = comparison.test
    lines = [
        f"基准 {comparison.base.name}，对比 {comparison.other.name}，共同题目 {comparison.n}",
        f"{'指标':<24}{'基准':>10}{'对比':>10}{'差':>10}  95% 区间",
    ]
    for item in comparison.differences:
        lines.append(_row(item, item.metric))
    lines.append("答对（应拒答的题为拒答）按题型：")
    lines += [_row(item, f"{name} (n={item.change.n})") for name, item in comparison.right_by_type.items()]
    lines.append(
        f"McNemar 精确检验：只有基准对 {test.only_first} 题，只有对比对 {test.only_second} 题，p = {test.p_value:.4g}"
    )
    for title, pairs in (("变对", comparison.gained), ("变错", comparison.lost)):
        lines.append(f"{title}的题目（{len(pairs)}）：")
        lines += [
            f"  {pair.base.question.question_id} [{pair.base.question.type}] {pair.base.question.question}"
            for pair in pairs
        ]
    return "\n".join(lines)


def _row(item: Difference, name: str) -> str:
    change = item.change
    mark = " *" if item.is_clear else ""
    return (
        f"{name:<24}{item.base_mean:>10.3f}{item.other_mean:>10.3f}{change.mean:>+10.3f}"
        f"  [{change.low:+.3f}, {change.high:+.3f}]{mark}"
    )
