"""Kinds of departments a question restricts itself to."""

from __future__ import annotations

import pytest

from rag.answering.department_kinds import kinds_named, restriction_in
from rag.types import Compilation


@pytest.mark.parametrize(
    ("words", "n_cases"),
    [
        ("区市", [10]),
        ("区政府", [7]),
        ("县级市", [3]),
        ("功能区管委", [4]),
        ("市直部门", [17]),
        ("区市、功能区", [10, 4]),
        ("区级政府", [7]),
        ("municipal departments", [17]),
        ("", []),
        ("学校", []),
    ],
)
def test_cases_of_a_kind(compilation: Compilation, words: str, n_cases: list[int]) -> None:
    assert [len(kind) for kind in kinds_named(words, compilation.cases)] == n_cases


def test_no_cases() -> None:
    assert kinds_named("区市", []) == [[]]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("云计算出现在哪些区市、功能区的案例里？", "区市、功能区"),
        ("组建过专班的市直部门是哪几家？", "市直部门"),
        ("哪些案例提到了区块链？", None),
        ("哪些案例提到市区两级联动？", None),
        ("", None),
    ],
)
def test_restrictions(form: str, words: str | None) -> None:
    found = restriction_in(form)
    assert (found.words if found else None) == words
    assert found is None or form[found.start : found.end] == words
