"""Each tab's main way and its refusals, on the real page with the real compilation and model."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, Route, expect

from rag.types import Compilation
from tests.browser.conftest import FIRST_ANSWER_TIMEOUT_MS
from tests.browser.test_chat import OUT_OF_SCOPE, QUESTION, SEVERAL_CASES, ask

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
Keep = Callable[[Page, str], Path]


CUT = """panel => [panel, ...panel.querySelectorAll(".cc-scroll, textarea, #cc-conversation")]
    .filter((one) => one.checkVisibility() && (one.scrollWidth > one.clientWidth
        || (one.matches("textarea") && one.scrollHeight > one.clientHeight + 2)))
    .map((one) => `${one.id} ${one.className}`)"""
"""What scrolls sideways, and boxes that hide part of what is typed."""


def show(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


@pytest.fixture
def page(server_url: str, open_page: Open) -> Page:
    """The page, once the model answers."""
    page = open_page(server_url)
    expect(page.locator("#cc-header")).to_contain_text("30 个案例", timeout=FIRST_ANSWER_TIMEOUT_MS)
    return page


def test_the_catalogue_is_searched_opened_and_asked(page: Page, compilation: Compilation, keep_image: Keep) -> None:
    show(page, "案例目录")
    rows = page.locator(".cc-cases tbody tr")
    expect(rows).to_have_count(30)
    keep_image(page, "catalogue.png")
    page.get_by_label("查找案例").fill("新增耕地面积")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("正文出现")
    rows.first.get_by_role("button", name=compilation.case(4).title).click()
    reader = page.get_by_role("complementary", name="原文")
    expect(reader).to_contain_text("案例页码 13–17（据目录）")
    reader.locator(".cc-outline summary").click()
    reader.locator(".cc-outline button").last.click()
    last_heading = [section for section in compilation.case(4).sections if section.heading][-1]
    expect(reader.locator(f"#cc-at-{last_heading.start}")).to_be_in_viewport()
    page.get_by_label("查找案例").fill("没有这种词𠮷")
    expect(page.locator("#cc-catalogue")).to_contain_text("没有这样的案例。请换个词再试。")
    reader.get_by_role("button", name="只问这个案例").click()
    expect(page.locator("p.cc-scope")).to_contain_text("只问案例 4")
    ask(page, "新增耕地面积约多少亩？")
    expect(page.locator(".cc-turn").last).to_contain_text("9600")
    page.get_by_role("button", name="改回问全部案例").click()
    expect(page.locator("p.cc-scope")).to_have_count(0)


def test_which_cases_are_decided_opened_and_exported(page: Page, keep_image: Keep) -> None:
    show(page, "哪些案例")
    page.get_by_label("哪些案例写到……").fill(SEVERAL_CASES)
    page.get_by_role("button", name="逐一判断").click()
    rows = page.locator(".cc-which tbody tr")
    expect(rows).to_have_count(30)
    n_yes = rows.filter(has_text=re.compile("新华社")).locator("xpath=self::tr[@class='cc-yes']").count()
    assert n_yes >= 3
    keep_image(page, "which.png")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="CSV").click()
    table = list(csv.reader(io.StringIO(Path(downloaded.value.path()).read_text(encoding="utf-8-sig"))))
    assert len(table) == 31
    assert [row[4] for row in table[1:]].count("是") == page.locator("tr.cc-yes").count()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="XLSX").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(downloaded.value.path()).read_bytes())).active
    assert [str(cell.value) for cell in sheet[4]] == table[3]
    page.get_by_role("button", name="只看符合的").click()
    expect(page.locator("tr.cc-no").first).to_be_hidden()
    page.locator("tr.cc-yes .cc-quote button").first.click()
    expect(page.locator(".cc-reader mark").first).to_be_in_viewport()


@pytest.mark.parametrize(
    ("tab", "label", "go"), [("哪些案例", "哪些案例写到……", "逐一判断"), ("检索过程", "看看这个问题检索到什么", "检索")]
)
def test_an_empty_and_a_long_question_are_refused_in_the_tabs(page: Page, tab: str, label: str, go: str) -> None:
    show(page, tab)
    for typed, said in (("  ", "还没有输入问题。"), ("问" * 2001, "问题有 2001 个字符，最多 2000 个。")):
        page.get_by_label(label).fill(typed)
        page.locator(".cc-panel:visible").get_by_role("button", name=go, exact=True).click()
        expect(page.locator(".cc-panel:visible [role=alert]")).to_contain_text(said)


def test_retrieval_is_laid_open_with_its_parameters(page: Page, keep_image: Keep) -> None:
    show(page, "设置")
    page.get_by_label("检索段落数").fill("4")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#cc-settings-notice")).to_contain_text("已保存")
    show(page, "检索过程")
    page.get_by_label("看看这个问题检索到什么").fill(QUESTION)
    page.get_by_role("button", name="检索", exact=True).click()
    lists = page.locator(".cc-list-of")
    expect(lists).to_have_count(3)
    for number in range(3):
        expect(lists.nth(number).locator("li")).to_have_count(4)
    expect(page.locator(".cc-parameters")).to_contain_text("multilingual-e5-small")
    keep_image(page, "inspector.png")
    lists.first.locator("li button").first.click()
    expect(page.locator(".cc-reader mark").first).to_be_in_viewport()


@pytest.mark.parametrize("typed", ["0", "51", "-1", "2.5"])
def test_a_number_of_passages_out_of_range_is_refused(page: Page, typed: str) -> None:
    show(page, "设置")
    box = page.get_by_label("检索段落数")
    box.evaluate("box => { box.form.noValidate = true; }")
    box.fill(typed)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#cc-settings-notice")).to_contain_text(f"检索段落数“{typed}”不合要求，应是 1 到 50 的整数。")


def test_a_question_set_is_uploaded_run_reported_and_compared(page: Page, tmp_path: Path, keep_image: Keep) -> None:
    show(page, "评测")
    row = {"id": "q1", "type": "number", "question": "西海岸新区军民融合企业有多少家？", "answer_keys": ["161"]}
    path = tmp_path / "我的题库.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator(".cc-uploaded")).to_have_text("已保存 own-我的题库.jsonl，1 题。")
    for number in (1, 2):
        page.get_by_role("button", name="开始评测").click()
        expect(page.locator(".cc-run")).to_have_text("own-我的题库.jsonl 评测完成。", timeout=60_000)
        expect(page.locator(".cc-runs tbody tr")).to_have_count(number)
        page.wait_for_timeout(1100)  # a run is named by its second
    expect(page.locator(".cc-runs tbody tr").first).to_contain_text("100.0%")
    keep_image(page, "evaluation.png")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="报告").first.click()
    expect(opened.value.locator("h1")).to_contain_text("评测报告")
    opened.value.close()
    compare = page.locator("[data-compare]").first
    with page.context.expect_page() as opened:
        compare.select_option(index=1)
    expect(opened.value.locator("body")).to_contain_text("McNemar")


def test_a_question_set_with_problems_is_refused_with_all_of_them(page: Page, tmp_path: Path) -> None:
    show(page, "评测")
    files = page.locator("input[type=file]")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "", "type": "x", "question": ""}\n', encoding="utf-8")
    files.set_input_files(bad)
    said = page.locator("#cc-evaluation-form [role=alert]")
    expect(said).to_contain_text("bad.jsonl 有 2 处问题")
    expect(said).not_to_contain_text("/")
    big = tmp_path / "big.jsonl"
    big.write_bytes(b" " * (2048 * 1024 + 1))
    files.set_input_files(big)
    expect(said).to_contain_text("发送的内容超过上限 2048 KB。")
    script = tmp_path / "x.html"
    script.write_text("<script>window.ran=1</script>", encoding="utf-8")
    files.set_input_files(script)
    expect(said).to_contain_text("x.html 不是题库文件。")


def test_conversations_are_listed_searched_renamed_exported_and_deleted(page: Page, keep_image: Keep) -> None:
    ask(page, SEVERAL_CASES)
    page.get_by_role("button", name="新对话").click()
    ask(page, OUT_OF_SCOPE)
    keep_image(page, "refusal.png")
    names = page.locator(".cc-conversation-name")
    expect(names).to_have_text([OUT_OF_SCOPE, SEVERAL_CASES])
    page.locator(".cc-more summary").last.click()
    page.get_by_role("button", name="重命名").last.click()
    page.locator(".cc-rename").fill("报道")
    page.locator(".cc-rename").press("Enter")
    expect(names.last).to_have_text("报道")
    page.get_by_label("搜索对话").fill("栈桥")
    expect(names).to_have_text([OUT_OF_SCOPE])
    page.get_by_label("搜索对话").fill("")
    expect(names).to_have_count(2)
    names.last.click()
    expect(page.locator(".cc-turn .cc-chip").first).to_be_visible()
    for kind, name in (("Markdown", "md"), ("Word", "docx"), ("JSON", "json")):
        page.locator(".cc-more summary").last.click()
        with page.expect_download() as downloaded:
            page.get_by_role("link", name=kind).last.click()
        assert downloaded.value.suggested_filename == f"报道.{name}"
        body = Path(downloaded.value.path()).read_bytes()
        if name == "docx":
            body = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml")
        assert "新华社" in body.decode()
        page.keyboard.press("Escape")
        page.locator("#cc-talk").click(position={"x": 5, "y": 5})
    page.locator(".cc-more summary").last.click()
    page.get_by_role("button", name="删除").last.click()
    page.get_by_role("button", name="确认删除").click()
    expect(names).to_have_text([OUT_OF_SCOPE])
    page.reload()
    expect(names).to_have_text([OUT_OF_SCOPE])


def test_a_new_conversation_begins_at_once_however_late_the_server_hears_of_it(page: Page) -> None:
    ask(page, SEVERAL_CASES)
    held: list[Route] = []

    released = False

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route("**/run/predict*", hold)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".cc-turn")).to_have_count(0)
    ask(page, OUT_OF_SCOPE)
    released = True
    assert held
    for route in held:
        with page.expect_response(route.request.url):
            route.continue_()
    expect(page.locator(".cc-conversation-name")).to_have_text([OUT_OF_SCOPE, SEVERAL_CASES])
    expect(page.locator(".cc-turn")).to_have_count(1)
    expect(page.locator(".cc-turn .cc-question")).to_contain_text(OUT_OF_SCOPE)


def test_citations_are_hovered_stepped_through_copied_and_rated(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, SEVERAL_CASES)
    turn = page.locator(".cc-turn").last
    turn.locator(".cc-chip").last.hover()
    card = page.locator(".cc-card.is-shown")
    expect(card).to_contain_text("据目录")
    expect(card.locator("q")).to_contain_text("新华社")
    turn.locator(".cc-source").first.click()
    expect(page.locator(".cc-steps")).to_contain_text("1 / ")
    first = page.locator(".cc-reader mark").all_inner_texts()
    page.get_by_role("button", name="下一处引用").click()
    expect(page.locator(".cc-steps")).to_contain_text("2 / ")
    assert page.locator(".cc-reader mark").all_inner_texts() != first
    expect(page.locator(".cc-reader mark").first).to_be_in_viewport()
    for name, part in (("复制", "参考文献"), ("Markdown", "> "), ("GB/T 7714", "[G]//青岛市人民政府办公厅.")):
        turn.get_by_role("button", name=name, exact=True).click()
        expect(turn.get_by_role("button", name="已复制")).to_be_visible()
        assert part in page.evaluate("navigator.clipboard.readText()")
        expect(turn.get_by_role("button", name="已复制")).to_have_count(0)
    turn.get_by_role("button", name="有问题").click()
    turn.get_by_label("问题在哪里").fill("答得不全")
    turn.get_by_role("button", name="提交").click()
    expect(page.locator("#cc-notice")).to_contain_text("已记下")
    show(page, "设置")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="导出题库").click()
    (line,) = Path(downloaded.value.path()).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["question"] == SEVERAL_CASES


def test_the_last_question_is_asked_again_and_edited(page: Page) -> None:
    ask(page, OUT_OF_SCOPE)
    expect(page.locator(".cc-suggested button")).to_have_count(2)
    first = page.locator(".cc-turn").get_attribute("id")
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(page.locator(".cc-refusal")).to_be_visible()
    page.get_by_role("button", name="修改问题").click()
    box = page.get_by_label("问题", exact=True)
    expect(box).to_have_value(OUT_OF_SCOPE)
    ask(page, QUESTION)
    expect(page.locator(".cc-turn")).to_have_count(1)
    expect(page.locator(".cc-turn")).to_contain_text("2014年6月3日")


def test_a_suggested_question_is_answered(page: Page) -> None:
    ask(page, OUT_OF_SCOPE)
    suggested = page.locator(".cc-suggested button").first
    question = suggested.inner_text()
    suggested.click()
    turn = page.locator(".cc-turn", has_text=question).last
    expect(turn.locator(".cc-chip").first).to_be_visible()


def test_english_comes_by_the_browser_or_the_switch_and_stays(
    server_url: str, open_page: Open, keep_image: Keep
) -> None:
    page = open_page(server_url, locale="en-US")
    expect(page.locator("h2").first).to_have_text("What would you like to know from the compilation?")
    assert page.evaluate("document.documentElement.lang") == "en"
    box = page.get_by_label("Question", exact=True)
    box.fill(OUT_OF_SCOPE)
    box.press("Enter")
    expect(page.locator(".cc-refusal h3")).to_be_visible(timeout=FIRST_ANSWER_TIMEOUT_MS)
    keep_image(page, "english.png")
    for name in ("Catalogue", "Which cases?", "Retrieval", "Evaluation", "Settings"):
        show(page, name)
    page.get_by_role("link", name="中文").first.click()
    expect(page.get_by_role("tab", name="问答")).to_be_visible()
    page.goto(server_url)
    expect(page.get_by_role("tab", name="问答")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_tabs_are_reached_by_keyboard_and_by_address(server_url: str, page: Page) -> None:
    page.get_by_role("tab", name="问答").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="案例目录")).to_be_focused()
    expect(page.locator(".cc-cases")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="设置")).to_have_attribute("aria-selected", "true")
    page.goto(f"{server_url}/#evaluation")
    page.reload()
    expect(page.get_by_role("button", name="开始评测")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1440])
def test_no_tab_scrolls_sideways(server_url: str, open_page: Open, width: int, color_scheme: str, locale: str) -> None:
    page = open_page(server_url, width=width, color_scheme=color_scheme, locale=locale)
    expect(page.locator("#cc-header")).to_contain_text("30", timeout=FIRST_ANSWER_TIMEOUT_MS)
    for name in ("chat", "catalogue", "which", "inspect", "evaluation", "settings"):
        page.locator(f"#cc-tab-{name}").click()
        if name in ("which", "inspect"):
            page.locator(f"#cc-{name}-go").click()
            expect(page.locator(f"#cc-{name}-found button").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        panel = page.locator(f"#cc-panel-{name}")
        assert panel.evaluate(CUT) == [], name
