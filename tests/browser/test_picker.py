"""Who writes: the real page, the real pipeline, and a model service that does what its script says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.pipeline import CaseQA
from tests.browser.conftest import FIRST_ANSWER_TIMEOUT_MS
from tests.browser.test_chat import ask
from tests.browser.test_restart import send
from tests.browser.test_tabs import show
from tests.rag.llms.scripted_server import ScriptedServer, fails, hangs, says, serving
from tests.ui.conftest import ZH

pytestmark = pytest.mark.browser

QUESTION = "西海岸新区军民融合企业有多少家？"
KEY = "sk-very-secret-1234567890"
QUOTED = "extractive"
Serve = Callable[..., str]
Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def written(qa: CaseQA) -> str:
    """Return a sentence that passes the check, as a model would say it."""
    quote = qa.ask(QUESTION).citations[0].quote.replace("**", "")
    return " ".join(quote.split()).rstrip("。；") + "。"


def offering(server: ScriptedServer, *more: str, **changes: Any) -> dict[str, Any]:
    """Return settings that offer the scripted model as openai:m."""
    choices = (f"openai:m@{server.base_url}", *more)
    return {"llm_choices": choices, "llm_retries": 0, "llm_silence_s": 5, "questions_per_minute": 300, **changes}


def picker(page: Page) -> Any:
    return page.locator("#cc-picker select")


def choose(page: Page, name: str) -> None:
    """Choose in the chat, and wait until the server has taken it."""
    picker(page).select_option(name)
    expect(page.locator("#cc-model-result")).to_contain_text(name)


def wait_for_requests(page: Page, server: ScriptedServer, n: int) -> None:
    """Wait until the model was asked so often: its library loads at the first question."""
    for _ in range(600):
        if len(server.requests) >= n:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"the model was asked {len(server.requests)} times, not {n}")


def test_a_model_is_chosen_tested_asked_and_its_fault_is_told(
    serve: Serve, open_page: Open, qa: CaseQA, keep_image: Callable[[Page, str], Path]
) -> None:
    with serving(says("好"), says(f"{written(qa)}[1]"), fails(500)) as server:
        page = open_page(serve(lambda _: qa, **offering(server, "deepseek:deepseek-chat")))
        expect(page.locator("#cc-header")).to_contain_text("30 个案例", timeout=FIRST_ANSWER_TIMEOUT_MS)
        expect(page.get_by_label("由谁写回答").first).to_have_value(QUOTED)
        show(page, "设置")
        page.locator("#cc-answerer select").select_option("openai:m")
        expect(page.locator("#cc-model-result")).to_have_text("下一个问题由“openai:m”回答。")
        page.get_by_role("button", name="测试连接").click()
        expect(page.locator("#cc-model-result")).to_contain_text("连接正常：openai:m，用时 ")
        keep_image(page, "settings.png")
        show(page, "问答")
        expect(picker(page)).to_have_value("openai:m")
        ask(page, QUESTION)
        turn = page.locator(".cc-turn").last
        expect(turn.locator(".cc-text")).to_contain_text("161")
        expect(turn.locator(".cc-writer")).to_have_text(ZH("writer.model", model="openai:m"))
        expect(turn.locator(".cc-caution")).to_have_count(0)
        turn.locator(".cc-chip").first.click()
        expect(page.locator(".cc-reader mark").first).to_contain_text("161")
        page.keyboard.press("Escape")
        ask(page, QUESTION)
        turn = page.locator(".cc-turn").last
        expect(turn.locator(".cc-caution")).to_contain_text("模型 openai:m 的服务出错（500）。")
        expect(turn.locator(".cc-caution")).to_contain_text("以下改用原文摘录回答。")
        expect(turn.locator(".cc-text")).to_contain_text("161")
        expect(turn.locator(".cc-writer")).to_have_text(ZH("writer.extractive"))
        page.reload()
        expect(picker(page)).to_have_value("openai:m")
        expect(page.locator(".cc-caution")).to_contain_text("（500）")
        expect(page.locator(".cc-writer").first).to_have_text(ZH("writer.model", model="openai:m"))
        for hidden in (KEY, server.address):
            assert hidden not in page.content()


def test_stop_leaves_the_model_before_its_first_sentence_and_in_the_middle(
    serve: Serve, open_page: Open, qa: CaseQA
) -> None:
    sentence = written(qa)
    with serving(hangs(s=60), hangs(f"{sentence}[1]\n此外，", s=60), says(f"{sentence}[1]")) as server:
        page = open_page(serve(lambda _: qa, **offering(server, llm_silence_s=60)))
        choose(page, "openai:m")
        stop = page.get_by_role("button", name="停止")
        send(page, QUESTION)
        wait_for_requests(page, server, 1)
        stop.click()
        expect(page.locator(".cc-stopped")).to_have_text("已停止。")
        assert server.hung_up.wait(10)
        server.hung_up.clear()
        page.get_by_role("button", name="重新回答").click()
        expect(page.locator(".cc-text")).to_contain_text("161")
        stop.click()
        expect(page.locator(".cc-stopped")).to_have_text("已停止。")
        expect(page.locator(".cc-text")).to_contain_text("161")
        assert server.hung_up.wait(10)
        page.get_by_role("button", name="重新回答").click()
        expect(page.locator(".cc-writer")).to_have_text(ZH("writer.model", model="openai:m"))
        expect(page.locator(".cc-turn")).to_have_count(1)


def test_a_slow_model_keeps_nobody_else_waiting(serve: Serve, open_page: Open, qa: CaseQA) -> None:
    with serving(hangs(s=60)) as server:
        url = serve(lambda _: qa, **offering(server, answers_at_once=1, llm_silence_s=60))
        slow, quick = open_page(url), open_page(url)
        choose(slow, "openai:m")
        send(slow, QUESTION)
        wait_for_requests(slow, server, 1)
        expect(picker(quick)).to_have_value(QUOTED)
        ask(quick, QUESTION)
        expect(quick.locator(".cc-text")).to_contain_text("161")
        expect(quick.locator(".cc-writer")).to_have_text(ZH("writer.extractive"))
        expect(slow.locator(".cc-turn.is-pending")).to_have_count(1)
        slow.get_by_role("button", name="停止").click()
        expect(slow.locator(".cc-stopped")).to_be_visible()


def test_a_choice_no_longer_offered_is_told_and_a_forged_one_is_refused(
    serve: Serve, open_page: Open, qa: CaseQA
) -> None:
    with serving(says("好")) as server:
        first = serve(lambda _: qa, **offering(server, "openai:gone"))
        page = open_page(first)
        choose(page, "openai:gone")
        # Cookies know no ports: the same person at the same data directory, offered less.
        page.goto(serve(lambda _: qa, **offering(server)))
        expect(page.locator("#cc-picker .cc-gone")).to_have_text(
            "上次选的“openai:gone”已不再提供，现在由“原文摘录（不用模型）”回答。"
        )
        expect(picker(page)).to_have_value(QUOTED)
        picker(page).evaluate("select => select.add(new Option('x', 'openai:m@http://127.0.0.1:9/v1'))")
        picker(page).select_option("openai:m@http://127.0.0.1:9/v1")
        show(page, "设置")
        expect(page.locator("#cc-model-result [role=alert]")).to_have_text(ZH("model.not_offered"))
        page.reload()
        expect(page.locator("#cc-picker select")).to_have_value(QUOTED)


def test_without_a_choice_there_is_no_picker_in_the_chat(serve: Serve, open_page: Open, qa: CaseQA) -> None:
    page = open_page(serve(lambda _: qa))
    show(page, "设置")
    expect(page.locator("#cc-answerer")).to_contain_text("原文摘录（不用模型）")
    expect(page.locator("[data-models]")).to_have_count(0)
    expect(page.get_by_role("button", name="测试连接")).to_have_count(0)
