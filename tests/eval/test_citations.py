"""Sentences of an answer, and what supports them."""

from __future__ import annotations

import pytest

from eval.metrics.citations import citation_scores, is_verbatim, supports
from eval.metrics.sentences import Sentence, split_sentences


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", []),
        ("共 161 家。[1]", [("共 161 家。", (1,))]),
        ("共 161 家[1]。", [("共 161 家。", (1,))]),
        ("甲。[1][2]乙。[2]", [("甲。", (1, 2)), ("乙。", (2,))]),
        ("甲。乙！丙", [("甲。", ()), ("乙！", ()), ("丙", ())]),
        ("增长 2.5 倍。[1]", [("增长 2.5 倍。", (1,))]),
        ("It grew 2.5 times. [1] Then fell.[2]", [("It grew 2.5 times.", (1,)), ("Then fell.", (2,))]),
        ("“一次办好。”[1]", [("“一次办好。”", (1,))]),
        ("市统计局：\n- 甲。[1]", [("甲。", (1,))]),
        ("市统计局：20 个。", [("市统计局：20 个。", ())]),
        ("甲。\n[1]", [("甲。", (1,))]),
        ("一是甲[1]二是乙；[2]三是丙[3]", [("一是甲", (1,)), ("二是乙；", (2,)), ("三是丙", (3,))]),
        ("1. 甲。[1]\n2、乙[2] [3]。", [("甲。", (1,)), ("乙。", (2, 3))]),
        ("12.5 亿元。[1]", [("12.5 亿元。", (1,))]),
        ("市统计局（案例20）：共 7 项。[1]", [("市统计局：共 7 项。", (1,))]),
        ("见[注]。[1]", [("见[注]。", (1,))]),
    ],
)
def test_sentences_carry_the_marks_after_them(answer: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(sentence.text, sentence.keys) for sentence in split_sentences(answer)] == expected


@pytest.mark.parametrize(
    ("sentence", "quotes", "supported"),
    [
        ("新区企业达 161 家。", ["新区军民融合企业达 161 家"], True),
        ("新区企业达 162 家。", ["新区军民融合企业达 161 家"], False),
        ("新区企业达 16 家。", ["新区军民融合企业达 161 家"], False),
        ("依据《条例》办理。", ["依据《办法》办理。"], False),
        ("完全是另外一件事情。", ["新区军民融合企业达 161 家"], False),
        ("新区企业多，投资 105 亿元。", ["新区企业多", "投资 105 亿元"], True),
        ("More than 4,000 soldiers.", ["培训官兵 4000 多人次"], True),
        ("More than 5,000 soldiers.", ["培训官兵 4000 多人次"], False),
        ("没有出处。", [], False),
    ],
)
def test_support(sentence: str, quotes: list[str], supported: bool) -> None:
    assert supports(quotes, Sentence(sentence, ())) is supported


def record(answer: str, quotes: list[str]) -> dict[str, object]:
    citations = [{"key": key, "quote": quote, "computed": False} for key, quote in enumerate(quotes, start=1)]
    return {"answer": answer, "citations": citations}


def test_a_citation_that_adds_nothing_is_not_precise() -> None:
    # ALCE: [2] neither supports the sentence alone nor is needed beside [1].
    found = citation_scores(record("新区企业达 161 家。[1][2]", ["新区企业达 161 家。", "今年多雨。"]))
    assert (found["citation_recall"], found["citation_precision"]) == (1.0, 0.5)


def test_citations_that_support_only_together_are_both_precise() -> None:
    found = citation_scores(record("企业达 161 家，投资 105 亿元。[1][2]", ["企业达 161 家", "投资 105 亿元"]))
    assert (found["citation_recall"], found["citation_precision"]) == (1.0, 1.0)


def test_sentences_without_a_citation_and_marks_without_one_are_seen() -> None:
    found = citation_scores(record("企业达 161 家。[1]企业很多。企业更多。[7]", ["企业达 161 家"]))
    assert found["cited_sentences"] == pytest.approx(1 / 3)
    assert found["dangling_marks"] == 1.0
    assert citation_scores(record("", []))["cited_sentences"] is None


def test_verbatim_is_equality_at_the_offsets() -> None:
    citation = {"compilation": "c", "quote": "乙丙", "start": 1, "end": 3}
    assert is_verbatim(citation, {"c": "甲乙丙"})
    assert not is_verbatim(citation | {"quote": "乙 丙"}, {"c": "甲乙丙"})
    assert not is_verbatim(citation, {"d": "甲乙丙"})
    assert not is_verbatim(citation | {"quote": "", "end": 1}, {"c": "甲乙丙"})
