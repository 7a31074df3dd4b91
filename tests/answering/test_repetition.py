"""Which words of a question its answer repeats."""

from __future__ import annotations

import pytest

from rag.answering.repetition import (
    LATIN_WEIGHT,
    NUMBER_WEIGHT,
    load_wording,
    missing_stretches,
    word_weights,
)


@pytest.mark.parametrize(
    ("content", "asking"), [("机场", "多少"), ("公司", "哪家"), ("电话", "叫什"), ("苗圃", "是谁")]
)
def test_content_weighs_more_than_asking(content: str, asking: str) -> None:
    wording = load_wording()
    assert 0 <= wording.weight(asking) < 0.3 < 0.6 < wording.weight(content) <= 1


def test_words_that_were_never_counted_have_a_weight() -> None:
    wording = load_wording()
    assert 0 < wording.weight("\U00020000\U00020001") < 1
    assert (wording.weight("2018"), wording.weight("iiec")) == (NUMBER_WEIGHT, LATIN_WEIGHT)
    assert wording.weight("港") == 0  # one character says too little
    assert word_weights("", wording) == {}


def test_missing_words_come_as_stretches_heaviest_first() -> None:
    weights = word_weights("流亭机场在青岛吗，有 IIEC 吗", load_wording())
    stretches = missing_stretches("流亭机场在青岛吗，有 IIEC 吗", [{"青岛"}], weights)
    assert stretches[0].text == "流亭机场在青"
    assert [stretch.weight for stretch in stretches] == sorted((s.weight for s in stretches), reverse=True)
    assert "iiec" in {stretch.text for stretch in stretches}


def test_where_all_is_told_nothing_is_missing() -> None:
    weights = word_weights("青岛机场", load_wording())
    assert missing_stretches("青岛机场", [{"青岛"}, {"岛机", "机场"}], weights) == []
    assert missing_stretches("", [], {}) == []
