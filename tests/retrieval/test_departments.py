"""Departments by their English names."""

from __future__ import annotations

import pytest

from rag.retrieval.departments import EnglishDepartments

NAMES = dict.fromkeys(("公安局", "财政局", "教育局", "城市管理局", "城阳区", "金融工作办"))


@pytest.fixture(scope="module")
def departments() -> EnglishDepartments:
    return EnglishDepartments(NAMES)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("how many windows did the public security bureau open?", ["公安局"]),
        ("which case did the finance bureau write?", ["财政局"]),
        ("the education bureau's case and the finance bureau's", ["教育局", "财政局"]),
        ("what do the education and finance of the city cost?", []),
        ("the space exploration bureau", []),
        ("", []),
    ],
)
def test_a_bureau_is_told_by_the_words_of_its_name(
    departments: EnglishDepartments, question: str, names: list[str]
) -> None:
    assert [called.name for called in departments.called(question)] == names
