"""English words without their endings."""

from __future__ import annotations

import pytest

from rag.stores.stemming import root, stem


@pytest.mark.parametrize(
    ("words", "one"),
    [
        (("audit", "audits", "audited", "auditing"), "audit"),
        (("company", "companies", "company's"), "company"),
        (("held", "holds", "holding"), "hold"),
        (("insure", "insures", "insured", "insuring"), "insur"),
        (("programme", "programs"), "program"),
        (("centre", "Center", "centers"), "center"),
        (("tax", "taxes"), "tax"),
        (("process", "processes"), "process"),
    ],
)
def test_forms_of_a_word_have_one_stem(words: tuple[str, ...], one: str) -> None:
    assert {stem(word) for word in words} == {one}


@pytest.mark.parametrize("word", ["bus", "gas", "tax", "is", "a", "", "glass", "status"])
def test_short_words_and_those_that_end_so_anyway_are_kept(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    "family",
    [("register", "registration"), ("insure", "insurance"), ("invest", "investment"), ("compensate", "compensation")],
)
def test_a_family_has_one_root(family: tuple[str, ...]) -> None:
    assert len({root(word) for word in family}) == 1


def test_a_root_keeps_four_letters() -> None:
    assert root("nation") == "nation"
    assert root("") == ""
