"""The sentences that are ours, in both languages."""

from __future__ import annotations

import string
from dataclasses import fields

import pytest

from rag.answering.phrases import Phrases, pages_phrase, phrases

TEMPLATES = [field.name for field in fields(Phrases) if field.name != "english"]


def variables(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_languages_fill_in_the_same(name: str) -> None:
    chinese, english = (getattr(phrases(language), name) for language in (False, True))
    # what is said of the number of cases looked at may be left out in the other language, nothing else
    assert variables(english) - variables(chinese) == set()
    assert variables(chinese) - variables(english) <= {"adjective"}
    assert chinese != english


def test_the_language_is_kept() -> None:
    assert phrases(True).english
    assert not phrases(False).english


@pytest.mark.parametrize(
    ("first", "last", "chinese", "english"),
    [
        (132, 136, "案例页码 132–136（据目录）", "pages 132–136, by the contents"),
        (140, None, "案例页码 140 起（据目录）", "pages from 140 on, by the contents"),
        (5, 5, "案例页码 5（据目录）", "pages 5, by the contents"),
        (None, None, "目录", "in the contents"),
        (None, 7, "目录", "in the contents"),
    ],
)
def test_pages_are_those_of_the_contents(first: int | None, last: int | None, chinese: str, english: str) -> None:
    assert pages_phrase(first, last) == chinese
    assert pages_phrase(first, last, english=True) == english


def test_a_title_with_rare_characters_or_braces_is_filled_in_as_it_stands() -> None:
    text = phrases(False).count.format(title="\U00020000{x}", n=0)
    assert text == "《\U00020000{x}》共收录 0 个案例。"
