"""What a question says, apart from the words that ask."""

from __future__ import annotations

import pytest

from rag.answering.content import (
    TOPIC_SHARE,
    content_pieces,
    content_tokens,
    coverage,
    focus_tokens,
    token_weights,
)


@pytest.mark.parametrize(
    ("question", "pieces"),
    [
        ("西海岸新区军民融合企业有多少家？", ["西海岸新区军民融合企业"]),
        ("请问市北区的区块链企业一共有几家呢", ["市北区的区块链企业"]),
        ("会长是谁", ["会长"]),
        ("怎样降低企业成本？", ["降低企业成本"]),
        ("大賽什麼時候啟動", ["大赛", "启动"]),
        ("", []),
        ("多少？", []),
        ("\U00020000\U00020001有多少户", ["\U00020000\U00020001"]),
    ],
)
def test_pieces_without_the_words_that_ask(question: str, pieces: list[str]) -> None:
    assert content_pieces(question) == pieces


def test_tokens_never_cross_the_words_that_ask() -> None:
    assert content_tokens("会长是谁") == {"会长"}
    assert "赛启" not in content_tokens("大赛什么时候启动")


def test_all_tokens_are_kept_where_only_asking_words_stand() -> None:
    assert content_tokens("多少") == {"多少"}
    assert content_tokens("") == set()


def test_weights_are_document_frequencies_and_unseen_is_heaviest() -> None:
    idf = {"会长": 2.0, "企业": 0.5, "其它": 3.0}
    assert token_weights("企业会长是谁", idf) == {"企业": 0.5, "会长": 2.0, "业会": 3.0}
    assert token_weights("会长", {}) == {"会长": 1.0}
    assert token_weights("", idf) == {}


def test_the_topic_of_a_followup_weighs_less_than_what_is_asked() -> None:
    idf = {"城阳": 2.0, "大赛": 1.0}
    weights = token_weights("城阳，大赛", idf, focus="大赛")
    assert weights == {"城阳": 2.0 * TOPIC_SHARE, "大赛": 1.0}
    assert token_weights("城阳，大赛", idf, focus="城阳，大赛") == {"城阳": 2.0, "大赛": 1.0}


def test_coverage_is_a_share_of_the_weight() -> None:
    weights = {"会长": 3.0, "企业": 1.0}
    assert coverage(weights, {"会长"}) == 0.75
    assert coverage(weights, {"会长", "企业", "别的"}) == 1.0
    assert coverage(weights, set()) == 0.0
    assert coverage({}, {"会长"}) == 0.0


@pytest.mark.parametrize(
    ("question", "focuses"),
    [
        ("会长是谁", [{"会长"}]),
        ("有多少家企业", [{"企业"}]),
        ("大赛什么时候启动", [{"大赛", "启动"}]),
        ("会长是谁，投资多少亿元？", [{"会长"}, {"投资"}]),
        ("介绍区块链", []),
        ("", []),
        ("谁", []),
    ],
)
def test_what_stands_beside_the_words_that_ask(question: str, focuses: list[set[str]]) -> None:
    assert focus_tokens(question) == focuses


def test_final_particles_are_no_focus() -> None:
    assert focus_tokens("企业有几家呢") == focus_tokens("企业有几家")
