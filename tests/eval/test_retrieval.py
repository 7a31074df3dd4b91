"""Evidence in passages: coverage, contexts of so many tokens, and agreement with a second library."""

from __future__ import annotations

import random

import pytest
import tiktoken
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

from eval.evidence import Evidence, Span, SquashedText, completion_rank, covered_share
from eval.metrics.retrieval import CONTEXT_ENCODING, ranking_scores, recall_at, within_tokens


def test_a_quote_is_found_through_white_space_bold_markers_and_full_width_forms() -> None:
    text = "设立**三\n级**窗口１２ 个。㎡"
    assert SquashedText(text).find("三级窗口 12个") == (Span(4, 15),)
    assert SquashedText(text).find("m2") == (Span(16, 17),)  # ㎡ folds into two characters
    assert SquashedText(text).find("四级") == ()
    assert SquashedText(text).find(" * ") == ()
    assert SquashedText("").find("三") == ()


def test_overlapping_occurrences_are_all_found() -> None:
    assert SquashedText("哈哈哈").find("哈哈") == (Span(0, 2), Span(1, 3))


def test_coverage_ignores_what_does_not_count() -> None:
    text = "甲乙 **丙丁"
    quote = Evidence("甲乙丙丁", (Span(0, 7),))
    assert covered_share(quote, [Span(0, 2)], text=text) == 0.5
    assert covered_share(quote, [Span(5, 7), Span(0, 2)], text=text) == 1.0
    assert completion_rank(quote, [Span(5, 7), Span(3, 6), Span(0, 2)], text=text) == 3
    assert completion_rank(quote, [Span(0, 6)], text=text) is None
    assert covered_share(Evidence("戊", ()), [Span(0, 7)], text=text) == 0.0


def test_two_halves_of_two_copies_are_no_whole() -> None:
    text = "甲乙。甲乙"
    quote = Evidence("甲乙", (Span(0, 2), Span(3, 5)))
    assert completion_rank(quote, [Span(0, 1), Span(4, 5)], text=text) is None
    assert covered_share(quote, [Span(0, 1), Span(4, 5)], text=text) == 0.5


def test_ranking_metrics_agree_with_scikit_learn() -> None:
    picked = random.Random(7)
    for _ in range(50):
        n_passages = picked.randint(1, 10)
        n_quotes = picked.randint(1, 4)
        ranks = [picked.randint(1, n_passages) for _ in range(n_quotes)]
        gains = [ranks.count(rank) for rank in range(1, n_passages + 1)]
        falling = [float(-rank) for rank in range(n_passages)]
        found = ranking_scores(ranks, n_passages=n_passages)
        if n_passages > 1:  # scikit-learn refuses a ranking of one
            assert found["ndcg@10"] == pytest.approx(ndcg_score([gains], [falling], k=10))
        # With one relevant passage, average precision is the reciprocal rank.
        first = [int(rank == min(ranks)) for rank in range(1, n_passages + 1)]
        assert found["mrr@10"] == pytest.approx(label_ranking_average_precision_score([first], [falling]))


def test_quotes_never_found_stay_in_the_ideal_ranking() -> None:
    gains, scores = [[0, 2, 0, 1]], [[3.0, 2.0, 1.0, -1.0]]  # the missed quote ranked behind everything retrieved
    dcg_of_missed = 1 / 2.321928  # which scikit-learn credits at rank 4
    ideal = 2 + 1 / 1.584963
    expected = ndcg_score(gains, scores) - dcg_of_missed / ideal
    assert ranking_scores([2, 2, None], n_passages=3)["ndcg@10"] == pytest.approx(expected, abs=1e-5)


def test_passages_beyond_the_tenth_earn_nothing() -> None:
    assert ranking_scores([11], n_passages=12) == {"mrr@10": 0.0, "ndcg@10": 0.0}
    assert recall_at([11, 10], 10) == 0.5


def test_a_context_is_cut_at_its_last_token() -> None:
    text = "青岛西海岸新区军民融合" * 3
    encoding = tiktoken.get_encoding(CONTEXT_ENCODING)
    n_tokens = len(encoding.encode(text[:11]))
    whole = [Span(0, 11), Span(11, 22), Span(22, 33)]
    assert within_tokens(whole, 10_000, text=text) == whole
    assert within_tokens(whole, n_tokens, text=text) == [Span(0, 11)]
    cut = within_tokens(whole, n_tokens + 3, text=text)
    assert cut[0] == Span(0, 11) and cut[1].start == 11 and 11 < cut[1].end < 22
    assert len(encoding.encode(text[11 : cut[1].end])) <= 3
    assert within_tokens([], 500, text=text) == []
