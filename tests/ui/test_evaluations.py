"""Runs of the evaluation tab: each owner's own, and what their reports do not say."""

from __future__ import annotations

from pathlib import Path

from rag.settings import Settings
from tests.ui.conftest import ScriptedQA
from ui.evaluations import Evaluations
from ui.warmup import Warmup

RUN = "20260101-000000-x"


def finished(home: Path, scripted: ScriptedQA, html: str) -> Evaluations:
    """Return the evaluations of a data directory where "me" has one run with this report."""
    settings = Settings(home=home, base_url="http://10.1.2.3:8000/v1", llm_choices=("openai:m@http://a.example/v1",))
    evaluations = Evaluations(settings, Warmup(lambda _: scripted))  # type: ignore[arg-type,return-value]
    folder = evaluations.folder("me") / "runs" / RUN
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text("{}", encoding="utf-8")
    (folder / "report.html").write_text(html, encoding="utf-8")
    return evaluations


def test_a_report_is_its_owners_alone(tmp_path: Path, scripted: ScriptedQA) -> None:
    evaluations = finished(tmp_path, scripted, "<p>𠮷</p>")
    assert evaluations.page("me", RUN, "") == "<p>𠮷</p>"
    assert evaluations.page("you", RUN, "") is None
    assert evaluations.page("me", "../runs/" + RUN, "") is None
    assert evaluations.page("me", RUN, "none") is None


def test_a_report_names_no_address_of_a_model(tmp_path: Path, scripted: ScriptedQA) -> None:
    html = '{"base_url": "http://10.1.2.3:8000/v1", "llm_choices": ["openai:m@http://a.example/v1"]}'
    page = finished(tmp_path, scripted, html).page("me", RUN, "")
    assert page == '{"base_url": "…", "llm_choices": ["openai:m@…"]}'
