"""The kept set: a text of two cases, seven questions, and results written down by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.api import score_records
from eval.dataset import load_questions
from eval.summary import ScoredQuestion
from rag.types import Case, Compilation

DATA_PATH = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def kept_compilation() -> Compilation:
    """Cases 1 (甲) and 2 (乙) after three lines of contents."""
    text = (DATA_PATH / "kept-text.txt").read_text(encoding="utf-8")
    first, second = text.index("甲案例\n"), text.index("乙案例\n")
    cases = (
        Case(1, "甲案例", "甲案例", "", "", 1, 1, (), first, second),
        Case(2, "乙案例", "乙案例", "", "", 2, None, (), second, len(text)),
    )
    return Compilation("kept", "", "", "", text, cases, "0" * 64)


@pytest.fixture(scope="session")
def kept_scored(kept_compilation: Compilation) -> dict[str, ScoredQuestion]:
    """The kept questions, scored, by id."""
    questions = load_questions(DATA_PATH / "kept-questions.jsonl")
    lines = (DATA_PATH / "kept-results.jsonl").read_text(encoding="utf-8").splitlines()
    scored = score_records(questions, [json.loads(line) for line in lines], compilation=kept_compilation)
    return {item.question.question_id: item for item in scored}
