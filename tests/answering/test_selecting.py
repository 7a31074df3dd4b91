"""The shortest sufficient: what is given beside the best sentence, and what is not."""

from __future__ import annotations

import pytest

from rag.answering.asked import Asked, Kind, what_is_asked
from rag.answering.draft import Support
from rag.answering.ranking import RankedSentence
from rag.answering.selecting import DEFAULT_MAX_SENTENCES, MAX_CHARS, MAX_SENTENCES, SURE_ENOUGH, SentenceSelector
from rag.stores.passages import PassageIndex

OTHER = Asked(Kind.OTHER, (), None, english=False)


@pytest.fixture(scope="module")
def selector(index: PassageIndex) -> SentenceSelector:
    return SentenceSelector(index)


def ranked(*scored: tuple[int, float]) -> list[RankedSentence]:
    return [RankedSentence(position, score, ()) for position, score in scored]


def at(index: PassageIndex, start_of_sentence: str) -> int:
    """The position of the one sentence that starts so."""
    text = index.compilation.text
    (position,) = [i for i, s in enumerate(index.sentences) if text[s.start : s.end].startswith(start_of_sentence)]
    return position


def quotes(index: PassageIndex, supports: list[Support]) -> list[str]:
    return [index.compilation.text[support.start : support.end] for support in supports]


def test_one_sentence_alone(selector: SentenceSelector, index: PassageIndex) -> None:
    position = at(index, "推动军民融合产业发展，新区军民融合企业达")
    assert quotes(index, selector.select(OTHER, ranked((position, 0.9)))) == [
        "推动军民融合产业发展，新区军民融合企业达 161 家。"
    ]


def test_nothing_ranked_is_a_mistake_of_the_caller(selector: SentenceSelector) -> None:
    with pytest.raises(IndexError, match="list index out of range"):
        selector.select(OTHER, [])


def test_a_sure_question_gets_one_sentence_and_an_unsure_one_more(
    selector: SentenceSelector, index: PassageIndex
) -> None:
    first = at(index, "推动军民融合产业发展，新区军民融合企业达")
    second = at(index, "仅战略母港就拉动周边农民")
    assert len(selector.select(OTHER, ranked((first, 0.9), (second, 0.1)))) == 1
    assert len(selector.select(OTHER, ranked((first, 0.9), (second, 0.8)))) == 2
    # not how likely the best is, but how much likelier than the others
    assert len(selector.select(OTHER, ranked((first, 0.3), (second, 0.01)))) == 1


def test_sentences_are_added_until_the_answer_is_likely_among_them(
    selector: SentenceSelector, index: PassageIndex
) -> None:
    short = [i for i, one in enumerate(index.sentences) if 20 < one.end - one.start < 60][:12:3]
    odds = [0.6, 0.3, 0.07, 0.03]
    assert sum(odds[:2]) < SURE_ENOUGH < sum(odds[:3])
    scored = [(position, share / (1 + share)) for position, share in zip(short, odds, strict=True)]
    assert len(selector.select(OTHER, ranked(*scored))) == 3


def test_a_sentence_that_brings_a_value_still_wanted_is_given(selector: SentenceSelector, index: PassageIndex) -> None:
    first = at(index, "推动军民融合产业发展，新区军民融合企业达")
    second = at(index, "仅战略母港就拉动周边农民")
    asked = what_is_asked("军民融合企业有多少家，年人均增收多少元？")
    assert len(selector.select(asked, ranked((first, 0.9), (second, 0.1)))) == 2
    one_value = what_is_asked("军民融合企业有多少家？")
    assert len(selector.select(one_value, ranked((first, 0.9), (second, 0.1)))) == 1


def test_sentences_come_in_the_order_of_the_text(selector: SentenceSelector, index: PassageIndex) -> None:
    first = at(index, "推动军民融合产业发展，新区军民融合企业达")
    second = at(index, "仅战略母港就拉动周边农民")
    supports = selector.select(OTHER, ranked((second, 0.9), (first, 0.8)))
    assert supports == sorted(supports, key=lambda support: support.start)
    assert quotes(index, supports)[0].startswith("推动军民融合产业发展")


def test_the_case_of_the_best_sentence_comes_first(selector: SentenceSelector, index: PassageIndex) -> None:
    first = at(index, "推动军民融合产业发展，新区军民融合企业达")
    later = at(index, "其中参赛的 36 家企业签订了战略合作协议")
    assert first < later
    supports = selector.select(OTHER, ranked((later, 0.9), (first, 0.8)))
    assert [quote[:4] for quote in quotes(index, supports)] == ["其中参赛", "推动军民"]


def test_what_a_head_announces_is_given_with_it(selector: SentenceSelector, index: PassageIndex) -> None:
    head = at(index, "一是创新组织机构")
    given = quotes(index, selector.select(OTHER, ranked((head, 0.9))))
    assert given[0] == "一是创新组织机构，变“各自为战”为“合力攻坚”。"
    assert given[1].startswith("针对自然资源资产离任审计涉及领域广")
    assert len(given) == 2


def test_the_best_of_a_further_part_is_given_too(selector: SentenceSelector, index: PassageIndex) -> None:
    first = at(index, "推动军民融合产业发展，新区军民融合企业达")
    other = at(index, "其中参赛的 36 家企业签订了战略合作协议")
    supports = selector.select(OTHER, ranked((first, 0.9)), also=ranked((other, 0.2)))
    assert [quote[:4] for quote in quotes(index, supports)] == ["推动军民", "其中参赛"]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_kind_of_answer_exceeds_its_measure(selector: SentenceSelector, index: PassageIndex, kind: Kind) -> None:
    """All sentences equally likely: more is on offer than may be given."""
    asked = Asked(kind, (), None, english=False)
    for start in range(100, len(index.sentences) - 40, 97):
        supports = selector.select(asked, ranked(*((start + i, 0.9) for i in range(40))))
        n_chars = sum(support.end - support.start for support in supports)
        best = index.sentences[start]
        assert n_chars <= max(MAX_CHARS, best.end - best.start)
        # the last one given may be a head, and brings what it announces
        assert (
            1 <= len(supports) <= (MAX_SENTENCES.get(kind, DEFAULT_MAX_SENTENCES) + 1 if kind is not Kind.HOW else 40)
        )
        assert Support(best.start, best.end) in supports


def test_a_long_sentence_is_given_whole(
    selector: SentenceSelector, index: PassageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = max(range(len(index.sentences)), key=lambda i: index.sentences[i].end - index.sentences[i].start)
    span = index.sentences[longest]
    monkeypatch.setattr("rag.answering.selecting.MAX_CHARS", span.end - span.start - 1)
    assert Support(span.start, span.end) in selector.select(OTHER, ranked((longest, 0.9)))
