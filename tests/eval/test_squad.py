"""Public sets in SQuAD's format: reading, the official EM and F1, ranks of contexts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.api import RunOptions
from eval.metrics.spans import official_exact, official_f1
from eval.squad import context_rank, load_squad, predicted_span, run_squad, without_contexts
from rag.errors import QuestionSetError
from rag.settings import Settings
from rag.types import Answer, Case, Chunk, Compilation, Passage

SET = {
    "version": "v1.0",
    "data": [
        {
            "title": "青岛",
            "paragraphs": [
                {
                    "id": "P0",
                    "context": "青岛港建于1892年。",
                    "qas": [
                        {
                            "id": "Q0",
                            "question": "青岛港建于哪年？",
                            "answers": [
                                {"text": "1892年", "answer_start": 5},
                                {"text": "1892年", "answer_start": 5},
                                {"text": "1892", "answer_start": 5},
                            ],
                        },
                        {"id": "Q1", "question": "谁建了它？", "answers": []},
                    ],
                },
                {"id": "P1", "context": "海尔在崂山区。", "qas": []},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    ("answers", "predicted", "exact", "f1"),
    [
        (["1892年"], "1892年。", 1, 1),
        (["1892年", "1892"], "1892", 1, 1),
        # Tokens 1892|年 and 建|于|1892|年: longest common substring 2, P 2/4, R 2/2.
        (["1892年"], "建于1892年", 0, 2 / 3),
        # A substring, not a subsequence: of 光荣和 and 光荣公司和 it is 光荣, 2 tokens: P 2/5, R 2/3.
        (["光荣和"], "光荣、公司和", 0, 2 * (2 / 5) * (2 / 3) / (2 / 5 + 2 / 3)),
        (["《三国》"], "三国", 1, 1),
        (["三国"], "", 0, 0),
        (["New York City"], "new york", 0, 0.8),
        (["3.5%"], "3.5 %", 0, 1),
    ],
)
def test_official_measures(answers: list[str], predicted: str, exact: float, f1: float) -> None:
    assert official_exact(answers, predicted) == exact
    assert official_f1(answers, predicted) == pytest.approx(f1)


def write_set(path: Path) -> Path:
    path.write_text(json.dumps(SET, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_set_is_read(tmp_path: Path) -> None:
    found = load_squad(write_set(tmp_path / "dev.json"))
    assert [context.text for context in found.contexts] == ["青岛港建于1892年。", "海尔在崂山区。"]
    assert [(question.type, question.cases) for question in found.questions] == [("span", (1,)), ("unanswerable", ())]
    assert found.answers == {"Q0": ("1892年", "1892"), "Q1": ()}
    assert found.questions[0].answer_keys == ("1892年|1892",)


def test_files_that_are_no_set(tmp_path: Path) -> None:
    missing, other, empty = tmp_path / "no.json", tmp_path / "other.json", tmp_path / "empty.json"
    other.write_text('{"a": 1}', encoding="utf-8")
    empty.write_text('{"data": []}', encoding="utf-8")
    for path, message in (
        (missing, f"找不到文件 {missing}。请检查路径；公开题库的出处见 docs/evaluation.md。"),
        (other, f"{other} 不是 SQuAD 格式的 JSON（KeyError: 'data'）。请检查文件。"),
        (empty, f"{empty} 里没有题目。请检查文件。"),
    ):
        with pytest.raises(QuestionSetError) as caught:
            load_squad(path)
        assert str(caught.value) == message


def test_contexts_rank_by_their_first_passage() -> None:
    record = {"retrieved": [{"case": 4}, {"case": 4}, {"case": 2}]}
    assert (context_rank(record, 4), context_rank(record, 2), context_rank(record, 9)) == (1, 2, None)
    assert predicted_span({"refused": True, "short_answer": "甲", "answer": "乙"}) == ""
    assert predicted_span({"refused": False, "short_answer": "", "answer": "乙"}) == "乙"


def test_a_set_is_run(tmp_path: Path) -> None:
    path = write_set(tmp_path / "dev.json")
    public = load_squad(path)
    text = "青岛港建于1892年。\n海尔在崂山区。\n"
    cases = (Case(1, "", "", "", "", 1, 1, (), 0, 12), Case(2, "", "", "", "", 2, 2, (), 12, len(text)))
    compilation = Compilation("corpus", "", "", "", text, cases, "0" * 64)

    class Asker:
        def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
            chunk = Chunk("c", "corpus", 1, (), "prose", 0, 11, text[0:11], 9)
            found = (Passage(chunk, 1.0, 1, "fused"),)
            refused = question == "谁建了它？"
            return Answer(question, question, "建于1892年。", "1892年", (), found, refused, None, 0.5, "extractive")

    options = RunOptions(path, tmp_path / "out")
    summary = run_squad(public, options, Settings(home=tmp_path), qa=Asker(), compilation=compilation)
    means = {name: entry["mean"] for name, entry in summary["overall"]["metrics"].items()}
    assert (means["exact"], means["f1"], means["context_recall@1"], means["recall@1"]) == (1, 1, 1, 1)
    assert summary["headline"]["unanswerable_refused"] == 1.0
    assert summary["run"]["n_contexts"] == 2


def test_without_a_context_its_questions_cannot_be_answered(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps(SET, ensure_ascii=False), encoding="utf-8")
    public = load_squad(path)
    removed = without_contexts(public, every=2)
    assert [context.context_id for context in removed.contexts] == ["P1"]
    assert [(q.question_id, q.type, q.cases) for q in removed.questions] == [("Q0", "unanswerable", ())]
    kept = without_contexts(public, every=3)
    assert [context.context_id for context in kept.contexts] == ["P1"]
    with pytest.raises(QuestionSetError, match=r"^--remove-every 是 1，会把段落全部拿掉。请用 2 或更大的整数。$"):
        without_contexts(public, every=1)
