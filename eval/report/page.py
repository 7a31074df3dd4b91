"""Writing `report.html` and `compare.html` from run folders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.compare import Comparison, compare_runs, well_done
from eval.folder import BASELINE_FOLDER, REPORT_FILE, SUMMARY_FILE, Run, read_run
from eval.metrics.intervals import bootstrap_mean
from eval.report.charts import Bar, Series, bar_chart, histogram, line_chart
from eval.report.highlight import highlight
from eval.report.texts import HEADLINE, TEXTS, both, pair
from eval.summary import ScoredQuestion

_FOLDER = Path(__file__).resolve().parent
_MAX_QUESTIONS = 400
"""A page of more is slow to open: each question brings ten passages."""
_TABLE_METRICS = (
    "right",
    "strictly_right",
    "recall@5",
    "ndcg@10",
    "citation_precision",
    "cited_evidence",
    "cases_f1",
    "exact",
    "f1",
)
_SMALL = 20


def write_report(run_path: Path) -> Path:
    """Write `report.html` of a run folder, with the runs in its `baselines/` compared, and return its path.

    Raises QuestionSetError where the folder holds no finished run.
    """
    run = read_run(run_path)
    folders = sorted(path.parent for path in (run_path / BASELINE_FOLDER).glob(f"*/{SUMMARY_FILE}"))
    baselines = [read_run(path) for path in folders]
    html = (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run.summary["run"],
            summary=run.summary,
            tiles=_tiles(run),
            type_rows=_type_rows(run),
            charts=_charts(run, baselines),
            comparisons=[compare_runs(baseline, run) for baseline in baselines],
            metric_names=list(run.summary["overall"]["metrics"]),
            items=[_question_view(item) for item in run.scored[:_MAX_QUESTIONS]],
            n_cut=_MAX_QUESTIONS if len(run.scored) > _MAX_QUESTIONS else 0,
            types=list(run.summary["by_type"]),
        )
    )
    path = run_path / REPORT_FILE
    path.write_text(html, encoding="utf-8")
    return path


def write_comparison(comparisons: Sequence[Comparison], path: Path) -> None:
    """Write how runs differ from their base as one HTML file."""
    html = _environment().get_template("compare.html.j2").render(comparisons=comparisons)
    path.write_text(html, encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=both,
        cut=lambda n: Markup(both("cut")).replace("{n}", str(n)),
        style=Markup((_FOLDER / "style.css").read_text(encoding="utf-8")),
        script=Markup((_FOLDER / "script.js").read_text(encoding="utf-8")),
        texts=TEXTS,
        pair=pair,
    )
    environment.filters.update(figure=_figure, percent=_percent)
    return environment


def _tiles(run: Run) -> list[dict[str, str]]:
    tiles = []
    for name in HEADLINE:
        value = run.summary["headline"].get(name)
        if value is None:
            continue
        if name.endswith("_ms"):
            shown = f"{value:.0f} ms"
        elif name in ("errors", "single_fact_median_chars"):
            shown = f"{value:g}"
        else:
            shown = _percent(value)
        tiles.append({"name": name, "value": shown})
    return tiles


def _type_rows(run: Run) -> list[dict[str, Any]]:
    groups = {**run.summary["by_type"], "overall": run.summary["overall"]}
    present = [name for name in _TABLE_METRICS if name in run.summary["overall"]["metrics"]]
    rows = []
    for name, group in groups.items():
        items = [item for item in run.scored if name in ("overall", item.question.type)]
        cells = [_rate_cell(group["metrics"].get(metric), metric) for metric in present]
        refused = sum(bool(item.record["refused"]) for item in items)
        chars = group["metrics"].get("answer_chars", {}).get("p50")
        rows.append(
            {
                "name": name,
                "n": group["n"],
                "cells": cells,
                "refused": refused,
                "chars": "–" if chars is None else f"{chars:.0f}",
            }
        )
    return [{"header": present}, *rows]


def _rate_cell(entry: dict[str, Any] | None, metric: str) -> str:
    if entry is None:
        return "–"
    if metric in ("right", "strictly_right", "exact") and entry["n"] < _SMALL:
        return f"{round(entry['mean'] * entry['n'])}/{entry['n']}"
    return f"{entry['mean']:.2f}"


def _charts(run: Run, baselines: Sequence[Run]) -> dict[str, Markup]:
    bars = []
    for name in run.summary["by_type"]:
        verdicts = [v for item in run.scored if item.question.type == name and (v := well_done(item)) is not None]
        if verdicts:
            interval = bootstrap_mean([float(verdict) for verdict in verdicts])
            bars.append(Bar(name, len(verdicts), sum(verdicts), interval.low, interval.high))
    charts = {"by_type": bar_chart(bars)}
    curves = [series for each in (run, *baselines) if (series := _recall_series(each)).points]
    if curves:
        charts["retrieval"] = line_chart(curves, title="retrieval_curve", x_label="k", x_ticks=(1, 3, 5, 10))
    risks = [series for each in (run, *baselines) if (series := _risk_series(each)).points]
    if risks:
        highest = max(y for series in risks for _, y in series.points)
        top = min(1.0, max(0.2, round(highest + 0.05, 1)))
        charts["risk"] = line_chart(
            risks, title="risk_coverage", x_label="coverage", x_ticks=(0, 0.25, 0.5, 0.75, 1), y_max=top
        )
    latency = [item.scores["latency_ms"] for item in run.scored]
    charts["latency"] = histogram([value for value in latency if value is not None], title="latency", unit="ms")
    return charts


def _recall_series(run: Run) -> Series:
    metrics = run.summary["overall"]["metrics"]
    points = [(float(k), metrics[f"recall@{k}"]["mean"]) for k in (1, 3, 5, 10) if f"recall@{k}" in metrics]
    return Series(run.summary["run"]["pipeline"], points)


def _risk_series(run: Run) -> Series:
    points = [(point["coverage"], point["risk"]) for point in run.summary["risk_coverage"]["points"]]
    return Series(run.summary["run"]["pipeline"], points)


def _question_view(item: ScoredQuestion) -> dict[str, Any]:
    """Return what the page shows of one question."""
    record, evidence = item.record, item.evidence
    citations = [
        {**citation, "html": highlight(citation["quote"], citation["start"], evidence=evidence)}
        for citation in record["citations"]
    ]
    passages = [
        {**passage, "html": highlight(passage["text"], passage["start"], evidence=evidence)}
        for passage in record["retrieved"]
    ]
    return {
        "question": item.question,
        "record": record,
        "states": _states(item),
        "evidence": [quote.quote for quote in evidence],
        "citations": citations,
        "passages": passages,
        "recall": item.scores.get("recall@5"),
    }


def _states(item: ScoredQuestion) -> list[str]:
    verdict = well_done(item)
    states = ["unjudged" if verdict is None else "right" if verdict else "wrong"]
    if item.record["refused"]:
        states.append("refused")
        if item.question.answerable:
            states.append("false_refusal")
    last = item.scores.get("recall@10")
    if last is not None and last < 1:
        states.append("missed")
    if item.record["error"] is not None:
        states.append("error")
    return states


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f}%"
