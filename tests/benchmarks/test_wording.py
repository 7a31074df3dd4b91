"""Counting what answers repeat: on a few made-up questions, into a file of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import wording as counting

PARAGRAPH = {
    "context": "青岛港建于1892年，港口有机场。",
    "qas": [
        {"id": str(i), "question": "青岛机场有多少？", "answers": [{"text": "1892年", "answer_start": 5}]}
        for i in range(9)
    ],
}


def test_what_answers_repeat_weighs_more_than_what_only_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MODELS_PATH", tmp_path)
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [PARAGRAPH]}]}, ensure_ascii=False), encoding="utf-8")
    table = json.loads(counting.fit_wording([path]).read_text(encoding="utf-8"))
    assert table["fitted_on"]["n_questions"] == 9
    assert set(table["characters"]) == set("青岛机场有多少")
    first_of = {character: odds[0] for character, odds in table["characters"].items()}
    assert first_of["多"] > 0 > first_of["青"]  # 多少 is never repeated, 青岛 always
