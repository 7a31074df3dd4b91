"""Conversations: bounded, apart from each other, and each chip finds its citation."""

from __future__ import annotations

import pytest

from tests.ui.conftest import ScriptedQA
from ui.conversations import MAX_SESSIONS, MAX_TURNS, Conversation, ConversationStore, Turn


def test_sessions_do_not_see_each_other() -> None:
    store = ConversationStore()
    turn = store.get("a").add("问题")
    assert store.get("b").turns == []
    assert store.get("b").find(turn.turn_id) is None
    assert store.get("a").find(turn.turn_id) is turn


def test_the_session_unused_for_longest_is_forgotten_first() -> None:
    store = ConversationStore()
    for number in range(MAX_SESSIONS):
        store.get(f"s{number}").add("问题")
    store.get("s0")
    store.get("one too many")
    assert len(store.get("s0").turns) == 1
    assert store.get("s1").turns == []


def test_the_oldest_turn_goes_when_there_are_too_many() -> None:
    conversation = Conversation()
    first = conversation.add("第一问")
    for number in range(MAX_TURNS):
        conversation.add(f"第 {number} 问")
    assert len(conversation.turns) == MAX_TURNS
    assert conversation.find(first.turn_id) is None


def test_history_holds_the_finished_questions_before_a_turn_oldest_first() -> None:
    conversation = Conversation()
    states = (("甲", "done"), ("乙", "failed"), ("丙", "stopped"), ("丁", "done"))
    for question, state in states:
        conversation.add(question).state = state  # type: ignore[assignment]
    turn = conversation.add("戊")
    conversation.add("己").state = "done"
    assert conversation.questions_before(turn) == ("甲", "丁")


def test_history_of_the_first_question_is_empty() -> None:
    conversation = Conversation()
    assert conversation.questions_before(conversation.add("甲")) == ()


def test_reset_stops_what_is_pending_and_forgets_the_turns() -> None:
    store = ConversationStore()
    done, pending = store.get("a").add("甲"), store.get("a").add("乙")
    done.state = "done"
    store.reset("a")
    store.reset("never seen")
    assert (done.stop_requested, pending.stop_requested) == (False, True)
    assert store.get("a").turns == []


def test_a_reference_finds_a_citation_by_key_and_a_nearest_section_by_position(scripted: ScriptedQA) -> None:
    cited, near = scripted.citation(2, "新增耕地面积约 9600 亩"), scripted.citation(1, "整治规模 9 万余亩")
    turn = Turn(question="问", citations={2: cited}, nearest=(near,))
    assert turn.reference("2") is cited
    assert turn.reference("n1") is near


@pytest.mark.parametrize(
    "name", ["", "1", "n", "n0", "n2", "n-1", "-2", "²", "n²", "２x", "None", "2; drop", "9" * 400]
)
def test_an_unknown_reference_is_none(scripted: ScriptedQA, name: str) -> None:
    cited = scripted.citation(2, "新增耕地面积约 9600 亩")
    assert Turn(question="问", citations={2: cited}, nearest=(cited,)).reference(name) is None
