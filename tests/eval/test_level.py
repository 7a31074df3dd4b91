"""The level that the development set has reached is held, less one question a type; the same run twice is equal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval.api import RunOptions, run_evaluation
from eval.dataset import questions_sha256
from eval.folder import RESULTS_FILE, read_run, strip_times
from eval.levels import below_level, reached_levels, read_levels
from rag.settings import PROJECT_PATH, Settings

if TYPE_CHECKING:
    from rag.pipeline import CaseQA

DEV_PATH = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"


def run(out_path: Path, qa: CaseQA, settings: Settings, *, limit: int | None = None, n_workers: int = 1) -> Path:
    compilation = next(iter(qa.compilations.values()))
    options = RunOptions(DEV_PATH, out_path, limit=limit, n_workers=n_workers)
    run_evaluation(options, settings, qa=qa, compilation=compilation)
    return out_path


@pytest.fixture(scope="module")
def dev_run(qa: CaseQA, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole development set, asked once."""
    return run(tmp_path_factory.mktemp("dev") / "run", qa, settings)


def test_the_levels_are_those_of_this_set() -> None:
    assert read_levels()["questions_sha256"] == questions_sha256(DEV_PATH)


def test_the_level_is_held(dev_run: Path) -> None:
    reached = reached_levels(read_run(dev_run).scored, questions_path=DEV_PATH)
    assert below_level(reached, read_levels()) == []


def test_every_question_has_an_answer_or_a_refusal(dev_run: Path) -> None:
    records = [item.record for item in read_run(dev_run).scored]
    assert len(records) == 196
    assert [record["id"] for record in records if record["error"] is not None] == []


def test_a_second_run_gives_the_same_bytes_apart_from_times(
    dev_run: Path, qa: CaseQA, settings: Settings, tmp_path: Path
) -> None:
    second = run(tmp_path / "again", qa, settings, limit=40, n_workers=2)
    lines = [(path / RESULTS_FILE).read_text(encoding="utf-8").split("\n")[:40] for path in (dev_run, second)]
    stripped = [[json.dumps(strip_times(json.loads(line)), ensure_ascii=False) for line in of_run] for of_run in lines]
    assert stripped[0] == stripped[1]
