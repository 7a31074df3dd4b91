"""Which sentence of one case says what is asked of it."""

from __future__ import annotations

import pytest

from rag.answering.asked import Asked, Kind, Sought, what_is_asked
from rag.answering.aspects import aspect_confidence, aspect_weights, by_aspect
from rag.answering.ranking import RankedSentence
from rag.stores.passages import PassageIndex


def of_case(index: PassageIndex, number: int) -> list[RankedSentence]:
    return [
        RankedSentence(position, 0.1, ())
        for position, sentence in enumerate(index.sentences)
        if index.chunks[sentence.chunk].case_number == number
    ]


def first(index: PassageIndex, number: int, aspect: str, asked: Asked) -> str:
    span = index.sentences[by_aspect(index, of_case(index, number), aspect, asked=asked)[0].position]
    return index.compilation.text[span.start : span.end]


def test_the_topic_of_the_case_tells_nothing_apart(index: PassageIndex) -> None:
    asked = what_is_asked("区块链产值是多少亿元？")
    assert "产值 3 亿元" in first(index, 5, "区块链产值", asked)


def test_the_year_asked_about_is_heeded(index: PassageIndex) -> None:
    asked = what_is_asked("支持训练营的资金是多少万元？")
    assert "280 万元" in first(index, 21, "2018年支持训练营的资金", asked)


def test_places_are_told_by_their_names(index: PassageIndex) -> None:
    asked = Asked(Kind.LIST, (), None, english=False, sought=Sought.PLACE)
    assert "厦门、杭州" in first(index, 25, "去了哪些外地城市学习？", asked)


@pytest.mark.parametrize("aspect", ["", "？", "\U00020000"])
def test_an_aspect_that_no_sentence_says_changes_nothing(index: PassageIndex, aspect: str) -> None:
    ranked = of_case(index, 7)
    asked = what_is_asked("有什么做法？")
    assert [one.position for one in by_aspect(index, ranked, aspect, asked=asked)] == [one.position for one in ranked]
    assert aspect_confidence(index, ranked, aspect, asked=asked) == 0.0


def test_no_sentences(index: PassageIndex) -> None:
    asked = what_is_asked("有什么做法？")
    assert by_aspect(index, [], "做法", asked=asked) == []
    assert aspect_confidence(index, [], "做法", asked=asked) == 0.0
    assert aspect_weights(index, [], "做法") == {}
