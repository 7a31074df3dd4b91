"""Runs side by side, thresholds, tables."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.api import write_run
from eval.compare import compare_runs, comparison_text
from eval.folder import RESULTS_FILE, Run, read_run, write_lines
from eval.report.page import write_comparison
from eval.summary import ScoredQuestion
from eval.tables import markdown_tables, replace_block, summary_text
from eval.thresholds import parse_threshold, shortfalls
from rag.errors import QuestionSetError

MADE_WITH: dict[str, Any] = {
    "questions": {"file": "kept.jsonl", "sha256": "0" * 64},
    "compilation": {"id": "kept", "title": "", "sha256": "0" * 64},
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


def write(path: Path, scored: list[ScoredQuestion], pipeline: str) -> Run:
    path.mkdir()
    write_lines(path / RESULTS_FILE, [item.record for item in scored])
    write_run(path, scored, run=MADE_WITH | {"pipeline": pipeline})
    return read_run(path)


@pytest.fixture
def runs(tmp_path: Path, kept_scored: dict[str, ScoredQuestion]) -> tuple[Run, Run]:
    """The kept run, and one that differs: k2 became right, k4 is answered."""
    first = list(kept_scored.values())
    second = [replace(item, scores=dict(item.scores), record=dict(item.record)) for item in first]
    second[1].scores["right"] = 1.0
    second[3] = replace(second[3], record={**second[3].record, "refused": False})
    return write(tmp_path / "one", first, "bm25"), write(tmp_path / "two", second, "casechat")


def test_a_run_is_read_back_as_it_was_written(runs: tuple[Run, Run], kept_scored: dict[str, ScoredQuestion]) -> None:
    assert list(runs[0].scored) == list(kept_scored.values())


def test_differences_are_paired(runs: tuple[Run, Run]) -> None:
    found = compare_runs(*runs)
    right = next(item for item in found.differences if item.metric == "right")
    assert (right.base_mean, right.other_mean, right.change.mean, right.change.n) == pytest.approx((0.2, 0.4, 0.2, 5))
    assert not right.is_clear
    assert [pair.base.question.question_id for pair in found.gained] == ["k2"]
    assert [pair.base.question.question_id for pair in found.lost] == ["k4"]
    assert (found.test.only_first, found.test.only_second, found.test.p_value) == (1, 1, 1.0)
    assert {name: item.change.mean for name, item in found.right_by_type.items()} == {
        "number": 0.0,
        "compare": 1.0,
        "fact": 0.0,
        "unanswerable": -0.5,
        "crosscase": 0.0,
    }
    text = comparison_text(found)
    assert "基准 one（bm25），对比 two（casechat），共同题目 7" in text
    assert "  k2 [compare] 投资和培训各多少？" in text


def test_the_comparison_page_needs_no_network(runs: tuple[Run, Run], tmp_path: Path) -> None:
    path = tmp_path / "compare.html"
    write_comparison([compare_runs(*runs)], path)
    html = path.read_text(encoding="utf-8")
    assert "投资和培训各多少？" in html and "McNemar" in html
    assert "http:" not in html and "https:" not in html


def test_runs_on_other_questions_are_not_compared(runs: tuple[Run, Run]) -> None:
    first, second = runs
    strangers = replace(second, scored=())
    with pytest.raises(QuestionSetError) as caught:
        compare_runs(first, strangers)
    assert str(caught.value) == f"{first.path} 和 {second.path} 没有相同的题目，不能比较。请用同一份题库重新评测。"
    changed = replace(second.scored[0], question=replace(second.scored[0].question, question="改了"))
    with pytest.raises(QuestionSetError) as caught:
        compare_runs(first, replace(second, scored=(changed,)))
    assert str(caught.value) == (
        f"题目 k1 在 {first.path} 和 {second.path} 里不一样，不能比较。请用同一份题库重新评测。"
    )


def test_damaged_run_folders_are_named(runs: tuple[Run, Run]) -> None:
    path = runs[0].path
    (path / RESULTS_FILE).write_text('{"id": "k1"\n', encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"已损坏：.*请用 --overwrite 重新评测。"):
        read_run(path)
    with pytest.raises(QuestionSetError, match=r"里没有 results.jsonl，不是一次完成的评测。"):
        read_run(path / "nowhere")


def test_thresholds(runs: tuple[Run, Run]) -> None:
    summary = runs[0].summary
    thresholds = tuple(
        parse_threshold(text)
        for text in (
            "right=0.2",
            "right=0.3",
            "false_refusals=0.1",
            "number.right=0.5",
            "latency_p50_ms=40",
            "refusals.f1=0.6",
        )
    )
    assert [str(shortfall) for shortfall in shortfalls(thresholds, summary)] == [
        "未达标：right 要求至少 0.3，实际 0.2",
        "未达标：false_refusals 要求上限 0.1，实际 0.2",
        "未达标：refusals.f1 要求至少 0.6，实际 0.5",
    ]


def test_thresholds_that_mean_nothing_are_errors(runs: tuple[Run, Run]) -> None:
    with pytest.raises(QuestionSetError) as caught:
        parse_threshold("right>0.9")
    assert str(caught.value) == "--require right>0.9 写法不对。应为 指标=数值，例如 right=0.9 或 number.right=0.95。"
    with pytest.raises(QuestionSetError, match=r"^--require 里没有指标 rihgt。是否想写 right"):
        shortfalls((parse_threshold("rihgt=1"),), runs[0].summary)


def test_a_metric_no_question_has_falls_short(runs: tuple[Run, Run]) -> None:
    summary = json.loads(json.dumps(runs[0].summary))
    summary["headline"]["crosscase_f1"] = None
    assert [str(item) for item in shortfalls((parse_threshold("crosscase_f1=0.6"),), summary)] == [
        "未达标：crosscase_f1 要求至少 0.6，实际 没有适用的题目"
    ]


def test_tables_for_the_documentation(runs: tuple[Run, Run], tmp_path: Path) -> None:
    table = markdown_tables([runs[1], runs[0]])
    assert "| number | 2 | 1/2 | 1/2 | 1/2 | 0.50 / 0.50 |" in table
    assert "| bm25 | done well, McNemar | | +1 / −1 | p = 1 |" in table
    assert "commit aaaaaaaaaa+, settings 111111111111" in table
    page = tmp_path / "page.md"
    page.write_text("前\n<!-- table: dev -->\n旧\n<!-- end -->\n后\n", encoding="utf-8")
    replace_block(page, "dev", "| 新 |")
    assert page.read_text(encoding="utf-8") == "前\n<!-- table: dev -->\n| 新 |\n<!-- end -->\n后\n"
    with pytest.raises(QuestionSetError) as caught:
        replace_block(page, "squad", "| 新 |")
    assert str(caught.value) == f"{page} 里没有标记 <!-- table: squad --> … <!-- end -->。请先写上。"
    assert "crosscase_f1" in summary_text(runs[0].summary)
