"""What the pages beside the chat ask of the pipeline: one case alone, every case judged, retrieval laid open."""

from __future__ import annotations

import pytest

from rag.errors import QuestionError
from rag.pipeline import CaseQA
from rag.types import Compilation

pytestmark = pytest.mark.slow

QUESTION = "新增耕地面积约多少亩？"
WHICH = "哪些案例写到新华社作过报道？"


def test_one_case_alone_is_answered_from_that_case(qa: CaseQA) -> None:
    answer = qa.ask(QUESTION, only_cases=[4])
    assert not answer.refused
    assert "9600" in answer.text
    assert {citation.case_number for citation in answer.citations} == {4}
    assert {passage.chunk.case_number for passage in answer.passages} == {4}


def test_another_case_does_not_lend_its_answer(qa: CaseQA) -> None:
    answer = qa.ask(QUESTION, only_cases=[1])
    assert "9600" not in answer.text
    assert {passage.chunk.case_number for passage in answer.passages} == {1}


def test_a_number_of_passages_of_ones_own(qa: CaseQA) -> None:
    assert len(qa.ask(QUESTION, n_passages=3).passages) == 3
    assert len(qa.ask(QUESTION).passages) == qa.settings.n_passages


def test_every_case_is_judged_and_agrees_with_the_chat(qa: CaseQA, compilation: Compilation) -> None:
    decisions = qa.screen(WHICH)
    assert [decision.case_number for decision in decisions] == [case.number for case in compilation.cases]
    cited = {citation.case_number for citation in qa.ask(WHICH).citations} - {None}  # the contents, for the count
    assert {decision.case_number for decision in decisions if decision.included} == cited
    for decision in decisions:
        case = compilation.case(decision.case_number)
        if decision.citation is not None:
            assert case.start <= decision.citation.start < decision.citation.end <= case.end
            assert compilation.text[decision.citation.start : decision.citation.end] == decision.citation.quote


def test_what_no_case_writes_is_no_for_all(qa: CaseQA) -> None:
    assert not any(decision.included for decision in qa.screen("哪些案例写到火星探测器登陆？"))


def test_an_english_question_is_judged_for_every_case(qa: CaseQA) -> None:
    decisions = qa.screen("Which cases mention the Xinhua News Agency?")
    assert len(decisions) == 30
    assert 1 <= sum(decision.included for decision in decisions) <= 5


def test_retrieval_is_laid_open_with_what_the_chat_uses(qa: CaseQA) -> None:
    found = qa.inspect(QUESTION)
    assert found.fused == qa.ask(QUESTION).passages
    assert len(found.dense) == len(found.fused) == qa.settings.n_passages
    for passages in (found.dense, found.lexical, found.fused):
        scores = [passage.score for passage in passages]
        assert scores == sorted(scores, reverse=True)
    assert {passage.method for passage in found.lexical} == {"lexical"}
    assert found.parameters["n_passages"] == qa.settings.n_passages
    assert found.parameters["weight_dense"] == 0.75
    assert qa.inspect("How many acres?").parameters["weight_dense"] == 0.8


def test_lexical_retrieval_of_unknown_words_is_empty(qa: CaseQA) -> None:
    assert qa.inspect("qwxyz").lexical == ()


def test_more_passages_than_there_are(qa: CaseQA) -> None:
    n_chunks = int(qa.inspect(QUESTION).parameters["n_chunks"])
    assert len(qa.inspect(QUESTION, k=n_chunks + 5).dense) == n_chunks


@pytest.mark.parametrize("question", ["", " \n"])
def test_an_empty_question_is_refused_everywhere(qa: CaseQA, question: str) -> None:
    for ask in (qa.screen, qa.inspect):
        with pytest.raises(QuestionError, match="问题是空的"):
            ask(question)
