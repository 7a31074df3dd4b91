"""The tables of risk and refusals."""

from __future__ import annotations

from pathlib import Path

from eval.folder import Run
from eval.risk import risk_tables

SUMMARY = {
    "run": {"questions": {"file": "a.jsonl"}, "pipeline": "casechat"},
    "risk_coverage": {
        "aurc": 0.125,
        "points": [
            {"confidence": 0.9, "coverage": 0.25, "risk": 0.0},
            {"confidence": 0.6, "coverage": 0.75, "risk": 0.25},
        ],
    },
    "refusals": {"refused_at": {"0.05": 0.6}},
}


def test_risk_stands_at_each_coverage_reached() -> None:
    lines = risk_tables([Run(Path("a"), SUMMARY, ())]).split("\n")
    assert lines[0] == "| coverage | a.jsonl, casechat |"
    assert "| 0.2 | 0.000 |" in lines
    assert "| 0.3 | 0.250 |" in lines
    assert "| 0.8 |  |" in lines
    assert "| all answered | 0.250 at 0.75 |" in lines
    assert "| AURC | 0.125 |" in lines
    assert lines[-1] == "| 5% | 0.600 |"


def test_a_run_that_answered_nothing_has_empty_cells() -> None:
    nothing = {**SUMMARY, "risk_coverage": {"aurc": None, "points": []}, "refusals": {}}
    lines = risk_tables([Run(Path("a"), nothing, ())]).split("\n")
    assert "| 0.1 |  |" in lines
    assert "| AURC |  |" in lines
