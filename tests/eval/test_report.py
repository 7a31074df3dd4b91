"""The report: one file, no network, every question, evidence marked, hostile text harmless."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from eval.api import write_run
from eval.evidence import Evidence, Span
from eval.folder import BASELINE_FOLDER, RESULTS_FILE, write_lines
from eval.report.charts import Bar, Series, bar_chart, histogram, line_chart
from eval.report.highlight import highlight
from eval.report.page import write_report
from eval.report.texts import HEADLINE, METRICS, TEXTS, TYPES
from eval.summary import ScoredQuestion

MADE_WITH: dict[str, Any] = {
    "questions": {"file": "kept.jsonl", "sha256": "0" * 64},
    "compilation": {"id": "kept", "title": "<b>汇编</b>", "sha256": "0" * 64},
    "pipeline": "casechat",
    "code": {"commit": "a" * 40, "changed": True},
    "settings": {"embedding_model": "none"},
    "settings_sha256": "1" * 64,
    "n_workers": 1,
    "created_at": "2026-01-01T00:00:00+00:00",
    "versions": {"torch": "2"},
    "machine": {"processor": "p", "n_cores": 2, "memory_gib": 8.0, "system": "s", "python": "3.11"},
    "types": [],
    "split": "",
    "limit": None,
    "models": ["extractive"],
}


def write(path: Path, scored: list[ScoredQuestion], pipeline: str = "casechat") -> None:
    path.mkdir(parents=True)
    write_lines(path / RESULTS_FILE, [item.record for item in scored])
    write_run(path, scored, run=MADE_WITH | {"pipeline": pipeline})


@pytest.fixture
def html(tmp_path: Path, kept_scored: dict[str, ScoredQuestion]) -> str:
    scored = list(kept_scored.values())
    write(tmp_path / "run", scored)
    write(tmp_path / "run" / BASELINE_FOLDER / "bm25", scored, "bm25")
    return write_report(tmp_path / "run").read_text(encoding="utf-8")


def test_the_page_is_one_file(html: str) -> None:
    assert not re.search(r"""(src|href)=|url\(|@import|https?:""", html)


def test_every_question_is_on_the_page_with_its_states(html: str) -> None:
    opened = re.findall(r'<details class="q"[^>]*data-states="([^"]*)">\s*<summary><span class="soft">(k\d)', html)
    found = {question_id: states for states, question_id in opened}
    assert found == {
        "k1": "right",
        "k2": "wrong missed",
        "k3": "wrong refused false_refusal missed",
        "k4": "right refused",
        "k5": "wrong",
        "k6": "wrong",
        "k7": "wrong missed error",
    }


def test_evidence_is_marked_in_passages_and_text_is_escaped(html: str) -> None:
    assert "另据统计，<mark>新区企业达 161 家</mark>。" in html
    assert "&lt;b&gt;汇编&lt;/b&gt;" in html and "<b>汇编</b>" not in html


def test_the_baseline_is_compared(html: str) -> None:
    assert "bm25（bm25） → run（casechat）" in html


def test_highlighting_hides_bold_markers_and_escapes() -> None:
    evidence = [Evidence("乙", (Span(11, 16),)), Evidence("无", ())]
    assert highlight("甲**乙**<丙>", 10, evidence=evidence) == "甲<mark>乙</mark>&lt;丙&gt;"
    assert highlight("", 0, evidence=evidence) == ""


def test_charts_of_one_value() -> None:
    assert "1/1" in bar_chart([Bar("number", 1, 1, 1.0, 1.0)])
    assert histogram([5.0], title="latency", unit="ms").count('class="bar"') == 4
    assert histogram([0.0, 0.0], title="latency", unit="ms").endswith("</svg>")
    one = line_chart([Series("a", [(1.0, 0.5)])], title="retrieval_curve", x_label="k", x_ticks=(1, 10))
    assert '<circle class="dot s0" cx="95.8" cy="112.0" r="4">' in one


def test_every_text_is_in_both_languages() -> None:
    for texts in (TEXTS, HEADLINE, TYPES, METRICS):
        assert all(zh.strip() and en.strip() for zh, en in texts.values())
