"""The page's own behaviour, with a scripted pipeline: warm-up, streaming, keyboard, narrow screens, hostile passages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.errors import EmbeddingError
from rag.types import Answer, Compilation, Delta
from tests.ui.conftest import ZH, ScriptedQA
from ui.warmup import Progress

pytestmark = pytest.mark.browser

FACT = "新增耕地面积约 9600 亩"
HOSTILE = '<img src=x onerror="window.ran=1"><script>window.ran=2</script>![x](https://evil.example/x)${window.ran=3}'

Serve = Callable[..., str]
Open = Callable[..., Page]


class GatedQA(ScriptedQA):
    """Streams one item each time its gate is opened."""

    def __init__(self, compilation: Compilation) -> None:
        super().__init__(compilation)
        self.gate = threading.Semaphore(0)

    def stream(self, question: str, history: Sequence[str] = (), **options: Any) -> Iterator[Delta | Answer]:
        """Yield the script's items, waiting before each."""
        for item in super().stream(question, history, **options):
            assert self.gate.acquire(timeout=20)
            yield item


@pytest.fixture
def scripted(compilation: Compilation) -> ScriptedQA:
    """A pipeline that answers every question with one cited sentence."""
    qa = ScriptedQA(compilation)
    cited = qa.citation(1, FACT)
    qa.script = [Delta(f"{FACT}。[1]", (cited,)), qa.answer("问", f"{FACT}。[1]", cited)]
    return qa


def send(page: Page, question: str) -> None:
    box = page.get_by_label("问题", exact=True)
    box.fill(question)
    box.press("Enter")


def test_the_page_shows_the_warm_up_and_a_question_asked_then_is_answered(
    serve: Serve, open_page: Open, scripted: ScriptedQA
) -> None:
    go_on = threading.Event()

    def build(on_progress: Progress) -> Any:
        on_progress("准备模型", 3, 30)
        go_on.wait(60)
        return scripted

    page = open_page(serve(build))
    expect(page.locator("#cc-header")).to_contain_text("正在准备模型… 3/30")
    send(page, "新增耕地多少？")
    expect(page.locator(".cc-working")).to_contain_text("正在准备模型… 3/30")
    go_on.set()
    expect(page.locator(".cc-text")).to_contain_text(FACT)
    expect(page.locator("#cc-header")).to_contain_text("30 个案例")


def test_a_failed_warm_up_is_shown_as_its_sentence(serve: Serve, open_page: Open) -> None:
    def build(_: Progress) -> Any:
        raise EmbeddingError("模型文件夹已损坏。请运行 python -m embeddings unpack。")

    page = open_page(serve(build))
    expect(page.locator("#cc-header")).to_contain_text("模型文件夹已损坏。请运行 python -m embeddings unpack。")


def test_sentences_appear_one_by_one_and_stop_keeps_what_was_said(
    serve: Serve, open_page: Open, compilation: Compilation
) -> None:
    qa = GatedQA(compilation)
    qa.script = [Delta("第一句。", ()), Delta("第二句。", ()), Delta("第三句。", ())]
    page = open_page(serve(lambda _: qa))  # type: ignore[arg-type,return-value]
    send(page, "问")
    text = page.locator(".cc-text")
    qa.gate.release()
    expect(text).to_have_text("第一句。")
    qa.gate.release()
    expect(text).to_have_text("第一句。第二句。")
    stop = page.get_by_role("button", name="停止")
    stop.click()
    expect(page.locator(".cc-stopped")).to_have_text("已停止。")
    qa.gate.release()
    expect(stop).to_be_hidden()


def test_an_unexpected_error_is_a_plain_sentence(
    serve: Serve, open_page: Open, scripted: ScriptedQA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripted, "stream", lambda *_, **__: 1 / 0)
    page = open_page(serve(lambda _: scripted))  # type: ignore[arg-type,return-value]
    send(page, "问")
    expect(page.locator(".cc-failed")).to_have_text(ZH("chat.broken"))
    expect(page.locator("body")).not_to_contain_text("ZeroDivisionError")
    expect(page.locator("body")).not_to_contain_text("Traceback")


def test_a_citation_is_reached_opened_and_closed_by_keyboard(
    serve: Serve, open_page: Open, scripted: ScriptedQA
) -> None:
    page = open_page(serve(lambda _: scripted))  # type: ignore[arg-type,return-value]
    send(page, "问")
    expect(page.locator(".cc-sources")).to_be_visible()
    page.locator("#cc-conversation").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cc-chip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".cc-reader h2")).to_be_focused()
    expect(page.locator(".cc-reader mark")).to_have_text(FACT)
    expect(page.locator(".cc-card.is-shown")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".cc-reader")).to_have_count(0)
    expect(page.locator(".cc-chip")).to_be_focused()


def test_enter_that_ends_the_input_of_a_word_does_not_send(serve: Serve, open_page: Open, scripted: ScriptedQA) -> None:
    page = open_page(serve(lambda _: scripted))  # type: ignore[arg-type,return-value]
    box = page.get_by_label("问题", exact=True)
    box.fill("新增")
    enter = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    box.dispatch_event("keydown", enter)
    box.press("Shift+Enter")
    box.press_sequentially("耕地")
    expect(box).to_have_value("新增\n耕地")
    assert scripted.asked == []
    box.press("Enter")
    expect(page.locator(".cc-question")).to_have_text("问：新增 耕地")


@pytest.mark.parametrize(
    ("typed", "notice"), [("  ", "还没有输入问题。"), ("问" * 2001, "问题有 2001 个字符，最多 2000 个。")]
)
def test_a_question_that_cannot_be_asked_stays_in_its_box(
    serve: Serve, open_page: Open, scripted: ScriptedQA, typed: str, notice: str
) -> None:
    page = open_page(serve(lambda _: scripted))  # type: ignore[arg-type,return-value]
    send(page, typed)
    expect(page.locator("#cc-notice")).to_contain_text(notice)
    expect(page.get_by_label("问题", exact=True)).to_have_value(typed)
    send(page, "新增耕地多少？")
    expect(page.locator(".cc-text")).to_contain_text(FACT)
    expect(page.locator("#cc-notice")).to_have_text("")


def test_html_in_a_passage_and_in_an_answer_is_text_and_runs_nothing(
    serve: Serve, open_page: Open, compilation: Compilation
) -> None:
    clean = ScriptedQA(compilation).citation(1, FACT)
    text = compilation.text[: clean.start] + HOSTILE + compilation.text[clean.start + len(HOSTILE) :]
    qa = ScriptedQA(replace(compilation, text=text))
    cited = replace(clean, quote=HOSTILE, end=clean.start + len(HOSTILE), title=HOSTILE, department=HOSTILE)
    qa.script = [Delta(f"{HOSTILE}[1]", (cited,)), qa.answer("问", f"{HOSTILE}[1]", cited)]
    page = open_page(serve(lambda _: qa))  # type: ignore[arg-type,return-value]
    send(page, "问")
    expect(page.locator(".cc-text")).to_contain_text(HOSTILE)
    page.locator(".cc-chip").click()
    expect(page.locator(".cc-reader mark")).to_have_text(HOSTILE)
    assert page.locator("#cc-conversation, #cc-side").locator("img, script, a").count() == 0
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut_off_or_scrolls_sideways(
    serve: Serve, open_page: Open, scripted: ScriptedQA, width: int, color_scheme: str
) -> None:
    page = open_page(
        serve(lambda _: scripted),  # type: ignore[arg-type,return-value]
        width=width,
        height=800,
        color_scheme=color_scheme,
    )
    expect(page.locator(".cc-example").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    send(page, "问" * 300)
    expect(page.locator(".cc-sources")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("发送", "对话列表" if width < 1000 else "新对话"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    page.locator(".cc-chip").click()
    expect(page.locator(".cc-reader mark")).to_be_in_viewport()
    expect(page.get_by_role("button", name="关闭原文")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_list_of_conversations_opens_and_gives_way(
    serve: Serve, open_page: Open, scripted: ScriptedQA
) -> None:
    page = open_page(serve(lambda _: scripted), width=390, height=800)  # type: ignore[arg-type,return-value]
    send(page, "甲？")
    expect(page.locator(".cc-sources")).to_be_visible()
    name = page.locator(".cc-conversation-name")
    expect(name).to_be_hidden()
    page.get_by_role("button", name="对话列表").click()
    expect(name).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".cc-welcome")).to_be_visible()
    page.locator("#cc-talk").click(position={"x": 380, "y": 300})
    expect(name).to_be_hidden()
