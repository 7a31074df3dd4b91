"""Our questions on the paragraphs of public sets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.contrast import paragraph_name, write_contrast
from benchmarks.public import with_paragraphs_removed
from embeddings.reading.questions import read_sources
from eval.squad import load_squad
from rag.errors import QuestionSetError

TEXTS = ("甲镇有三座桥，最长的一座建于1987年。", "乙镇没有桥。")


def public_set(folder: Path) -> Path:
    questions = [{"id": "q", "question": "甲镇有几座桥？", "answers": [{"text": "三座", "answer_start": 3}]}]
    paragraphs = [{"context": TEXTS[0], "qas": questions}, {"context": TEXTS[1], "qas": []}]
    path = folder / "public.json"
    path.write_text(json.dumps({"data": [{"title": "镇", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def ours(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "ours.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def on_first(question: str, answer: str) -> dict[str, str]:
    return {"paragraph": paragraph_name(TEXTS[0]), "question": question, "answer": answer}


PAIR = (on_first("甲镇哪年修成了最长的那座？", "1987年"), on_first("甲镇最长的桥由谁建造？", ""))


def test_questions_join_their_paragraph_and_every_paragraph_stays(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert write_contrast([ours(tmp_path, *PAIR)], [public_set(tmp_path)], out) == 2
    first, second = read_sources([out])
    assert [(one.question, one.answers, one.starts) for one in first.questions] == [
        ("甲镇哪年修成了最长的那座？", ("1987年",), (14,))
    ]
    assert first.unanswerable == ("甲镇最长的桥由谁建造？",)
    assert (second.text, second.questions, second.unanswerable) == (TEXTS[1], (), ())


def test_all_that_read_such_sets_take_the_near_miss_for_unanswerable(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    write_contrast([ours(tmp_path, *PAIR)], [public_set(tmp_path)], out)
    assert [question.answerable for question in load_squad(out).questions] == [True, False]
    _, questions = with_paragraphs_removed(out)
    assert [(one["type"], one["evidence"]) for one in questions] == [("fact", ["1987年"]), ("unanswerable", [])]


def test_a_paragraph_with_near_misses_is_not_taken_away(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    asked = [{"paragraph": paragraph_name(TEXTS[1]), "question": "Who built the bridge in Yi?", "answer": ""}]
    write_contrast([ours(tmp_path, *asked)], [public_set(tmp_path)], out)
    documents, questions = with_paragraphs_removed(out)
    assert [document.text for document in documents] == list(TEXTS)
    assert [(one["type"], one["lang"]) for one in questions] == [("unanswerable", "en")]


def test_the_sets_own_questions_can_be_kept(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    write_contrast([ours(tmp_path, *PAIR)], [public_set(tmp_path)], out, keep=True)
    assert [one.question for one in read_sources([out])[0].questions] == [PAIR[0]["question"], "甲镇有几座桥？"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({**PAIR[0], "paragraph": "0" * 16}, "1 个段落（如 0000000000000000）不在 --data 的文件里。"),
        ({**PAIR[0], "answer": "1988年"}, "的答案“1988年”不在它的段落里。"),
        ({"question": "几座？"}, "的第 1 行不是题目（KeyError('paragraph')），"),
    ],
)
def test_questions_that_cannot_be_used_are_named(tmp_path: Path, row: dict[str, str], told: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        write_contrast([ours(tmp_path, row)], [public_set(tmp_path)], tmp_path / "out.json")
    assert told in str(caught.value)
    assert not (tmp_path / "out.json").exists()


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    given = ["--questions", str(ours(tmp_path, *PAIR)), "--data", str(public_set(tmp_path)), "--out", str(out)]
    assert main(["contrast", *given]) == 0
    assert capsys.readouterr().out == f"写入 {out}：2 题\n"
    missing = ["--questions", str(tmp_path / "无.jsonl"), *given[2:]]
    assert main(["contrast", *missing]) == 2
    assert capsys.readouterr().err.startswith(f"读不出题目 {tmp_path / '无.jsonl'}")


def test_a_zipped_set_reads_as_the_file_inside_and_of_several_none(tmp_path: Path) -> None:
    plain, path = public_set(tmp_path), tmp_path / "public.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(plain, "public.json")
    assert write_contrast([ours(tmp_path, *PAIR)], [path], tmp_path / "out.json") == 2
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(plain, "a.json")
        archive.write(plain, "b.json")
    with pytest.raises(QuestionSetError, match="不是 SQuAD 格式"):
        write_contrast([ours(tmp_path, *PAIR)], [path], tmp_path / "out.json")
