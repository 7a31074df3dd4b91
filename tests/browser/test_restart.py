"""The server goes away: in the middle of a conversation, in the middle of an answer, behind a password."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from rag.settings import Settings
from rag.types import Answer, Compilation, Delta
from tests.browser.conftest import free_port, wait_for
from tests.ui.conftest import ZH, ScriptedQA
from ui.app import create_app
from ui.auth import Users

pytestmark = pytest.mark.browser

FACT = "新增耕地面积约 9600 亩"
Open = Callable[..., Page]


class SlowQA(ScriptedQA):
    """Says one sentence, then waits for its gate before the next."""

    def __init__(self, compilation: Compilation) -> None:
        super().__init__(compilation)
        cited = self.citation(1, FACT)
        self.script = [Delta("第一句。", ()), self.answer("问", f"第一句。{FACT}。[1]", cited)]
        self.gate = threading.Event()

    def stream(self, question: str, history: Sequence[str] = (), **options: Any) -> Iterator[Delta | Answer]:
        """Yield the script's items, waiting before the last."""
        for item in super().stream(question, history, **options):
            if isinstance(item, Answer):
                self.gate.wait()
            yield item


class Server:
    """A server on one port that can be stopped and started again over the same data."""

    def __init__(self, compilation: Compilation, home: Path) -> None:
        self.compilation = compilation
        self.settings = Settings(home=home, port=free_port())
        self.url = f"http://127.0.0.1:{self.settings.port}"

    def start(self, *, held: bool = False) -> None:
        """Start with a pipeline of its own; `held` waits in the middle of each answer for its gate."""
        self.qa = qa = SlowQA(self.compilation)
        if not held:
            qa.gate.set()
        app = create_app(self.settings, lambda _: qa)  # type: ignore[arg-type,return-value]
        config = uvicorn.Config(app, port=self.settings.port, log_level="warning", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        wait_for(self.url, self.thread.is_alive, lambda: "")

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)


@pytest.fixture
def server(compilation: Compilation, tmp_path: Path) -> Iterator[Server]:
    """A running server."""
    server = Server(compilation, tmp_path)
    yield server
    server.stop()


def send(page: Page, question: str) -> None:
    box = page.get_by_label("问题", exact=True)
    box.fill(question)
    box.press("Enter")
    expect(page.locator(".cc-turn").last).to_contain_text(question)


def test_a_restart_in_the_middle_of_a_conversation_is_not_noticed(server: Server, open_page: Open) -> None:
    server.start()
    page = open_page(server.url)
    send(page, "新增耕地多少？")
    expect(page.locator(".cc-chip")).to_be_visible()
    server.stop()
    expect(page.locator("#cc-offline")).to_be_visible(timeout=15_000)
    expect(page.locator(".cc-chip")).to_be_visible()
    server.start()
    expect(page.locator("#cc-offline")).to_be_hidden(timeout=15_000)
    page.locator(".cc-chip").click()
    expect(page.locator(".cc-reader mark")).to_have_text(FACT)
    send(page, "那里还做了什么？")
    expect(page.locator(".cc-turn")).to_have_count(2)
    expect(page.locator(".cc-chip")).to_have_count(2)
    assert server.qa.asked[-1] == ("那里还做了什么？", ("新增耕地多少？",))
    page.reload()
    expect(page.locator(".cc-turn")).to_have_count(2)
    expect(page.locator(".cc-conversation-name")).to_have_text(["新增耕地多少？"])


def test_a_server_stopped_in_the_middle_of_an_answer_keeps_what_was_said(server: Server, open_page: Open) -> None:
    server.start(held=True)
    page = open_page(server.url)
    send(page, "新增耕地多少？")
    expect(page.locator(".cc-text")).to_have_text("第一句。")
    server.stop()
    expect(page.locator("#cc-offline")).to_be_visible(timeout=15_000)
    server.start()
    expect(page.locator(".cc-stopped")).to_have_text(ZH("chat.interrupted"), timeout=15_000)
    expect(page.locator(".cc-text")).to_have_text("第一句。")
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".cc-chip")).to_be_visible()
    expect(page.locator(".cc-turn")).to_have_count(1)


def test_a_page_opened_in_the_middle_of_an_answer_follows_it(server: Server, open_page: Open) -> None:
    server.start(held=True)
    page = open_page(server.url)
    send(page, "新增耕地多少？")
    expect(page.locator(".cc-text")).to_have_text("第一句。")
    page.reload()
    expect(page.locator(".cc-text")).to_have_text("第一句。")
    expect(page.locator(".cc-turn")).to_have_class(re.compile("is-pending"))
    server.qa.gate.set()
    expect(page.locator(".cc-chip")).to_be_visible()


def test_two_sessions_never_see_each_others_conversations(server: Server, open_page: Open) -> None:
    server.start()
    mine, yours = open_page(server.url), open_page(server.url)
    send(mine, "我的问题？")
    expect(mine.locator(".cc-chip")).to_be_visible()
    send(yours, "你的问题？")
    expect(yours.locator(".cc-chip")).to_be_visible()
    for page, own in ((mine, "我的问题？"), (yours, "你的问题？")):
        page.reload()
        expect(page.locator(".cc-conversation-name")).to_have_text([own])
        expect(page.locator(".cc-question")).to_contain_text(own)
    link = mine.locator(".cc-menu a").first.get_attribute("href")
    assert mine.evaluate("link => fetch(link).then(answer => answer.status)", link) == 200
    assert yours.evaluate("link => fetch(link).then(answer => answer.status)", link) == 404
    conversation_id = mine.evaluate("sessionStorage.getItem('casechat')")
    yours.evaluate("id => { sessionStorage.setItem('casechat', id); window.casechat.reopen(); }", conversation_id)
    expect(yours.locator(".cc-welcome")).to_be_visible()
    expect(yours.locator("body")).not_to_contain_text("我的问题？")


def test_behind_a_password_conversations_belong_to_the_user(
    compilation: Compilation, tmp_path: Path, open_page: Open
) -> None:
    Users(tmp_path).set_password("张三", "correct horse")
    server = Server(compilation, tmp_path)
    server.start()
    try:
        for visit in range(2):
            page = open_page(server.url)
            page.get_by_label("用户名").fill("张三")
            page.get_by_label("密码").fill("wrong horse")
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("alert")).to_have_text("用户名或密码不对。请检查后重试。")
            page.get_by_label("用户名").fill("张三")
            page.get_by_label("密码").fill("correct horse")
            page.get_by_role("button", name="登录").click()
            expect(page.locator(".cc-conversation-name")).to_have_count(visit)
            if visit == 0:
                send(page, "新增耕地多少？")
                expect(page.locator(".cc-chip")).to_be_visible()
            page.get_by_role("button", name="退出").click()
            expect(page.get_by_label("用户名")).to_be_visible()
    finally:
        server.stop()


def test_the_program_refuses_other_machines_without_a_password(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ui", "--host", "0.0.0.0", "--port", str(free_port())],
        capture_output=True,
        text=True,
        env={"CASECHAT_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "必须先设密码" in done.stderr


def test_too_many_questions_are_told_so_on_the_page(
    serve: Callable[..., str], open_page: Open, compilation: Compilation
) -> None:
    qa = ScriptedQA(compilation)
    qa.script = [qa.answer("问", "答。")]
    page = open_page(serve(lambda _: qa, questions_per_minute=2))
    for number in (1, 2):
        send(page, f"第 {number} 问")
        expect(page.locator(".is-pending")).to_have_count(0)
    box = page.get_by_label("问题", exact=True)
    box.fill("第 3 问")
    box.press("Enter")
    expect(page.locator("#cc-notice")).to_contain_text("一分钟最多问 2 个问题。")
    expect(box).to_have_value("第 3 问")


def test_nothing_moves_while_an_answer_streams(server: Server, open_page: Open) -> None:
    server.start(held=True)
    page = open_page(server.url)
    expect(page.locator("#cc-header")).to_contain_text("30 个案例")
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """() => {
            window.shift = 0;
            new PerformanceObserver((list) => {
                for (const one of list.getEntries()) if (!one.hadRecentInput) {
                    window.shift += one.value;
                    window.moved = [...(window.moved || []), ...one.sources.map((s) => s.node?.parentElement?.className + ">" + s.node?.className)];
                }
            }).observe({ type: "layout-shift", buffered: false });
        }"""
    )
    send(page, "新增耕地多少？")
    expect(page.locator(".cc-text")).to_have_text("第一句。")
    time.sleep(0.6)  # shifts within half a second of a key count as the person's own
    server.qa.gate.set()
    expect(page.locator(".cc-chip")).to_be_visible()
    assert page.evaluate("window.shift") < 0.1, page.evaluate("window.moved")  # "good", https://web.dev/articles/cls
