"""The speed benchmark's arithmetic, its processes and its table; the figures themselves are `make bench`'s."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.report import LABELS, speed_table, write_json
from benchmarks.speed import Measurement, measure_speed, percentile, run_process
from benchmarks.workers import read_questions
from rag.errors import CaseChatError, StorageError
from rag.settings import Settings


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([7.0], 95, 7.0), (list(range(1, 101)), 95, 95), ([3, 1, 2], 50, 2), ([3, 1, 2], 100, 3), ([3, 1, 2], 0, 1)],
)
def test_percentile_is_the_nearest_rank(values: list[float], percent: int, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 95)


def test_a_measurement_stands_in_relation_to_its_limit() -> None:
    assert Measurement("x", 30, "s", 60).ratio == 0.5
    assert Measurement("x", 30, "s", None).ratio is None


def test_a_process_is_timed_and_its_memory_counted() -> None:
    program = "import time; b = bytearray(64_000_000); time.sleep(0.2); print('你好', len(b))"
    done = run_process([sys.executable, "-c", program], {**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert done.output == "你好 64000000\n"
    assert done.wall_s >= 0.2
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts the fork before the exec too
    assert 64 < done.peak_mb < own_mb + 200


def test_a_process_that_fails_is_an_error_with_what_it_wrote() -> None:
    with pytest.raises(CaseChatError) as caught:
        run_process(
            [sys.executable, "-c", "import sys; sys.exit('磁盘已满')"], {**os.environ, "PYTHONIOENCODING": "utf-8"}
        )
    assert str(caught.value) == "-c import sys; sys.exit('磁盘已满') 以代码 1 结束：磁盘已满"


def test_measuring_compares_every_step_with_its_limit(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for the processes: each step must land in its own row, under its own limit."""
    questions = tmp_path / "q.jsonl"
    rows = [{"question": "一？", "history": []}, {"question": "二？", "history": ["一？"]}]
    questions.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    manifest = {"embedding_model": "m", "dtype": "float32", "dim": 3, "n_chunks": 9, "compilations": {}, "build_s": 8.0}
    outputs = iter([(manifest, 40.0, 900.0), (manifest, 15.0, 800.0), ({"latencies_ms": [30.0, 50.0]}, 9.0, 700.0)])
    homes = set()

    def stand_in(command: list[str], environment: dict[str, str]) -> Any:
        from benchmarks.speed import FinishedProcess

        homes.add(environment["CASECHAT_HOME"])
        found, wall_s, peak_mb = next(outputs, ({}, 6.0, 600.0))
        return FinishedProcess(json.dumps(found), wall_s, peak_mb)

    monkeypatch.setattr("benchmarks.speed.run_process", stand_in)
    result = measure_speed(questions, settings, report=lambda line: None)
    rows = [(row["name"], row["value"], row["limit"], row["ratio"]) for row in result["measurements"]]
    assert rows == [
        ("unpack_and_index", 40.0, 60, 0.667),
        ("index_once_unpacked", 8.0, 30, 0.267),
        ("index_command", 15.0, None, None),
        ("warm_question_median", 40.0, 100, 0.4),
        ("warm_question_p95", 50.0, None, None),
        ("start_to_first_answer", 6.0, 15, 0.4),
        ("peak_memory", 900.0, 2048, 0.439),
    ]
    assert len(homes) == 1
    assert not Path(homes.pop()).exists()
    assert {"date", "machine", "versions", "settings_sha256", "questions", "n_questions", "left_out"} <= set(result)
    table = speed_table(result)
    assert "✓ 上限 60 s，用了 67%" in table
    assert all(label in table for label in LABELS.values())


def test_a_figure_over_its_limit_is_marked(settings: Settings) -> None:
    result = {
        "date": "2026-01-01",
        "machine": {"processor": "p", "n_cores": 2, "memory_gib": 4.0, "system": "Linux", "python": "3.11.2"},
        "versions": {"torch": "2.13.0"},
        "index": {"embedding_model": "m", "dtype": "float32", "n_chunks": 9},
        "n_questions": 2,
        "measurements": [{"name": "peak_memory", "value": 3072.0, "unit": "MiB", "limit": 2048, "ratio": 1.5}],
    }
    assert speed_table(result).endswith("3072.0 MiB  内存峰值  ✗ 上限 2048 MiB，用了 150%")


def test_a_result_is_written_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "结果" / "speed.json"
    write_json(path, {"名": "值"})
    assert path.read_text(encoding="utf-8") == '{\n  "名": "值"\n}\n'


def test_a_result_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        write_json(tmp_path / "file" / "speed.json", {})
    assert str(caught.value) == f"结果写不进 {tmp_path / 'file' / 'speed.json'}（File exists）。请用 --out 换一个文件。"


def test_questions_are_read_in_order_and_empty_lines_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "一"}\n\n{"question": "二"}\n', encoding="utf-8")
    assert [row["question"] for row in read_questions(path)] == ["一", "二"]
