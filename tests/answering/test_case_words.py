"""The words of which-cases questions, as the compilation tells them."""

from __future__ import annotations

import pytest

from rag.answering.case_words import CaseWords, share_of
from rag.stores.passages import PassageIndex


@pytest.fixture(scope="module")
def words(index: PassageIndex) -> CaseWords:
    return CaseWords(index)


def looked_for(words: CaseWords, content: str) -> list[list[str]]:
    return [[word for option in need for word in option] for need in words.needs(content)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("新华社报道", [["报道"], ["新华社"]]),
        ("教育部和公安部", [["公安部"], ["教育部"]]),
        ("海尔cosmoplat", [["cosmoplat"], ["海尔"]]),
        ("手机或网络缴费", [["手机", "网络"], ["缴费"]]),
        ("", []),
        ("的", []),
        ("\U00020000\U00020001", [["\U00020000\U00020001"]]),
    ],
)
def test_words_are_told_by_the_text(words: CaseWords, content: str, expected: list[list[str]]) -> None:
    assert looked_for(words, content) == expected


def test_a_rare_word_weighs_more(words: CaseWords) -> None:
    weight = {word: w for need in words.needs("新华社报道") for option in need for word, w in option.items()}
    assert weight["新华社"] > 2 * weight["报道"]


def test_a_long_word_is_said_in_other_order_too(words: CaseWords) -> None:
    needs = [({"第三方机构": 1.0},)]
    assert share_of(needs, "引入第三方机构") == 1.0
    assert 0.5 < share_of(needs, "引入第三方审计机构") < 1.0
    assert share_of(needs, "第三方支付") == 0.0


def test_a_name_without_its_widening_word() -> None:
    needs = [({"国家住建部": 1.0},)]
    assert share_of(needs, "住建部主办") == pytest.approx(0.85)
    assert share_of([({"人民日报": 1.0},)], "农民日报") == 0.0


def test_nothing_needed_is_no_share() -> None:
    assert share_of([], "苹果") == 0.0
