"""Practice files: what is read of them, what one pass over them holds, and how they join the public questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embeddings.reading.masters import TrainingPlan
from embeddings.reading.practice import PracticeQuestion, practice_examples, read_practice
from embeddings.reading.training import training_batches
from rag.errors import EmbeddingError
from tests.embeddings.tiny_reader import read_made_up

TEXT = "成立联席会议制度。由市长任总召集人，每季度开一次会。"
ANSWERING = {"header": "胶州市\n一、做法", "text": TEXT, "answer": [10, 12], "evidence": [9, 26]}
OTHER = {"header": "", "text": "投入资金三百万元。\U00020000", "answer": None, "evidence": None}


def write(path: Path, entries: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in entries), encoding="utf-8")
    return path


def entry(*passages: dict[str, Any], question: str = "谁来召集？") -> dict[str, Any]:
    return {"question": question, "case": 3, "passages": list(passages)}


def test_answering_passages_are_told_from_others(tmp_path: Path) -> None:
    (question,) = read_practice([write(tmp_path / "p.jsonl", [entry(OTHER, ANSWERING)])])
    assert (question.case_number, len(question.answering), len(question.others)) == (3, 1, 1)
    example = question.answering[0]
    assert example.answer is not None
    assert example.text[slice(*example.answer)] == "市长"
    assert question.others[0].answer is None


def test_an_empty_file_holds_no_questions(tmp_path: Path) -> None:
    assert read_practice([write(tmp_path / "p.jsonl", [])]) == []
    assert practice_examples([], seed=1) == []


def test_a_pass_holds_all_that_answers_and_two_others_a_question(tmp_path: Path) -> None:
    practice = read_practice([write(tmp_path / "p.jsonl", [entry(ANSWERING, *[OTHER] * 5)])])
    examples = practice_examples(practice, seed=1)
    assert sum(example.answer is not None for example in examples) == 1
    assert len(examples) == 3
    assert examples == practice_examples(practice, seed=1)


def test_an_unanswerable_question_gives_up_to_three_passages(tmp_path: Path) -> None:
    for n_passages, n_taken in ((1, 1), (9, 3)):
        practice = read_practice([write(tmp_path / "p.jsonl", [entry(*[OTHER] * n_passages)])])
        assert len(practice_examples(practice, seed=1)) == n_taken


@pytest.mark.parametrize(
    "line", ["{", '{"question": "谁？", "case": 1}', '{"question": "谁？", "case": "甲", "passages": []}']
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(entry(OTHER), ensure_ascii=False) + "\n" + line, encoding="utf-8")
    with pytest.raises(EmbeddingError) as caught:
        read_practice([path])
    assert str(caught.value).startswith(f"{path} 的第 2 行不是练习题（")
    assert str(caught.value).endswith("请用 python -m benchmarks practice 重新生成这个文件。")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="读不出练习文件"):
        read_practice([tmp_path / "无.jsonl"])


def test_half_of_the_examples_are_practice(tmp_path: Path) -> None:
    practice = read_practice([write(tmp_path / "p.jsonl", [entry(ANSWERING, OTHER)])])
    plan = TrainingPlan(n_steps=4, batch_size=8, practice_share=0.5)
    sources = read_made_up(tmp_path)
    batches = list(training_batches(sources, plan=plan, practice=practice))
    share = sum(example.question == "谁来召集？" for batch in batches for example in batch) / 32
    assert 0.3 < share < 0.7
    assert batches == list(training_batches(sources, plan=plan, practice=practice))
    alone = [example for batch in training_batches(sources, plan=plan) for example in batch]
    assert all(example.question != "谁来召集？" for example in alone)


def test_no_others_leaves_the_answering_passage_alone() -> None:
    assert practice_examples([PracticeQuestion("谁？", 1, (), ())], seed=1) == []
