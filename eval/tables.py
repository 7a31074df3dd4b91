"""Tables of figures: for the terminal, and as Markdown for docs/evaluation.md."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.compare import compare_runs, well_done
from eval.folder import Run
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError

COLUMNS = ("right", "strictly_right", "refused", "recall@5", "ndcg@10", "citation_precision", "answer_chars")
TITLES = {
    "right": "答对",
    "strictly_right": "严格对",
    "refused": "拒答",
    "recall@5": "R@5",
    "ndcg@10": "nDCG@10",
    "citation_precision": "引用精度",
    "answer_chars": "字数",
}
_SMALL = 20
"""Below this many questions a rate says more than is known: counts are given instead."""
_SPAN_METRICS = ("context_recall@1", "context_recall@5", "context_mrr@10", "exact", "f1")


def summary_text(summary: Mapping[str, Any]) -> str:
    """Return the table per type and the headline figures for a terminal."""
    lines = [
        _pad("题型", 14) + _pad("题数", 6, right=True) + "".join(_pad(TITLES[name], 10, right=True) for name in COLUMNS)
    ]
    for name, group in {**summary["by_type"], "全部": summary["overall"]}.items():
        cells = [_cell(group["metrics"].get(metric), metric) for metric in COLUMNS]
        lines.append(
            _pad(name, 14)
            + _pad(str(group["n"]), 6, right=True)
            + "".join(_pad(cell, 10, right=True) for cell in cells)
        )
    lines.append("")
    lines += [_pad(name, 28) + _number(value) for name, value in summary["headline"].items()]
    return "\n".join(lines)


def _cell(entry: Mapping[str, Any] | None, metric: str) -> str:
    if entry is None:
        return "-"
    return f"{entry['p50']:.0f}" if metric == "answer_chars" else f"{entry['mean']:.3f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, int) else f"{value:.4g}"


def _pad(text: str, width: int, *, right: bool = False) -> str:
    """Pad to a width in columns: a Chinese character takes two."""
    columns = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    space = " " * max(1, width - columns)
    return space + text if right else text + space


def markdown_tables(runs: Sequence[Run]) -> str:
    """Return the tables of docs/evaluation.md for runs on one question set; the first run is compared with the others."""
    if "exact" in runs[0].summary["overall"]["metrics"]:
        return _span_table(runs)
    parts = [_type_table(runs), _figures_table(runs)]
    if len(runs) > 1:
        parts.append(_difference_table(runs))
    return "\n\n".join([*parts, _made_with(runs[0])])


def _type_table(runs: Sequence[Run]) -> str:
    names = [run.summary["run"]["pipeline"] for run in runs]
    rows = [
        f"| type | n | {' | '.join(names)} | strictly right ({names[0]}) | Recall@5 ({' / '.join(names)}) |",
        "|---|---:|" + "---:|" * (len(runs) + 2),
    ]
    for name in runs[0].summary["by_type"]:
        done = [_done_well(_of_type(run, name)) for run in runs]
        n = len(_of_type(runs[0], name))
        strict = _of(runs[0], name, "strictly_right")
        recalls = [_of(run, name, "recall@5") for run in runs]
        recall = " / ".join("–" if entry is None else f"{entry['mean']:.2f}" for entry in recalls)
        strict_cell = "–" if strict is None else _count(round(strict["mean"] * strict["n"]), strict["n"])
        rows.append(f"| {name} | {n} | {' | '.join(_count(k, n) for k in done)} | {strict_cell} | {recall} |")
    return "\n".join(rows)


def _figures_table(runs: Sequence[Run]) -> str:
    rows = [
        f"| figure | {' | '.join(run.summary['run']['pipeline'] for run in runs)} |",
        "|---|" + "---:|" * len(runs),
    ]
    for name in runs[0].summary["headline"]:
        rows.append(f"| {name} | {' | '.join(_number(run.summary['headline'][name]) for run in runs)} |")
    for name in (
        "recall@1",
        "recall@10",
        "mrr@10",
        "ndcg@10",
        "recall_in_1000_tokens",
        "citation_recall",
        "citation_precision",
    ):
        entries = [run.summary["overall"]["metrics"].get(name) for run in runs]
        rows.append(f"| {name} | {' | '.join(_with_interval(entry) for entry in entries)} |")
    return "\n".join(rows)


def _difference_table(runs: Sequence[Run]) -> str:
    rows = ["| against | metric | baseline | difference | 95% interval |", "|---|---|---:|---:|---|"]
    for other in runs[1:]:
        comparison = compare_runs(other, runs[0])
        for item in comparison.differences:
            if item.metric in ("right", "strictly_right", "recall@5", "ndcg@10", "cases_f1"):
                change = item.change
                rows.append(
                    f"| {other.summary['run']['pipeline']} | {item.metric} | {item.base_mean:.3f} | {change.mean:+.3f} "
                    f"| [{change.low:+.3f}, {change.high:+.3f}] |"
                )
        test = comparison.test
        rows.append(
            f"| {other.summary['run']['pipeline']} | done well, McNemar | | "
            f"+{test.only_second} / −{test.only_first} | p = {test.p_value:.2g} |"
        )
    return "\n".join(rows)


def _span_table(runs: Sequence[Run]) -> str:
    rows = [f"| pipeline | n | {' | '.join(_SPAN_METRICS)} |", "|---|---:|" + "---:|" * len(_SPAN_METRICS)]
    for run in runs:
        metrics = run.summary["overall"]["metrics"]
        cells = [_with_interval(metrics.get(name), factor=100) for name in _SPAN_METRICS]
        rows.append(f"| {run.summary['run']['pipeline']} | {len(run.scored)} | {' | '.join(cells)} |")
    return "\n".join(["\n".join(rows), "", _made_with(runs[0])])


def _made_with(run: Run) -> str:
    made = run.summary["run"]
    machine = made["machine"]
    commit = (made["code"]["commit"] or "–")[:10] + ("+" if made["code"]["changed"] else "")
    return (
        f"Questions `{made['questions']['file']}` (sha256 {made['questions']['sha256'][:12]}), commit {commit}, settings "
        f"{made['settings_sha256'][:12]}, model {made['settings']['embedding_model']}, {made['created_at'][:10]}, "
        f"{machine['processor']}, {machine['n_cores']} cores, torch {made['versions'].get('torch', '–')}."
    )


def _of(run: Run, type_name: str, metric: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = run.summary["by_type"].get(type_name, {"metrics": {}})["metrics"].get(metric)
    return found


def _of_type(run: Run, name: str) -> list[ScoredQuestion]:
    return [item for item in run.scored if item.question.type == name]


def _done_well(items: Sequence[ScoredQuestion]) -> int:
    return sum(well_done(item) is True for item in items)


def _count(k: int, n: int) -> str:
    return f"{k}/{n}" if n < _SMALL else f"{k}/{n} ({k / n:.2f})"


def _with_interval(entry: Mapping[str, Any] | None, *, factor: float = 1) -> str:
    if entry is None:
        return "–"
    digits = 1 if factor == 100 else 3
    mean, low, high = (f"{entry[key] * factor:.{digits}f}" for key in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def replace_block(path: Path, name: str, table: str) -> None:
    """Put a table between the marks `<!-- table: name -->` and `<!-- end -->` of a Markdown file.

    Raises QuestionSetError when the file has no such marks.
    """
    text = path.read_text(encoding="utf-8")
    block = re.compile(rf"(<!-- table: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not block.search(text):
        raise QuestionSetError(f"{path} 里没有标记 <!-- table: {name} --> … <!-- end -->。请先写上。")
    path.write_text(block.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text), encoding="utf-8")
