"""BM25 over bigrams: its tokens, its scores against the formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.stores.lexical import K1, B, LexicalIndex, lexical_tokens
from rag.types import Compilation


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("，。——", []),
        ("市", ["市"]),
        ("发展改革委", ["发展", "展改", "改革", "革委"]),
        ("發展改革委", ["发展", "展改", "改革", "革委"]),
        ("161 家", ["161", "家"]),
        ("５.４４平方", ["5.44", "平方"]),
        ("Work 体系", ["work", "体系"]),
        ("GDP2018", ["gdp", "2018"]),
        ("**二是**加", ["二是", "是加"]),
        ("𠮷野家", ["𠮷野", "野家"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert lexical_tokens(text) == tokens


@pytest.mark.xfail(strict=True, reason="letters with marks are no part of a Latin word: café becomes caf")
def test_a_word_with_an_accent_is_one_token() -> None:
    assert lexical_tokens("café") == ["café"]


@pytest.mark.parametrize("texts", [[], [""], ["，。", ""]])
def test_texts_without_tokens_score_nothing(texts: list[str]) -> None:
    scores = LexicalIndex(texts).scores("案例")
    assert scores.tolist() == [0.0] * len(texts)
    assert scores.dtype == np.float32


@pytest.mark.parametrize("query", ["", "？", "火星", "𠮷"])
def test_a_query_that_shares_no_token_scores_nothing(query: str) -> None:
    assert LexicalIndex(["市南区海洋教育", "莱西苹果"]).scores(query).tolist() == [0.0, 0.0]


def test_one_text_is_found_by_a_rare_character() -> None:
    assert LexicalIndex(["𠮷野家"]).scores("𠮷野")[0] > 0


def formula(texts: list[str], query: str) -> list[float]:
    """Return BM25 as Robertson and Zaragoza write it, with Lucene's idf."""
    corpus = [lexical_tokens(text) for text in texts]
    mean_length = sum(map(len, corpus)) / len(corpus)
    scores = []
    for tokens in corpus:
        score = 0.0
        for token in lexical_tokens(query):
            df = sum(token in other for other in corpus)
            idf = math.log(1 + (len(corpus) - df + 0.5) / (df + 0.5))
            tf = tokens.count(token)
            score += idf * tf / (tf + K1 * (1 - B + B * len(tokens) / mean_length))
        scores.append(score)
    return scores


def test_scores_are_those_of_the_formula_on_the_real_sections(compilation: Compilation) -> None:
    case = compilation.case(7)
    texts = [compilation.text[section.start : section.end] for section in case.sections]
    query = "李沧区“零跑腿”比例是多少，政务服务事项 100%"
    scores = LexicalIndex(texts).scores(query)
    np.testing.assert_allclose(scores, formula(texts, query), rtol=1e-5, atol=1e-6)
    assert scores.max() > 1


def test_a_repeated_word_counts_twice() -> None:
    index = LexicalIndex(["苹果期货", "海洋教育"])
    np.testing.assert_allclose(index.scores("苹果，苹果"), 2 * index.scores("苹果"), rtol=1e-6)
