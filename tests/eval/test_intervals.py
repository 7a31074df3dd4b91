"""Intervals and paired tests."""

from __future__ import annotations

import pytest

from eval.metrics.intervals import bootstrap_mean, bootstrap_refusal_f1, mcnemar
from eval.metrics.refusals import area_under_risk, count_refusals, refused_at, risk_coverage
from eval.metrics.sets import compare_sets


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [1.0] * 18 + [0.0] * 12
    first, second = bootstrap_mean(values), bootstrap_mean(values)
    assert first == second
    # The normal approximation gives 0.6 ± 1.96 * sqrt(0.24 / 30) = 0.425 to 0.775.
    assert (first.mean, first.n) == (0.6, 30)
    assert first.low == pytest.approx(0.425, abs=0.04) and first.high == pytest.approx(0.775, abs=0.04)


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0, 0.0]])
def test_values_all_alike_have_no_width(values: list[float]) -> None:
    found = bootstrap_mean(values)
    assert (found.low, found.high) == (values[0], values[0])


def test_mcnemar_counts_only_what_differs() -> None:
    first = [True] * 8 + [False] * 2 + [True] * 5
    second = [False] * 8 + [True] * 2 + [True] * 5
    found = mcnemar(first, second)
    # Two-sided binomial: 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10 = 112 / 1024.
    assert (found.only_first, found.only_second, found.p_value) == (8, 2, pytest.approx(0.109375))
    assert mcnemar([True], [True]).p_value == 1.0


def test_nothing_refused_has_no_precision() -> None:
    counts = count_refusals([True, True], [False, False])
    assert (counts.precision, counts.recall, counts.f1, counts.false_refusals) == (None, None, None, 0.0)


def test_no_answers_have_no_curve() -> None:
    assert risk_coverage([], [], n_questions=3) == ()
    assert area_under_risk(()) is None


def test_sets() -> None:
    assert compare_sets(set(), set()).f1 == 1.0
    assert compare_sets({1}, set()).f1 == 0.0
    found = compare_sets({1, 2, 3}, {3, 4})
    assert (found.precision, found.recall, found.f1) == pytest.approx((0.5, 1 / 3, 0.4))


def test_the_f1_of_refusing_has_an_interval() -> None:
    answerable = [True] * 40 + [False] * 20
    refused = [False] * 36 + [True] * 4 + [True] * 15 + [False] * 5
    found = bootstrap_refusal_f1(answerable, refused)
    assert found is not None
    assert found.mean == pytest.approx(30 / 39)  # 2 * 15 / (20 due + 19 done)
    assert 0.55 < found.low < 0.70 < 0.82 < found.high < 0.95
    assert bootstrap_refusal_f1([True], [False]) is None


def test_refusals_at_a_share_of_false_ones() -> None:
    kept = [0.1, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9]
    confidence = [*kept, 0.05, 0.3, 0.55, 0.95]
    answerable = [True] * 10 + [False] * 4
    assert refused_at(confidence, answerable, false_refusals=0.0) == 0.25  # below 0.1
    assert refused_at(confidence, answerable, false_refusals=0.12) == 0.5  # below 0.5: one of ten falls
    assert refused_at([0.5], [True], false_refusals=0.05) is None
    assert refused_at([], [], false_refusals=0.05) is None
