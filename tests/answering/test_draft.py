"""A draft before it is checked: values that can be kept, compared and used as keys."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from rag.answering.draft import Draft, DraftSentence, Support


def test_spans_are_equal_by_their_offsets_and_usable_as_keys() -> None:
    assert {Support(1, 2): "a"}[Support(1, 2)] == "a"
    assert Support(1, 2) != Support(1, 3)


def test_a_sentence_is_neither_computed_nor_grouped_unless_said() -> None:
    sentence = DraftSentence("\U00020000", ())
    assert (sentence.computed, sentence.case_number) == (False, None)


def test_a_draft_answers_unless_it_says_why_not() -> None:
    assert Draft((), "", 0.0).refusal is None
    assert not Draft((), "", 0.0).from_structure


@pytest.mark.parametrize(
    ("value", "name"), [(Support(1, 2), "start"), (DraftSentence("", ()), "text"), (Draft((), "", 0.0), "confidence")]
)
def test_drafts_do_not_change(value: object, name: str) -> None:
    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(value, name, 3)
