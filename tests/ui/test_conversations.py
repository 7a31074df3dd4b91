"""Turns as they are kept: nothing is lost on the way to JSON and back, and each chip finds its citation."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.types import ProposedSentence, Writing
from tests.ui.conftest import ScriptedQA
from ui.conversations import Turn, questions_before, turn_from_record, turn_record

FACT = "新增耕地面积约 9600 亩"


def test_a_turn_comes_back_from_json_as_it_was(scripted: ScriptedQA) -> None:
    cited = scripted.citation(2, FACT)
    turn = Turn(question="𠮷？", text=f"{FACT}[2]", state="done", citations={2: cited}, nearest=(cited,), only_case=4)
    turn.answer = scripted.answer("𠮷？", turn.text, cited, standalone="那𠮷？")
    turn.verdict, turn.reason, turn.suggestions = "down", "答得不全", ("甲？", "乙？")
    assert turn_from_record(json.loads(json.dumps(turn_record(turn)))) == turn


def test_what_became_of_a_models_sentences_is_kept_but_for_the_sentences(scripted: ScriptedQA) -> None:
    writing = Writing(n_proposed=3, n_released=1, n_replaced=2, unknown_keys=(7, 8), fault="cut")
    turn = Turn(question="问", text="答。", state="done")
    answer = scripted.answer("问", "答。")
    turn.answer = replace(answer, notice="断开。", prompts={"answer.zh@1": "ab"}, writing=writing)
    assert turn_from_record(json.loads(json.dumps(turn_record(turn)))) == turn
    rejected = ProposedSentence("不实的话。", (1,), "没有依据", again=False)
    turn.answer = replace(turn.answer, writing=replace(writing, sentences=(rejected,)))
    assert "不实" not in json.dumps(turn_record(turn), ensure_ascii=False)


def test_a_turn_kept_before_there_were_chat_models_is_read(scripted: ScriptedQA) -> None:
    turn = Turn(question="问", text="答。", state="done", answer=scripted.answer("问", "答。"))
    record = turn_record(turn)
    for later in ("notice", "prompts", "writing"):
        del record["answer"][later]
    assert turn_from_record(record) == turn


def test_a_turn_that_waits_comes_back_without_an_answer() -> None:
    turn = Turn(question="问")
    assert turn_from_record(turn_record(turn)) == turn


def test_history_holds_the_finished_questions_before_a_turn_oldest_first() -> None:
    states = (("甲", "done"), ("乙", "failed"), ("丙", "stopped"), ("丁", "done"), ("戊", "waiting"), ("己", "done"))
    turns = [Turn(question=question, state=state) for question, state in states]  # type: ignore[arg-type]
    assert questions_before(turns, turns[4]) == ("甲", "丁")
    assert questions_before(turns, turns[0]) == ()


def test_a_reference_finds_a_citation_by_key_and_a_nearest_section_by_position(scripted: ScriptedQA) -> None:
    cited, near = scripted.citation(2, FACT), scripted.citation(1, "整治规模 9 万余亩")
    turn = Turn(question="问", citations={2: cited}, nearest=(near,))
    assert turn.reference("2") is cited
    assert turn.reference("n1") is near
    assert turn.references() == ["2", "n1"]


@pytest.mark.parametrize(
    "name", ["", "1", "n", "n0", "n2", "n-1", "-2", "²", "n²", "２x", "None", "2; drop", "9" * 5000, "n" + "9" * 5000]
)
def test_an_unknown_reference_is_none(scripted: ScriptedQA, name: str) -> None:
    cited = scripted.citation(2, FACT)
    assert Turn(question="问", citations={2: cited}, nearest=(cited,)).reference(name) is None
