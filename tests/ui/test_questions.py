"""What is typed, made fit to ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.settings import PROJECT_PATH, Settings
from rag.types import Citation
from tests.ui.conftest import ZH
from ui.questions import clean_question
from ui.suggestions import answerable_questions, example_questions


@pytest.mark.parametrize("typed", ["", " \n\t　", "\x00\x07", "\ufeff\u202e"])
def test_a_question_with_nothing_in_it_is_refused(typed: str) -> None:
    with pytest.raises(QuestionError) as caught:
        clean_question(typed, max_chars=2000, texts=ZH)
    assert str(caught.value) == "还没有输入问题。请在下面的输入框里写下问题，再按“发送”。"


def test_a_question_that_is_too_long_is_refused_with_both_numbers() -> None:
    with pytest.raises(QuestionError) as caught:
        clean_question("问" * 10_000, max_chars=2000, texts=ZH)
    assert str(caught.value) == "问题有 10000 个字符，最多 2000 个。请缩短后再发送。"


def test_a_question_of_just_the_limit_is_asked() -> None:
    assert len(clean_question("问" * 2000, max_chars=2000, texts=ZH)) == 2000


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("  西海岸新区有多少家？\n", "西海岸新区有多少家？"),
        ("西海\x1b[31m岸", "西海 [31m岸"),
        ("问题\u202e倒\u2066转？", "问题 倒转？"),
        ("第一行\r\n第二行", "第一行 第二行"),
        ("lone \ud83d surrogate", "lone surrogate"),
        ("𠮷野家 <b>粗</b> & ${x}", "𠮷野家 <b>粗</b> & ${x}"),
    ],
)
def test_unprintable_characters_go_and_everything_else_stays(typed: str, question: str) -> None:
    assert clean_question(typed, max_chars=2000, texts=ZH) == question


def test_examples_are_of_the_question_set_and_of_different_kinds() -> None:
    rows = [
        json.loads(line)
        for line in (PROJECT_PATH / "eval/questions/qingdao-2018.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    types = {row["question"]: row["type"] for row in rows}
    examples = example_questions(Settings(), ZH)
    assert 6 <= len(examples) <= 8
    assert len({types[question] for question in examples}) >= 6
    assert "unanswerable" not in {types[question] for question in examples}


def test_another_compilation_gets_examples_that_name_no_case_of_this_one(tmp_path: Path) -> None:
    assert all(
        "青岛" not in question for question in example_questions(Settings(compilation=tmp_path / "other.txt"), ZH)
    )


class _AnswersAll:
    """Stands for question answering where only the wording of what is tried matters."""

    refused = False

    def ask(self, question: str, *, only_cases: object) -> _AnswersAll:
        return self


def test_a_heading_is_asked_about_without_its_number_and_dashes() -> None:
    headings = ("——联席会议制度", "（二）推行“一窗受理”。", "**三、**服务企业的办法：")
    nearest = [Citation(1, "c", n, "题", "某局", (heading,), 1, 2, "文", 0, 1) for n, heading in enumerate(headings, 1)]
    tried = [
        question
        for one in nearest
        for question in answerable_questions(_AnswersAll(), [one], texts=ZH, only_case=None)[:1]  # type: ignore[arg-type]
    ]
    expected = ("联席会议制度", "推行“一窗受理”", "服务企业的办法")
    assert tried == [ZH("suggest.heading", department="某局", heading=heading) for heading in expected]
