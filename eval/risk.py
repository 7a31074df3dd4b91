"""The trade of refusing as tables: risk at each coverage, and refusals at each share of false ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.folder import Run

COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def risk_tables(runs: Sequence[Run]) -> str:
    """Return Markdown: the risk of runs when only the surest share of all questions is answered, and what they refuse.

    A cell is empty where a run answers fewer than that share.
    """
    names = [f"{run.summary['run']['questions']['file']}, {run.summary['run']['pipeline']}" for run in runs]
    rows = [f"| coverage | {' | '.join(names)} |", "|---:|" + "---:|" * len(runs)]
    for coverage in COVERAGES:
        cells = [_risk_at(run.summary["risk_coverage"]["points"], coverage) for run in runs]
        rows.append(f"| {coverage:.1f} | {' | '.join(map(_cell, cells))} |")
    ends = [run.summary["risk_coverage"]["points"][-1:] for run in runs]
    rows.append(f"| all answered | {' | '.join(_end(points) for points in ends)} |")
    rows.append(f"| AURC | {' | '.join(_cell(run.summary['risk_coverage']['aurc']) for run in runs)} |")
    rows += ["", f"| false refusals | {' | '.join(names)} |", "|---:|" + "---:|" * len(runs)]
    for share in runs[0].summary["refusals"].get("refused_at", {}):
        cells = [run.summary["refusals"].get("refused_at", {}).get(share) for run in runs]
        rows.append(f"| {float(share):.0%} | {' | '.join(map(_cell, cells))} |")
    return "\n".join(rows)


def _risk_at(points: Sequence[Mapping[str, float]], coverage: float) -> float | None:
    """Return the risk of the first point that reaches a coverage; None where none does."""
    return next((point["risk"] for point in points if point["coverage"] >= coverage), None)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _end(points: Sequence[Mapping[str, Any]]) -> str:
    return f"{points[0]['risk']:.3f} at {points[0]['coverage']:.2f}" if points else ""
