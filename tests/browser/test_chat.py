"""The real page with the real compilation and model: ask, open the citation, follow up, be refused."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.settings import PROJECT_PATH, Settings
from rag.types import Compilation
from tests.browser.conftest import FIRST_ANSWER_TIMEOUT_MS
from tests.ui.conftest import ZH
from ui.suggestions import example_questions

pytestmark = pytest.mark.browser

QUESTION = "青岛西海岸新区是哪一天获国务院批复设立的？"
QUOTE = "2014年6月3日，西海岸新区获国务院批复设立"
BEFORE_FOLLOW_UP = "青岛交警微信公众号的一键“自助移车”功能使处置耗时缩短了多少？"
FOLLOW_UP = "它一共受理了多少次请求，日均多少起？"
SEVERAL_CASES = "哪些案例写到新华社作过报道？"
OUT_OF_SCOPE = "今天青岛天气怎么样，适合去栈桥吗？"
TEXT_WITHOUT_CHIPS = """text => {
    const copy = text.cloneNode(true);
    copy.querySelectorAll(".cc-chip").forEach((chip) => chip.remove());
    return copy.textContent;
}"""
HOSTILE = (
    '<img src=x onerror="window.ran=1"><script>window.ran=2</script> ![图](https://evil.example/x.png) '
    "[链接](javascript:window.ran=3) ${window.ran=4} {{value}}"
)


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("问题", exact=True)
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".cc-turn").last
    expect(turn.locator(".cc-question")).to_contain_text(question)
    expect(turn).not_to_have_class(re.compile("is-pending"), timeout=FIRST_ANSWER_TIMEOUT_MS)


def test_a_question_is_answered_and_its_citation_opens_the_highlighted_quote(
    server_url: str,
    open_page: Callable[..., Page],
    compilation: Compilation,
) -> None:
    page = open_page(server_url)
    expect(page).to_have_title("案例问答 CaseChat")
    ask(page, QUESTION)
    turn = page.locator(".cc-turn").last
    expect(turn.locator(".cc-text")).to_contain_text("2014年6月3日")
    turn.locator(".cc-chip").first.click()
    reader = page.get_by_role("complementary", name="原文")
    expect(reader.locator("mark").first).to_be_in_viewport()
    assert QUOTE in "".join(reader.locator("mark").all_inner_texts())
    expect(reader).to_contain_text("案例 1")
    expect(reader).to_contain_text(compilation.case(1).title)
    expect(reader).to_contain_text("西海岸新区管委")
    expect(reader).to_contain_text("案例页码 1–4（据目录）")
    reader.get_by_role("button", name="关闭原文").click()
    expect(reader).to_have_count(0)


def test_an_answer_from_several_cases_opens_each_of_them(
    server_url: str, open_page: Callable[..., Page], keep_image: Callable[[Page, str], Path]
) -> None:
    page = open_page(server_url)
    ask(page, QUESTION)
    ask(page, SEVERAL_CASES)
    turn = page.locator(".cc-turn").last
    opened = set()
    for source in turn.locator(".cc-sources > ul .cc-source").all():
        place = source.inner_text()
        source.click()
        number = re.search(r"案例 \d+", place)
        opened.add(number[0] if number else "封面与目录")
        expect(page.locator(".cc-reader .cc-kicker")).to_have_text(number[0] if number else "封面与目录")
        expect(page.locator(".cc-reader mark").first).to_be_in_viewport()
    assert len(opened) >= 3
    assert keep_image(page, "chat.png").stat().st_size > 20_000


def test_a_follow_up_is_understood_and_a_new_conversation_forgets(
    server_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(server_url)
    ask(page, BEFORE_FOLLOW_UP)
    ask(page, FOLLOW_UP)
    expect(page.locator(".cc-turn").last.locator(".cc-text")).to_contain_text("日均受理量570余次")
    expect(page.locator(".cc-turn").last).to_contain_text("理解为：")
    expect(page.locator(".cc-turn")).to_have_count(2)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".cc-welcome")).to_be_visible()
    expect(page.locator(".cc-turn")).to_have_count(0)


def test_what_the_compilation_does_not_answer_is_refused_with_sections_that_open(
    server_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(server_url)
    ask(page, OUT_OF_SCOPE)
    refusal = page.locator(".cc-refusal")
    expect(refusal).to_be_visible()
    expect(refusal.locator(".cc-chip")).to_have_count(0)
    refusal.locator(".cc-source").first.click()
    expect(page.get_by_role("complementary", name="原文").locator("mark").first).to_be_visible()


def test_html_and_markdown_in_a_question_are_shown_as_text_and_run_nothing(
    server_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(server_url)
    ask(page, HOSTILE)
    expect(page.locator(".cc-question")).to_have_text(f"问：{HOSTILE}")
    assert page.locator("#cc-conversation").locator("img, script, a").count() == 0
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("question", example_questions(Settings(), ZH))
def test_every_example_question_is_answered_right(
    server_url: str, open_page: Callable[..., Page], question: str
) -> None:
    page = open_page(server_url)
    page.get_by_role("button", name=question, exact=True).click()
    turn = page.locator(".cc-turn").last
    expect(turn).not_to_have_class(re.compile("is-pending"), timeout=FIRST_ANSWER_TIMEOUT_MS)
    expect(turn.locator(".cc-chip").first).to_be_visible()
    said = squeezed(turn.locator(".cc-text").evaluate(TEXT_WITHOUT_CHIPS))
    for key in answer_keys(question):
        assert any(squeezed(alternative) in said for alternative in key.split("|")), key


def answer_keys(question: str) -> list[str]:
    """Return what the question set says must occur in a right answer."""
    lines = (PROJECT_PATH / "eval/questions/qingdao-2018.jsonl").read_text(encoding="utf-8").splitlines()
    (row,) = (row for row in map(json.loads, lines) if row["question"] == question)
    keys: list[str] = row["answer_keys"]
    assert keys
    return keys


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_two_browser_sessions_do_not_see_each_other(server_url: str, open_page: Callable[..., Page]) -> None:
    mine, yours = open_page(server_url), open_page(server_url)
    ask(mine, QUESTION)
    expect(yours.locator(".cc-welcome")).to_be_visible()
    ask(yours, OUT_OF_SCOPE)
    expect(mine.locator(".cc-turn")).to_have_count(1)
    expect(yours.locator(".cc-turn")).to_have_count(1)
