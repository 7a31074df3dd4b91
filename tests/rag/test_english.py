"""What is checked of an English sentence about a Chinese passage: names, the way figures move, negation."""

from __future__ import annotations

import pytest

from rag.answering.english import english_problem
from rag.normalising import matching_form

SOURCE = "申办护照、港澳台通行证时间由10日缩短至7日，莱西市企业不再单独申报，智能工厂4家，COSMOPlat入选。"


@pytest.mark.parametrize(
    "sentence",
    [
        "The time for passports was shortened from 10 days to 7 days.",
        "In Laixi, 4 intelligent factories (智能工厂) were recognised.",
        "Companies no longer apply separately; there are 4 factories.",
        "COSMOPlat was selected together with 4 factories.",
        'There are 4 "smart factories" (智能工厂).',
        "There are 4 “智能工厂”.",
    ],
)
def test_what_the_passage_says_passes(sentence: str) -> None:
    assert english_problem(sentence, matching_form(sentence), matching_form(SOURCE)) == ""


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("", "nothing that can be checked: give names with their Chinese in brackets"),
        ("It was a great success.", "nothing that can be checked: give names with their Chinese in brackets"),
        ("There are 4 factories (智慧工厂).", "not in the passage: 智慧工厂"),
        ("In Yantai, 4 factories were recognised.", "not in the passage: Yantai"),
        ("COSMOWorld was selected with 4 factories.", "not in the passage: COSMOWorld"),
        ("The Finance Bureau recognised 4 factories.", "give the Chinese name of the Bureau in brackets"),
        ('The "Smart Works" fund has 4 factories.', "give the Chinese of “Smart Works” in brackets"),
        ("In the town of Jinkou, 4 factories were recognised.", "give the Chinese of Jinkou in brackets"),
        ("The time increased from 10 days to 7 days.", "the passage says the opposite of: increased"),
    ],
)
def test_what_it_does_not_say_fails_with_its_reason(sentence: str, problem: str) -> None:
    assert english_problem(sentence, matching_form(sentence), matching_form(SOURCE)) == problem


def test_a_denial_that_the_passage_does_not_make_fails() -> None:
    sentence = "The 4 factories were not recognised."
    assert english_problem(sentence, matching_form(sentence), "认定智能工厂4家") == "not denied in the passage: not"
