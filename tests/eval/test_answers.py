"""The page of answers: which are shown, and what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.answers import answers_page, choose_answers
from eval.compare import well_done
from eval.folder import Run
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError


@pytest.fixture
def run(kept_scored: dict[str, ScoredQuestion]) -> Run:
    return Run(Path("kept"), {"run": {"pipeline": "casechat"}}, tuple(kept_scored.values()))


def test_every_type_comes_once_before_any_comes_twice(run: Run) -> None:
    types = {item.question.type for item in run.scored}
    chosen = choose_answers(run.scored, n=len(types))
    assert {item.question.type for item in chosen} == types


def test_the_choice_hangs_on_no_order(run: Run) -> None:
    assert choose_answers(run.scored, n=4) == choose_answers(tuple(reversed(run.scored)), n=4)


def test_more_than_there_are_gives_all_of_them_good_and_bad(run: Run) -> None:
    chosen = choose_answers(run.scored, n=1000)
    assert sorted(item.question.question_id for item in chosen) == sorted(i.question.question_id for i in run.scored)
    page = answers_page(run, n=1000)
    for item in run.scored:
        assert item.question.question in page
    assert page.count("✔ right") == sum(well_done(item) is True for item in run.scored)
    assert page.count("✘ not right") == sum(well_done(item) is False for item in run.scored)


def test_an_answer_stands_with_its_quotes_and_what_was_expected(run: Run) -> None:
    item = next(item for item in run.scored if item.record["citations"])
    page = answers_page(run, n=1000)
    assert f"- [{item.record['citations'][0]['key']}] " in page
    assert f"Expected: {item.question.answer}" in page


def test_a_part_of_the_set_that_has_no_questions_is_named(run: Run) -> None:
    with pytest.raises(QuestionSetError) as raised:
        answers_page(run, split="nowhere")
    assert str(raised.value) == "kept 里没有划分为 nowhere 的题。请换一个划分，或不写 --split。"
