"""Every metric on the kept set against values worked out by hand; the arithmetic stands in the comments."""

from __future__ import annotations

import math

import pytest

from eval.compare import well_done
from eval.levels import below_level
from eval.summary import ScoredQuestion, headline, summarise

Kept = dict[str, ScoredQuestion]
LOG3 = math.log2(3)


def scores(kept: Kept, question_id: str, *names: str) -> list[float | None]:
    return [kept[question_id].scores.get(name) for name in names]


def test_a_second_copy_of_the_evidence_counts_only_inside_the_case(kept_scored: Kept) -> None:
    # Rank 1 is the copy in case 2; ranks 2, 3 and 4 tie in score and keep their order; rank 3 holds the quote, rank 4
    # holds its other copy and earns nothing. MRR 1/3; nDCG (1 / log2 4) / 1.
    found = scores(kept_scored, "k1", "recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10")
    assert found == pytest.approx([0, 1, 1, 1, 1 / 3, 0.5])
    assert [len(item.places) for item in kept_scored["k1"].evidence] == [2]


def test_a_quote_cut_by_two_passages_is_found_with_the_second(kept_scored: Kept) -> None:
    # 投资 105 | 亿元 are completed at rank 2, 培训 20 人 never. MRR 1/2; nDCG (1 / log2 3) / (1 + 1 / log2 3).
    found = scores(kept_scored, "k2", "recall@1", "recall@3", "mrr@10", "ndcg@10")
    assert found == pytest.approx([0, 0.5, 0.5, (1 / LOG3) / (1 + 1 / LOG3)])


def test_duplicate_evidence_quotes_are_both_found_by_one_passage(kept_scored: Kept) -> None:
    # Both quotes at rank 1: gain 2, ideal 2.
    found = scores(kept_scored, "k6", "recall@1", "mrr@10", "ndcg@10")
    assert found == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("question_id", ["k3", "k7"])
def test_empty_results_have_found_nothing(kept_scored: Kept, question_id: str) -> None:
    names = ("recall@1", "recall@10", "mrr@10", "ndcg@10", "recall_in_500_tokens", "right", "char_f1", "cited_evidence")
    assert scores(kept_scored, question_id, *names) == [0.0] * len(names)


def test_right_needs_every_key_as_a_whole_number(kept_scored: Kept) -> None:
    assert scores(kept_scored, "k1", "right", "strictly_right", "key_recall") == [1, 1, 1]
    # "20" is not in "2018": one key of two.
    assert scores(kept_scored, "k2", "right", "strictly_right", "key_recall") == [0, 0, 0.5]


def test_short_answers_are_compared_without_punctuation(kept_scored: Kept) -> None:
    # Gold 161家。, short answer "161 家": equal. The whole answer 新区企业达161家: 4 of 9 characters, all 4 of the gold.
    assert scores(kept_scored, "k1", "short_exact", "short_f1", "char_f1") == pytest.approx(
        [1, 1, 2 * (4 / 9) / (13 / 9)]
    )
    # LCS 161家 = 4; P 4/9, R 1.
    assert kept_scored["k1"].scores["rouge_l"] == pytest.approx(8 / 13, abs=1e-6)


def test_citations_are_held_to_the_quote(kept_scored: Kept) -> None:
    names = ("verbatim", "cited_sentences", "citation_recall", "citation_precision", "case_precision", "dangling_marks")
    assert scores(kept_scored, "k1", *names) == [1, 1, 1, 1, 1, 0]
    # 2018 is not in the quote: one sentence of two is supported, one pair of two is precise.
    assert scores(kept_scored, "k2", *names) == [1, 1, 0.5, 0.5, 1, 0]
    # The second sentence is computed and left out of recall and precision; the catalogue is no case.
    assert scores(kept_scored, "k6", *names) == [1, 1, 1, 1, 1, 0]


def test_evidence_that_is_cited_counts_by_characters(kept_scored: Kept) -> None:
    assert kept_scored["k1"].scores["cited_evidence"] == 1.0
    # 投资105亿元 is cited, 培训20人 is not.
    assert kept_scored["k2"].scores["cited_evidence"] == 0.5


def test_cases_are_those_cited_by_marks_in_the_answer(kept_scored: Kept) -> None:
    # Gold {1, 2}; [3] points to case 2 but stands nowhere in the answer: cited {1}. P 1, R 1/2, F1 2/3.
    found = scores(kept_scored, "k6", "cases_precision", "cases_recall", "cases_f1")
    assert found == pytest.approx([1, 0.5, 2 / 3])


def test_headline_of_the_kept_set(kept_scored: Kept) -> None:
    found = headline(list(kept_scored.values()))
    assert found["n"] == 7
    assert found["right"] == 0.2  # k1 of k1, k2, k3, k6, k7
    assert found["evidence_at_5"] == pytest.approx(1 / 3, abs=1e-6)  # k1 1, k3 0, k7 0; compare and crosscase left out
    assert found["crosscase_f1"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["unanswerable_refused"] == 0.5  # k4, not k5
    assert found["false_refusals"] == 0.2  # k3 of five
    assert found["verbatim_quotes"] == 1.0
    assert found["single_fact_median_chars"] == 15  # k1 alone: 新区企业达 161 家。[1]
    assert found["latency_p50_ms"] == 40.0
    assert found["errors"] == 1


def test_refusals_and_risk_of_the_kept_set(kept_scored: Kept) -> None:
    summary = summarise(list(kept_scored.values()))
    intervals = summary["refusals"].pop("intervals")
    assert intervals["f1"][0] == 0.0 and 0.5 < intervals["f1"][1] <= 1.0
    assert intervals["precision"] == [0.0, 1.0]
    assert summary["refusals"] == {
        "refused_unanswerable": 1,
        "refused_answerable": 1,
        "answered_unanswerable": 1,
        "answered_answerable": 4,
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "false_refusals": 0.2,
        "refused_at": {"0.02": 0.0, "0.04": 0.0, "0.05": 0.0, "0.1": 0.0},
    }
    # Answered: k1 .9 right; k2 and k5 .8 wrong (a tie, one point); k6 .7 wrong; k7 0 wrong; of 7 questions.
    points = [(p["confidence"], p["coverage"], p["risk"]) for p in summary["risk_coverage"]["points"]]
    expected = [(0.9, 1 / 7, 0), (0.8, 3 / 7, 2 / 3), (0.7, 4 / 7, 3 / 4), (0.0, 5 / 7, 4 / 5)]
    assert points == [pytest.approx(point, abs=1e-6) for point in expected]
    # Trapezoids: [0 + 2 * (0 + 2/3) / 2 + (2/3 + 3/4) / 2 + (3/4 + 4/5) / 2] / 5.
    area = (0 + 2 / 3 + (2 / 3 + 3 / 4) / 2 + (3 / 4 + 4 / 5) / 2) / 5
    assert summary["risk_coverage"]["aurc"] == pytest.approx(area, abs=1e-6)


def test_done_well_is_right_or_refused_where_that_is_due(kept_scored: Kept) -> None:
    assert [well_done(item) for item in kept_scored.values()] == [True, False, False, True, False, False, False]


def test_a_level_is_missed_by_more_than_one_question() -> None:
    wanted = {
        "types": {"number": {"n": 2, "done_well": 2}, "crosscase": {"n": 4, "done_well": 0, "cases_f1": 0.75}},
        "false_refusals": 1,
        "wrong_quotes": 0,
    }
    held = {
        "types": {"number": {"n": 2, "done_well": 1}, "crosscase": {"n": 4, "done_well": 0, "cases_f1": 0.5}},
        "false_refusals": 2,
        "wrong_quotes": 0,
    }
    assert below_level(held, wanted) == []
    lost = {
        "types": {"number": {"n": 2, "done_well": 0}, "crosscase": {"n": 4, "done_well": 0, "cases_f1": 0.49}},
        "false_refusals": 3,
        "wrong_quotes": 1,
    }
    assert below_level(lost, wanted) == [
        "number：答对 0 题，应不少于 1 题",
        "crosscase：案例 F1 0.49，应不低于 0.5000",
        "误拒 3 题，应不超过 2 题",
        "1 题的引文与原文不符，应为 0",
    ]
