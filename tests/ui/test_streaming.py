"""One answer in a thread of its own: in order, left at once, its errors where they belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from rag.errors import QuestionError
from rag.types import Answer, Delta
from ui.streaming import AnswerStream

FIRST, SECOND = Delta("第一句。", ()), Delta("第二句。", ())


def test_items_come_in_order() -> None:
    assert list(AnswerStream(lambda: iter([FIRST, SECOND])).items(lambda: False)) == [FIRST, SECOND]
    assert list(AnswerStream(lambda: iter([])).items(lambda: False)) == []


def test_a_deliberate_error_comes_after_what_was_said() -> None:
    def source() -> Iterator[Delta | Answer]:
        yield FIRST
        raise QuestionError("问题太长。")

    items = AnswerStream(source).items(lambda: False)
    assert next(items) == FIRST
    with pytest.raises(QuestionError, match="问题太长。"):
        next(items)


def test_it_is_left_while_the_source_is_still_busy_and_the_source_ends_after_its_item() -> None:
    go_on, ended, stopped = threading.Event(), threading.Event(), threading.Event()

    def source() -> Iterator[Delta | Answer]:
        try:
            yield FIRST
            go_on.wait(10)
            yield SECOND
            raise AssertionError("must not be asked for more")
        finally:
            ended.set()

    items = AnswerStream(source).items(stopped.is_set)
    assert next(items) == FIRST
    stopped.set()
    assert list(items) == []
    go_on.set()
    assert ended.wait(5)
