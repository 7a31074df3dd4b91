"""What the page does with a question, from waiting for the model to the passage behind a chip."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EmbeddingError, QuestionError
from rag.settings import Settings
from rag.types import Answer, Compilation, Delta
from tests.ui.conftest import EN, ZH, ScriptedQA
from ui.answering import Answering
from ui.handlers import Asked, ChatHandlers, ChatView, Visitor
from ui.models import ModelChoices
from ui.store import ConversationStore
from ui.warmup import Progress, Warmup

FACT = "新增耕地面积约 9600 亩"
ME = Visitor("me", ZH, "my page")
YOU = Visitor("you", ZH, "your page")


class GatedQA(ScriptedQA):
    """Streams one item each time its gate is opened."""

    def __init__(self, compilation: Compilation) -> None:
        super().__init__(compilation)
        self.gate = threading.Semaphore(0)

    def stream(self, question: str, history: Sequence[str] = (), **options: Any) -> Iterator[Delta | Answer]:
        """Yield the script's items, waiting before each."""
        for item in super().stream(question, history, **options):
            if not self.gate.acquire(timeout=20):
                return
            yield item


def handlers_of(warmup: Warmup, home: Path, **limits: Any) -> ChatHandlers:
    settings = Settings(home=home, **limits)
    store = ConversationStore(home)
    store.prepare(notice="chat.interrupted")
    models = ModelChoices(settings, store)
    answering = Answering(settings, warmup, store=store, models=models)
    return ChatHandlers(settings, warmup, store=store, answering=answering, models=models)


def ready(qa: Any, home: Path, **limits: Any) -> ChatHandlers:
    warmup = Warmup(lambda _: qa)
    warmup.start()
    assert warmup.wait(5)
    return handlers_of(warmup, home, **limits)


def ask(handlers: ChatHandlers, question: str, who: Visitor = ME, **more: Any) -> list[ChatView]:
    return list(handlers.ask(Asked(question, **more), who))


def current_in(views: list[ChatView]) -> str:
    return next(view.current for view in views if view.current)


def turn_id_in(html: str) -> str:
    return html.rsplit('id="turn-', 1)[1].split('"', 1)[0]


def test_an_answer_streams_and_its_chip_opens_the_quote(compilation: Compilation, tmp_path: Path) -> None:
    qa = GatedQA(compilation)
    cited = qa.citation(1, FACT)
    text = f"第一句。{FACT}。[1]"
    qa.script = [Delta("第一句。", ()), Delta(f"{FACT}。[1]", (cited,)), qa.answer("问", text, cited)]
    handlers = ready(qa, tmp_path)
    views = handlers.ask(Asked("问"), ME)
    first = next(views)
    assert (first.question, first.notice) == ("", "")
    assert "is-pending" in first.conversation
    qa.gate.release()
    seen = next(view for view in views if "第一句。" in view.conversation)
    assert FACT not in seen.conversation
    qa.gate.release(2)
    html = list(views)[-1].conversation
    assert "is-pending" not in html
    assert f"<mark>{FACT}</mark>" in handlers.open_reference(turn_id_in(html), "1", ME)


def test_nobody_else_opens_a_chip_or_a_conversation(scripted: ScriptedQA, tmp_path: Path) -> None:
    cited = scripted.citation(1, FACT)
    scripted.script = [scripted.answer("问", f"{FACT}。[1]", cited)]
    handlers = ready(scripted, tmp_path)
    views = ask(handlers, "问")
    turn_id, current = turn_id_in(views[-1].conversation), current_in(views)
    assert "找不到这条出处" in handlers.open_reference(turn_id, "1", YOU)
    assert FACT not in handlers.open(current, YOU).conversation
    assert "还没有对话" in handlers.listing(YOU, current="")
    handlers.rename(current, "我的", YOU)
    handlers.delete(current, YOU)
    assert handlers.rate(turn_id, "up", "", who=YOU) == ""
    assert handlers.edit(turn_id, YOU) == ChatView()
    assert list(handlers.retry(turn_id, current, YOU)) == []
    assert FACT in handlers.open(current, ME).conversation
    assert current_in(ask(handlers, "乙？", YOU, current=current)) != current
    assert scripted.asked[-1] == ("乙？", ())


@pytest.mark.parametrize(("turn_id", "name"), [("", ""), ("x", "1"), ("1", "{'a': 1}"), ("['x']", "n1")])
def test_a_forged_reference_opens_nothing(scripted: ScriptedQA, turn_id: str, name: str, tmp_path: Path) -> None:
    assert "找不到这条出处" in ready(scripted, tmp_path).open_reference(turn_id, name, ME)


@pytest.mark.parametrize("span", ["", "31", "0", "4:1:2", "x:1:2", "4:9:1", "1:2", "4:-1:5", "9" * 50, "4:1:2:3"])
def test_a_forged_span_opens_nothing(scripted: ScriptedQA, span: str, tmp_path: Path) -> None:
    assert "找不到这条出处" in ready(scripted, tmp_path).open_span(span, ME)


def test_a_span_opens_its_case(scripted: ScriptedQA, tmp_path: Path) -> None:
    cited = scripted.citation(1, FACT)
    handlers = ready(scripted, tmp_path)
    assert f"<mark>{FACT}</mark>" in handlers.open_span(f"4:{cited.start}:{cited.end}", ME)
    assert "案例 30" in handlers.open_span("30", ME)


def test_earlier_questions_are_the_history_of_a_follow_up(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted, tmp_path)
    current = current_in(ask(handlers, "甲？"))
    ask(handlers, "乙？", current=current)
    ask(handlers, "丙？", current=current)
    ask(handlers, "丁？")
    assert scripted.asked == [("甲？", ()), ("乙？", ("甲？",)), ("丙？", ("甲？", "乙？")), ("丁？", ())]


def test_a_restart_keeps_the_conversation_and_its_history(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [scripted.answer("问", f"{FACT}。[1]", scripted.citation(1, FACT))]
    views = ask(ready(scripted, tmp_path), "甲？")
    again = ready(scripted, tmp_path)
    current = current_in(views)
    html = again.open(current, ME).conversation
    assert FACT in html
    assert f"<mark>{FACT}</mark>" in again.open_reference(turn_id_in(html), "1", ME)
    ask(again, "乙？", current=current)
    assert scripted.asked[-1] == ("乙？", ("甲？",))


def test_a_server_stopped_in_the_middle_of_an_answer_says_so(compilation: Compilation, tmp_path: Path) -> None:
    qa = GatedQA(compilation)
    qa.script = [Delta("第一句。", ()), Delta("第二句。", ())]
    views = ready(qa, tmp_path).ask(Asked("问"), ME)
    current = next(views).current or ""
    qa.gate.release()
    next(view for view in views if "第一句。" in view.conversation)
    html = ready(qa, tmp_path).open(current, ME).conversation
    assert "第一句。" in html
    assert ZH("chat.interrupted") in html
    assert "is-pending" not in html
    english = ready(qa, tmp_path).open(current, Visitor("me", EN)).conversation
    assert "The server was stopped" in english


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "问" * 2001])
def test_a_question_that_cannot_be_asked_stays_in_its_box(scripted: ScriptedQA, typed: str, tmp_path: Path) -> None:
    (view,) = ask(ready(scripted, tmp_path), typed)
    assert (view.question, view.history, view.live) == (None, None, None)
    assert view.notice
    assert scripted.asked == []


def test_a_question_during_the_warm_up_waits_and_is_answered(scripted: ScriptedQA, tmp_path: Path) -> None:
    go_on = threading.Event()

    def build(on_progress: Progress) -> Any:
        on_progress("准备模型", 3, 30)
        go_on.wait(10)
        return scripted

    scripted.script = [scripted.answer("问", "答案在此。")]
    warmup = Warmup(build)
    handlers = handlers_of(warmup, tmp_path)
    warmup.start()
    views = handlers.ask(Asked("问"), ME)
    assert any("正在准备模型… 3/30" in next(views).conversation for _ in range(3))
    assert "正在准备模型… 3/30" in handlers.header(ZH)
    assert "Preparing the model… 3/30" in handlers.header(EN)
    go_on.set()
    assert "答案在此。" in list(views)[-1].conversation
    assert "30 个案例" in handlers.header(ZH)


def test_a_failed_warm_up_is_the_answer_to_every_question_and_names_no_path(tmp_path: Path) -> None:
    def build(_: Progress) -> Any:
        raise EmbeddingError("模型文件夹 /home/someone/models/e5 已损坏。请运行 python -m embeddings unpack。")

    warmup = Warmup(build)
    warmup.start()
    assert warmup.wait(5)
    handlers = handlers_of(warmup, tmp_path)
    said = ask(handlers, "问")[-1].conversation
    assert "模型文件夹 …/e5 已损坏。请运行 python -m embeddings unpack。" in said
    assert "/home" not in said + handlers.header(ZH)
    assert not handlers.warming()


def test_a_deliberate_error_while_answering_is_shown_as_its_sentence(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [QuestionError("问题太长。")]
    html = ask(ready(scripted, tmp_path), "问")[-1].conversation
    assert "问题太长。" in html
    assert "is-pending" not in html


def test_an_unexpected_error_leaves_no_turn_waiting(
    scripted: ScriptedQA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stream(*_: object, **__: object) -> Iterator[Any]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(scripted, "stream", stream)
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    handlers = ready(scripted, tmp_path)
    html = ask(handlers, "问")[-1].conversation
    assert ZH("chat.broken") in html
    assert "is-pending" not in html
    for thread in threading.enumerate():
        if thread.name == "casechat-answer":
            thread.join(5)
    assert [arguments.exc_type for arguments in seen] == [ZeroDivisionError]


def test_a_stream_that_ends_without_an_answer_leaves_no_turn_waiting(scripted: ScriptedQA, tmp_path: Path) -> None:
    assert ZH("chat.broken") in ask(ready(scripted, tmp_path), "问")[-1].conversation


def test_a_question_waiting_for_the_model_can_be_stopped(scripted: ScriptedQA, tmp_path: Path) -> None:
    handlers = handlers_of(Warmup(lambda _: scripted), tmp_path)  # type: ignore[arg-type,return-value]
    views = handlers.ask(Asked("问"), ME)
    next(views)
    handlers.stop(YOU)
    assert "is-pending" in next(views).conversation
    handlers.stop(ME)
    assert "已停止。" in list(views)[-1].conversation


def test_stop_keeps_what_has_been_said(compilation: Compilation, tmp_path: Path) -> None:
    qa = GatedQA(compilation)
    qa.script = [Delta("第一句。", ()), Delta("第二句。", ())]
    handlers = ready(qa, tmp_path)
    views = handlers.ask(Asked("问"), ME)
    qa.gate.release()
    next(view for view in views if "第一句。" in view.conversation)
    handlers.stop(ME)
    qa.gate.release()
    html = list(views)[-1].conversation
    assert "已停止。" in html
    assert "第一句。" in html
    assert "第二句。" not in html


def test_an_answer_goes_on_in_its_own_conversation_when_another_is_begun(
    compilation: Compilation, tmp_path: Path
) -> None:
    qa = GatedQA(compilation)
    qa.script = [Delta("第一句。", ()), qa.answer("问", "第一句。")]
    handlers = ready(qa, tmp_path)
    views = handlers.ask(Asked("问"), ME)
    current = next(views).current or ""
    assert handlers.leave(current, ME).live == ""
    qa.gate.release(2)
    assert list(views) == []
    followed = list(handlers.follow(current, Visitor("me", ZH, "another page")))
    assert "第一句。" in followed[-1].conversation
    assert "is-pending" not in followed[-1].conversation


def test_an_answer_that_ends_before_anyone_watches_it_is_shown(compilation: Compilation, tmp_path: Path) -> None:
    qa = GatedQA(compilation)
    qa.script = [Delta("第一句。", ()), qa.answer("问", "第一句。第二句。")]
    handlers = ready(qa, tmp_path)
    views = handlers.ask(Asked("问"), ME)
    first = next(views)
    assert "is-pending" in (first.live or "")
    qa.gate.release(2)
    deadline = time.monotonic() + 20
    while "is-pending" in handlers.open(first.current or "", ME).conversation and time.monotonic() < deadline:
        time.sleep(0.01)
    last = list(views)[-1].live or ""
    assert "第二句。" in last
    assert "is-pending" not in last


def test_a_question_asked_at_once_in_a_new_conversation_is_not_wiped_by_leaving_the_old_one(
    scripted: ScriptedQA, tmp_path: Path
) -> None:
    handlers = ready(scripted, tmp_path)
    left = ask(handlers, "甲？")[0].current or ""
    views = handlers.ask(Asked("乙？"), ME)
    now = next(views).current
    view = handlers.leave(left, ME)
    assert (view.live, view.history, view.question) == (None, None, None)
    assert f'data-id="{now}"' in (view.listing or "")
    assert list(views)


def test_a_refusal_offers_sections_that_open_and_questions_that_are_answered(
    scripted: ScriptedQA, tmp_path: Path
) -> None:
    scripted.script = [scripted.refusal("天气？", "汇编没有写到。", scripted.passage(1, FACT))]
    handlers = ready(scripted, tmp_path)
    html = ask(handlers, "天气？")[-1].conversation
    assert "cc-refusal" in html
    assert f"<mark>{FACT}</mark>" in handlers.open_reference(turn_id_in(html), "n1", ME)
    offered = [scripted.tried[0], scripted.tried[2]]
    assert html.count("data-ask") == 2
    assert all(question in html for question in offered)
    assert scripted.tried[1] not in html


def test_what_was_found_but_not_cited_stands_apart(scripted: ScriptedQA, tmp_path: Path) -> None:
    cited = scripted.citation(1, FACT)
    answer = scripted.answer("问", f"{FACT}。[1]", cited)
    other = scripted.passage(2, scripted.compilation.case(9).title)
    found = [scripted.passage(1, FACT), other]
    scripted.script = [
        Answer(**{**{name: getattr(answer, name) for name in answer.__slots__}, "passages": tuple(found)})
    ]
    html = ask(ready(scripted, tmp_path), "问")[-1].conversation
    assert "另外找到、没有引用的 1 处" in html
    assert html.count('data-ref="n1"') == 1


def test_one_case_and_the_number_of_passages_reach_the_pipeline(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted, tmp_path)
    ConversationStore(tmp_path).set_preferences("me", {"n_passages": 3})
    html = ask(handlers, "问", only_case=4)[-1].conversation
    ask(handlers, "问", YOU)
    assert scripted.limits == [((4,), 3), (None, None)]
    assert "只问案例 4" in html


def test_retry_and_edit_replace_the_last_turn(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted, tmp_path)
    views = ask(handlers, "甲？")
    current, turn_id = current_in(views), turn_id_in(views[-1].conversation)
    views = list(handlers.retry(turn_id, current, ME))
    turn_id = turn_id_in(views[-1].conversation)
    view = handlers.edit(turn_id, ME)
    assert (view.question, view.replaces) == ("甲？", turn_id)
    ask(handlers, "乙？", current=current, replaces=view.replaces)
    assert scripted.asked == [("甲？", ()), ("甲？", ()), ("乙？", ())]
    assert handlers.open(current, ME).conversation.count("<article") == 1


def test_too_many_questions_a_minute_and_at_once_are_told_so(compilation: Compilation, tmp_path: Path) -> None:
    qa = GatedQA(compilation)
    qa.script = [qa.answer("问", "答。")]
    handlers = ready(qa, tmp_path, questions_per_minute=3, questions_at_once=1)
    first = handlers.ask(Asked("甲？"), ME)
    current = next(first).current or ""
    (second,) = ask(handlers, "乙？", current=current)
    assert second.notice == ZH("limit.at_once")
    assert second.question is None
    qa.gate.release()
    list(first)
    assert "乙？" not in handlers.open(current, ME).conversation
    qa.gate.release()
    ask(handlers, "丙？")
    (fourth,) = ask(handlers, "丁？")
    assert fourth.notice is not None
    assert fourth.notice.startswith("一分钟最多问 3 个问题。请等 ")
    qa.gate.release()
    assert len(ask(handlers, "戊？", YOU)) > 1


def test_a_retry_that_is_not_taken_costs_no_answer(compilation: Compilation, tmp_path: Path) -> None:
    qa = GatedQA(compilation)
    qa.script = [qa.answer("问", "答。")]
    handlers = ready(qa, tmp_path, questions_at_once=1)
    qa.gate.release()
    views = ask(handlers, "甲？")
    current, turn_id = current_in(views), turn_id_in(views[-1].conversation)
    other = handlers.ask(Asked("乙？"), ME)
    next(other)
    (refused,) = handlers.retry(turn_id, current, ME)
    assert refused.notice == ZH("limit.at_once")
    assert "答。" in handlers.open(current, ME).conversation
    qa.gate.release()
    list(other)


def test_who_watches_a_slow_answer_gets_control_back(
    compilation: Compilation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.answering.HEARTBEAT_S", 0.05)
    qa = GatedQA(compilation)
    qa.script = [qa.answer("问", "答。")]
    views = ready(qa, tmp_path).ask(Asked("问"), ME)
    assert [next(views).live is None for _ in range(4)] == [False, False, True, True]
    qa.gate.release()
    assert "答。" in list(views)[-1].conversation


def test_a_rating_is_kept_with_its_reason(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted, tmp_path)
    turn_id = turn_id_in(ask(handlers, "问")[-1].conversation)
    assert handlers.rate(turn_id, "sideways", "", who=ME) == ""
    assert handlers.rate(turn_id, "down", " 答得\n不全 " + "。" * 500, who=ME) == ZH("rate.thanks")
    turn = ConversationStore(tmp_path).find_turn("me", turn_id)
    assert turn is not None
    assert (turn.verdict, turn.reason[:5], len(turn.reason)) == ("down", "答得 不全", 300)


def test_a_finished_answer_leaves_room_for_the_next(scripted: ScriptedQA, tmp_path: Path) -> None:
    scripted.script = [scripted.answer("问", "答。")]
    handlers = ready(scripted, tmp_path, questions_at_once=1)
    for number in range(5):
        deadline = time.monotonic() + 5
        while ask(handlers, f"第 {number} 问")[-1].notice and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(scripted.asked) == 5
