"""The background build: its progress in words, its failures as sentences, and nobody waiting for ever."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from rag.errors import EmbeddingError
from tests.ui.conftest import ZH
from ui.warmup import Progress, Warmup, WarmupStatus


def test_is_waiting_before_it_is_started() -> None:
    warmup = Warmup(lambda _: pytest.fail("must not build before it is started"))
    assert (warmup.status.state, warmup.qa, warmup.wait(0)) == ("waiting", None, False)


def test_reports_progress_while_it_builds_and_holds_the_result_after() -> None:
    reported, go_on, built = threading.Event(), threading.Event(), object()

    def build(on_progress: Progress) -> Any:
        on_progress("准备模型", 3, 30)
        reported.set()
        go_on.wait(5)
        return built

    warmup = Warmup(build)
    warmup.start()
    assert reported.wait(5)
    assert warmup.status.sentence(ZH) == "正在准备模型… 3/30"
    assert warmup.qa is None
    go_on.set()
    assert warmup.wait(5)
    assert (warmup.status.state, warmup.qa, warmup.status.sentence(ZH)) == ("ready", built, "")


def test_a_deliberate_error_is_shown_as_its_sentence() -> None:
    def build(_: Progress) -> Any:
        raise EmbeddingError("模型文件夹已损坏。请运行 python -m embeddings unpack。")

    warmup = Warmup(build)
    warmup.start()
    assert warmup.wait(5)
    assert warmup.status.state == "failed"
    assert warmup.status.sentence(ZH) == "模型文件夹已损坏。请运行 python -m embeddings unpack。"


def test_an_unexpected_error_ends_the_wait_and_goes_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)

    def build(_: Progress) -> Any:
        raise ZeroDivisionError

    warmup = Warmup(build)
    warmup.start()
    assert warmup.wait(5)
    assert warmup.status.sentence(ZH) == ZH("warmup.unexpected")
    for thread in threading.enumerate():
        if thread.name == "casechat-warmup":
            thread.join(5)
    assert [arguments.exc_type for arguments in seen] == [ZeroDivisionError]


@pytest.mark.parametrize(
    ("stage", "done", "total", "sentence"),
    [
        ("", 0, 0, "正在准备…"),
        ("准备模型", 0, 0, "正在准备模型…"),
        ("载入嵌入模型", 0, 1, "正在载入嵌入模型…"),
        ("正在建立索引…", 412, 412, "正在建立索引… 412/412"),
    ],
)
def test_sentence_says_the_stage_and_counts_where_it_can(stage: str, done: int, total: int, sentence: str) -> None:
    assert WarmupStatus(state="running", stage=stage, done=done, total=total).sentence(ZH) == sentence
