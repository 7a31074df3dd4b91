"""Times CaseChat from nothing to answers, each step in a fresh process and a fresh data directory."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.workers import read_questions
from rag.errors import CaseChatError
from rag.machine import describe_machine, installed_version, pinned_versions
from rag.settings import ENV_PREFIX, PROJECT_PATH, Settings

N_STARTS = 3
"""Starts whose median counts; one start is a matter of what the disk cache holds."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure beside its limit."""

    name: str
    value: float
    unit: str
    limit: float | None
    """Most that is allowed; None where nothing is promised."""

    @property
    def ratio(self) -> float | None:
        """Value over limit, at most 1 when the limit is kept."""
        return None if self.limit is None else self.value / self.limit


@dataclass(frozen=True, slots=True)
class FinishedProcess:
    """A process that has ended well."""

    output: str
    wall_s: float
    """From its start to its end, the loading of libraries included."""
    peak_mb: float
    """Most resident memory, MiB."""


def measure_speed(questions_path: Path, settings: Settings, *, report: Callable[[str], None]) -> dict[str, Any]:
    """Return the measurements with what they were made with.

    report: told in one line what is being measured.

    Raises CaseChatError when a step fails, with what it wrote.
    """
    questions = read_questions(questions_path)
    with tempfile.TemporaryDirectory(prefix="casechat-bench-") as folder:
        environment = step_environment(Path(folder), settings)
        report("从零开始：解压模型，建立索引……")
        fresh = _run_worker("index", questions_path, environment)
        report("模型已解压：重新建立索引……")
        again = _run_worker("index", questions_path, environment)
        report(f"热身之后：回答 {len(questions)} 个问题……")
        asked = _run_worker("questions", questions_path, environment)
        report(f"从启动到第一个回答，{N_STARTS} 次……")
        ask = [sys.executable, "-m", "rag", "ask", "--json", "--", questions[0]["question"]]
        starts = [run_process(ask, environment) for _ in range(N_STARTS)]
    manifest = json.loads(again.output)
    latencies_ms = json.loads(asked.output)["latencies_ms"]
    measurements = [
        Measurement("unpack_and_index", fresh.wall_s, "s", 60),
        Measurement("index_once_unpacked", manifest["build_s"], "s", 10 if manifest["dtype"] == "bfloat16" else 30),
        Measurement("index_command", again.wall_s, "s", None),
        Measurement("warm_question_median", statistics.median(latencies_ms), "ms", 100),
        Measurement("warm_question_p95", percentile(latencies_ms, 95), "ms", None),
        Measurement("start_to_first_answer", statistics.median(start.wall_s for start in starts), "s", 15),
        Measurement("peak_memory", max(step.peak_mb for step in (fresh, again, asked, *starts)), "MiB", 2048),
    ]
    return {
        **provenance(questions_path, settings),
        "n_questions": len(questions),
        "n_starts": N_STARTS,
        "left_out": "the first question after loading is asked once before it is timed",
        "index": {key: manifest[key] for key in ("embedding_model", "dtype", "dim", "n_chunks", "compilations")},
        "measurements": [rounded(measurement) for measurement in measurements],
        "latencies_ms": [round(value, 3) for value in latencies_ms],
    }


def run_process(command: Sequence[str], environment: dict[str, str]) -> FinishedProcess:
    """Return the output, wall time and peak memory of a command. CaseChatError when it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began_s = time.perf_counter()
        process = subprocess.Popen(command, cwd=PROJECT_PATH, env=environment, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began_s
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            told = errors.read().decode("utf-8", "replace").strip()
            raise CaseChatError(f"{' '.join(command[1:])} 以代码 {process.returncode} 结束：{told}")
        kib_per_unit = 1 / 1024 if sys.platform == "darwin" else 1  # macOS counts bytes, Linux KiB
        return FinishedProcess(output.read().decode("utf-8"), wall_s, usage.ru_maxrss * kib_per_unit / 1024)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that at least `percent` of all values do not exceed (nearest rank). ValueError for none."""
    if not values:
        raise ValueError("no values to take a percentile of")
    rank = max(1, -(-len(values) * percent // 100))
    return sorted(values)[rank - 1]


def _run_worker(job: str, questions_path: Path, environment: dict[str, str]) -> FinishedProcess:
    questions = ["--questions", str(questions_path.absolute())]
    return run_process([sys.executable, "-m", "benchmarks", "worker", job, *questions], environment)


def step_environment(home: Path, settings: Settings) -> dict[str, str]:
    """Return the environment of the steps: this one's, with a fresh data directory and no network for models."""
    return {
        **os.environ,
        f"{ENV_PREFIX}HOME": str(home),
        f"{ENV_PREFIX}COMPILATION": str(settings.compilation.absolute()),
        "HF_HUB_OFFLINE": "1",
    }


def provenance(questions_path: Path, settings: Settings) -> dict[str, Any]:
    """Return what a result was made with: date, machine, versions, hashes of settings and questions."""
    pinned = pinned_versions(PROJECT_PATH / "requirements.txt")
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "versions": {name: installed_version(name) for name in pinned},
        "settings_sha256": settings.sha256(),
        "reader": settings.reader,
        "questions": {"file": questions_path.name, "sha256": hashlib.sha256(questions_path.read_bytes()).hexdigest()},
    }


def rounded(measurement: Measurement) -> dict[str, Any]:
    """Return a measurement as it stands in a result file."""
    ratio = measurement.ratio
    return {
        "name": measurement.name,
        "value": round(measurement.value, 3),
        "unit": measurement.unit,
        "limit": measurement.limit,
        "ratio": None if ratio is None else round(ratio, 3),
    }
