"""The evaluation report in a real Chromium: light and dark, both languages, filters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from eval.api import RunOptions, run_evaluation
from eval.report.page import write_report
from rag.settings import PROJECT_PATH, Settings
from rag.types import Answer, Compilation

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report_path(compilation: Compilation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run that answers every question with its gold answer, except the unanswerable ones."""
    questions_path = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"
    lines = [json.loads(line) for line in questions_path.read_text(encoding="utf-8").splitlines()]
    golds = {(line["question"], tuple(line["history"])): line["answer"] for line in lines}

    class Gold:
        def ask(self, question: str, history: tuple[str, ...] = ()) -> Answer:
            text = golds[question, tuple(history)]
            return Answer(question, question, text, "", (), (), not text, None, 0.5, "extractive")

    out_path = tmp_path_factory.mktemp("report")
    options = RunOptions(questions_path, out_path)
    run_evaluation(options, Settings(home=out_path), qa=Gold(), compilation=compilation)
    return write_report(out_path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_is_read_and_filtered(browser: Browser, report_path: Path, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1100, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    failures: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report_path.as_uri())
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(251, 251, 250)", "dark": "rgb(21, 24, 27)"}[scheme]
    expect(page.locator("h1")).to_have_text("CaseChat 评测报告", use_inner_text=True)
    expect(page.locator("#shown")).to_have_text("196 / 196")

    page.select_option("#state", "refused")
    expect(page.locator("#shown")).to_have_text("24 / 196")
    page.select_option("#type", "number")
    expect(page.locator("#shown")).to_have_text("0 / 196")
    page.select_option("#state", "")
    page.fill("#search", "军民融合企业有多少家")
    question = page.locator("details.q:visible")
    expect(question).to_have_count(1)
    question.locator("summary").first.click()
    expect(question.locator("mark").first).to_contain_text("新区军民融合企业达")

    page.click("#language")
    expect(page.locator("h1")).to_have_text("CaseChat Evaluation report", use_inner_text=True)
    expect(page.locator("#state option").first).to_have_text("all results")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100
    assert failures == []
    assert requests == [report_path.as_uri()]
    context.close()
