"""The cost of writing with a chat model, from the results of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.writing import comparison_table, draw_sentences, measure_writing, writing_table
from rag.errors import StorageError


def record(model_ms: float, *, total_ms: float, again_ms: float = 0.0, problem: str = "") -> dict[str, Any]:
    timings = {"model": model_ms, "asked_again": again_ms, "total": total_ms, "first_sentence": total_ms / 2}
    sentence = {"text": f"𠀀{total_ms}", "keys": [1], "problem": problem, "again": False}
    return {
        "model": "gguf:x",
        "writing": {"sentences": [sentence], "n_released": int(not problem)},
        "timings_ms": timings,
    }


RUN = {"questions": {"sha256": "q"}, "settings_sha256": "s", "created_at": "2026-11-22T10:00:00", "code": {}}
MACHINE = {"processor": "P", "n_cores": 2}
METRICS = {name: {"mean": 0.5, "n": 2} for name in ("right", "citation_precision", "citation_recall", "refused")}


def run_folder(path: Path, records: list[dict[str, Any]], *, splits: tuple[str, ...] = ()) -> Path:
    path.mkdir(exist_ok=True)
    numbered = [one | {"id": str(n)} for n, one in enumerate(records)]
    gold = [{"id": str(n), "question": {"split": split}} for n, split in enumerate(splits)]
    for name, lines in (("results.jsonl", numbered), ("scores.jsonl", gold)):
        (path / name).write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    summary = {"run": RUN | {"machine": MACHINE}, "overall": {"metrics": METRICS}}
    (path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return path


def test_our_part_is_what_is_neither_the_models_nor_asking_again(tmp_path: Path) -> None:
    records = [
        record(1000, total_ms=1030),
        record(1000, total_ms=2050, again_ms=1000, problem="x"),
        record(1000, total_ms=1010),
        {"model": "extractive"},
    ]
    result = measure_writing(run_folder(tmp_path, records))
    assert result["share_median"] == pytest.approx(0.03)
    assert (result["n_questions"], result["n_written"], result["n_asked_again"]) == (4, 3, 1)
    assert (result["n_proposed"], result["n_held_back"], result["n_first_own"]) == (3, 1, 2)
    assert "3.0%  ✓ 上限 5%" in writing_table(result)


def test_the_model_that_makes_a_question_stand_alone_is_no_part_of_ours(tmp_path: Path) -> None:
    one = record(1000, total_ms=1510)
    one["timings_ms"]["standalone"] = 500
    assert measure_writing(run_folder(tmp_path, [one]))["share_median"] == pytest.approx(0.01)


def test_a_run_that_no_model_wrote_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        measure_writing(run_folder(tmp_path, [{"model": "extractive"}]))
    assert str(caught.value) == f"{tmp_path} 里没有一个回答由语言模型写成。请用 --llm 运行评测。"


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        measure_writing(tmp_path)
    told = f"{tmp_path} 里没有评测结果（No such file or directory）。请先运行 python -m eval run --llm …。"
    assert str(caught.value) == told


def test_sentences_shown_are_drawn_first_and_none_of_the_report_half(tmp_path: Path) -> None:
    records = [record(1, total_ms=n, problem="" if n == 3 else "x") for n in range(4)]
    path = run_folder(tmp_path, records, splits=("tune", "report", "tune", "tune"))
    drawn = draw_sentences(path, 50, seed=1)
    assert (len(drawn), drawn[0]["question"], drawn[0]["shown"]) == (3, "3", True)
    assert "1" not in {one["question"] for one in drawn}
    assert draw_sentences(path, 2, seed=1) == draw_sentences(path, 2, seed=1) == drawn[:2]
    assert draw_sentences(path, 0, seed=1) == []


def test_the_table_sets_a_run_beside_one_without_a_model(tmp_path: Path) -> None:
    extractive = run_folder(tmp_path / "a", [{"model": "extractive"}])
    table = comparison_table(extractive, run_folder(tmp_path / "b", [record(1000, total_ms=1030)]))
    assert table.splitlines()[0] == "| figure | extractive | gguf:x |"
    assert "| right | 0.500 (n 2) | 0.500 (n 2) |" in table
    assert "| sentences written / held back / shown | – | 1 / 0 / 1 |" in table
