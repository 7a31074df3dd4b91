"""What English questions ask for."""

from __future__ import annotations

import pytest

from rag.answering.asked_english import asked_in_english, parts_in_english
from rag.answering.kinds import Kind, Sought


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many enterprises moved in?", Kind.NUMBER),
        ("By what percentage did the number of operators fall?", Kind.NUMBER),
        ("What is the average age of the recipients?", Kind.NUMBER),
        ("When was the platform opened?", Kind.DATE),
        ("In which month was the paper published?", Kind.DATE),
        ("Which five modules does it have?", Kind.LIST),
        ("What are the main measures?", Kind.LIST),
        ("Which company took part in the futures pilot?", Kind.NAME),
        ("Why was the area not closed?", Kind.HOW),
        ("How do residents apply?", Kind.HOW),
        ("Which cases mention blockchain?", Kind.WHICH_CASES),
        ("Which departments' cases talk about tea?", Kind.WHICH_CASES),
        ("Which is larger, the area in Pingdu or that in Laixi?", Kind.COMPARE),
        ("Compare Pingdu with Laixi.", Kind.COMPARE),
        ("Tell me about the project", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_the_kind_of_a_question(question: str, kind: Kind) -> None:
    assert asked_in_english(question).kind is kind


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How many enterprises moved in?", "家"),
        ("How many foreign guests came?", "人"),
        ("How much was invested?", "亿元"),
        ("How long does it take?", "工作日"),
        ("What share of villages is that?", "%"),
        ("What is the floor area?", "平方米"),
        ("How many tonnes of apples were sold?", "吨"),
        ("How old are they on average?", "岁"),
    ],
)
def test_the_unit_of_the_value_wanted(question: str, unit: str) -> None:
    (units,) = asked_in_english(question).units
    assert unit in units


def test_each_part_wants_its_own_value() -> None:
    asked = asked_in_english("How many projects were signed, and for what total investment?")
    assert len(asked.units) == 2
    assert "项" in asked.units[0]
    assert "亿元" in asked.units[1]


def test_the_number_of_items_and_the_sort_of_name() -> None:
    assert asked_in_english("Which five modules does it have?").n_items == 5
    assert asked_in_english("How many modules does it have?").n_items is None
    assert asked_in_english("Who praised the map?").sought is Sought.PERSON
    assert asked_in_english("Which bank took part?").sought is Sought.ORGANISATION


def test_a_question_is_taken_apart_where_it_asks_again() -> None:
    assert parts_in_english("Who came, and when did they leave?") == ["Who came", "when did they leave?"]
    assert parts_in_english("Who came and went?") == ["Who came and went?"]
    assert parts_in_english("") == [""]
