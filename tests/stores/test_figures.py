"""Figures and dates of English questions, as Chinese texts write them."""

from __future__ import annotations

import pytest

from rag.stores.figures import figures_in


def digits(question: str) -> list[tuple[str, ...]]:
    return [rendering for figure in figures_in(question).figures for rendering, _ in figure.renderings]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("the 13.2 billion yuan fund", ("132",)),
        ("1.6 million people", ("160",)),
        ("more than 120,000 residents", ("12",)),
        ("a fine of 16,000 yuan", ("1.6",)),
        ("the 85% cut", ("85",)),
        ("in 2018", ("2018",)),
        ("on 22 December 2017", ("2017", "12", "22")),
        ("on December 22nd, 2017", ("2017", "12", "22")),
        ("in May 2018", ("2018", "5")),
        ("on 5 December", ("12", "5")),
    ],
)
def test_a_figure_may_stand_as_these_digits(question: str, expected: tuple[str, ...]) -> None:
    assert expected in digits(question)


def test_a_date_is_found_without_its_year_too_but_counts_less() -> None:
    (figure,) = figures_in("on 22 December 2017").figures
    assert figure.renderings == ((("2017", "12", "22"), 1.0), (("12", "22"), 0.7))


def test_what_is_no_figure_is_left() -> None:
    found = figures_in("How may the 4G network of COSMO2 grow by 5% in May 2018?")
    assert [figure.text for figure in found.figures] == ["May 2018", "5"]
    assert "4G" in found.rest
    assert "COSMO2" in found.rest
    assert "How may the" in found.rest


def test_nothing_is_found_in_nothing() -> None:
    assert figures_in("").figures == ()
