"""What the page does with a question, from waiting for the model to the passage behind a chip."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rag.errors import EmbeddingError, QuestionError
from rag.settings import Settings
from rag.types import Delta
from tests.ui.conftest import ScriptedQA
from ui.handlers import BROKEN, ChatHandlers
from ui.warmup import Progress, Warmup

FACT = "新增耕地面积约 9600 亩"
SESSION = "session"


def ready(qa: Any) -> ChatHandlers:
    warmup = Warmup(lambda _: qa)
    warmup.start()
    assert warmup.wait(5)
    return ChatHandlers(Settings(), warmup)


def last(views: Iterator[Any]) -> Any:
    return list(views)[-1]


def turn_id_in(html: str) -> str:
    return html.rsplit('id="turn-', 1)[1].split('"', 1)[0]


def test_an_answer_streams_and_its_chip_opens_the_quote(scripted: ScriptedQA) -> None:
    cited = scripted.citation(1, FACT)
    scripted.script = [
        Delta("第一句。", ()),
        Delta(f"{FACT}。[1]", (cited,)),
        scripted.answer("问", f"第一句。{FACT}。[1]", cited),
    ]
    handlers = ready(scripted)
    views = list(handlers.ask("问", SESSION))
    assert (views[0].question, views[0].notice) == ("", "")
    assert all(view.question is None for view in views[1:])
    shown = [view.conversation for view in views]
    assert any("第一句。" in html and FACT not in html for html in shown)
    assert "is-pending" not in shown[-1]
    html = handlers.open_reference(turn_id_in(shown[-1]), "1", SESSION)
    assert f"<mark>{FACT}</mark>" in html


def test_a_chip_of_another_session_opens_nothing(scripted: ScriptedQA) -> None:
    cited = scripted.citation(1, FACT)
    scripted.script = [scripted.answer("问", f"{FACT}。[1]", cited)]
    handlers = ready(scripted)
    turn_id = turn_id_in(last(handlers.ask("问", SESSION)).conversation)
    assert "找不到这条出处" in handlers.open_reference(turn_id, "1", "another session")
    assert "<mark>" in handlers.open_reference(turn_id, "1", SESSION)


@pytest.mark.parametrize(("turn_id", "name"), [(None, None), ("", ""), ("x", "1"), (1, {"a": 1}), (["x"], "n1")])
def test_a_forged_reference_opens_nothing(scripted: ScriptedQA, turn_id: object, name: object) -> None:
    assert "找不到这条出处" in ready(scripted).open_reference(turn_id, name, SESSION)


def test_earlier_questions_are_the_history_of_a_follow_up(scripted: ScriptedQA) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted)
    for question in ("甲？", "乙？", "丙？"):
        last(handlers.ask(question, SESSION))
    last(handlers.ask("丁？", "another session"))
    assert scripted.asked == [("甲？", ()), ("乙？", ("甲？",)), ("丙？", ("甲？", "乙？")), ("丁？", ())]


def test_a_new_conversation_has_no_history(scripted: ScriptedQA) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted)
    last(handlers.ask("甲？", SESSION))
    handlers.reset(SESSION)
    assert "cc-welcome" in handlers.conversation(SESSION)
    last(handlers.ask("乙？", SESSION))
    assert scripted.asked[-1] == ("乙？", ())


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "问" * 2001])
def test_a_question_that_cannot_be_asked_stays_in_its_box(scripted: ScriptedQA, typed: str) -> None:
    (view,) = ready(scripted).ask(typed, SESSION)
    assert view.question is None
    assert view.notice
    assert "cc-welcome" in view.conversation
    assert scripted.asked == []


def test_a_question_during_the_warm_up_waits_and_is_answered(scripted: ScriptedQA) -> None:
    go_on = threading.Event()

    def build(on_progress: Progress) -> Any:
        on_progress("准备模型", 3, 30)
        go_on.wait(10)
        return scripted

    scripted.script = [scripted.answer("问", "答案在此。")]
    warmup = Warmup(build)
    handlers = ChatHandlers(Settings(), warmup)
    warmup.start()
    views = handlers.ask("问", SESSION)
    next(views)
    assert "正在准备模型… 3/30" in next(views).conversation
    assert "正在准备模型… 3/30" in handlers.header()
    go_on.set()
    assert "答案在此。" in last(views).conversation
    assert "30 个案例" in handlers.header()


def test_a_failed_warm_up_is_the_answer_to_every_question() -> None:
    def build(_: Progress) -> Any:
        raise EmbeddingError("模型文件夹已损坏。请运行 python -m embeddings unpack。")

    warmup = Warmup(build)
    warmup.start()
    assert warmup.wait(5)
    handlers = ChatHandlers(Settings(), warmup)
    assert "模型文件夹已损坏。请运行 python -m embeddings unpack。" in last(handlers.ask("问", SESSION)).conversation
    assert "模型文件夹已损坏。" in handlers.header()
    assert not handlers.warming()


def test_a_deliberate_error_while_answering_is_shown_as_its_sentence(scripted: ScriptedQA) -> None:
    scripted.script = [QuestionError("问题太长。")]
    view = last(ready(scripted).ask("问", SESSION))
    assert "问题太长。" in view.conversation
    assert "is-pending" not in view.conversation


def test_an_unexpected_error_leaves_no_turn_waiting(scripted: ScriptedQA, monkeypatch: pytest.MonkeyPatch) -> None:
    def stream(*_: object) -> Iterator[Any]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(scripted, "stream", stream)
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    html = last(ready(scripted).ask("问", SESSION)).conversation
    assert BROKEN in html
    assert "is-pending" not in html
    assert [arguments.exc_type for arguments in seen] == [ZeroDivisionError]


def test_a_stream_that_ends_without_an_answer_leaves_no_turn_waiting(scripted: ScriptedQA) -> None:
    assert BROKEN in last(ready(scripted).ask("问", SESSION)).conversation


def test_a_question_waiting_for_the_model_can_be_stopped(scripted: ScriptedQA) -> None:
    handlers = ChatHandlers(Settings(), Warmup(lambda _: scripted))  # type: ignore[arg-type,return-value]
    views = handlers.ask("问", SESSION)
    next(views)
    handlers.stop(SESSION)
    assert "已停止。" in last(views).conversation


def test_stop_keeps_what_has_been_said(scripted: ScriptedQA) -> None:
    scripted.script = [Delta("第一句。", ()), Delta("第二句。", ()), Delta("第三句。", ())]
    handlers = ready(scripted)
    views = handlers.ask("问", SESSION)
    next(views)
    assert "第一句。" in next(views).conversation
    handlers.stop(SESSION)
    html = last(views).conversation
    assert "已停止。" in html
    assert "第三句。" not in html


def test_a_new_conversation_during_an_answer_does_not_show_the_old_one(scripted: ScriptedQA) -> None:
    scripted.script = [Delta("第一句。", ()), Delta("第二句。", ())]
    handlers = ready(scripted)
    views = handlers.ask("问", SESSION)
    next(views)
    next(views)
    handlers.reset(SESSION)
    assert all("cc-welcome" in view.conversation for view in views)


def test_a_refusal_offers_sections_that_open(scripted: ScriptedQA) -> None:
    scripted.script = [scripted.refusal("天气？", "汇编没有写到。", scripted.passage(1, FACT))]
    handlers = ready(scripted)
    html = last(handlers.ask("天气？", SESSION)).conversation
    assert "cc-refusal" in html
    assert f"<mark>{FACT}</mark>" in handlers.open_reference(turn_id_in(html), "n1", SESSION)
