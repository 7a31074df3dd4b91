"""The passage panel: the quote, and nothing but the quote, is highlighted inside its whole case."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from rag.types import Citation, Compilation
from tests.ui.conftest import ZH, ScriptedQA
from ui.places import pages_of
from ui.reader import Steps, render_missing, render_passage, whole_case


def marked(html: str) -> str:
    return unescape("".join(re.findall(r"<mark>(.*?)</mark>", html, flags=re.DOTALL)))


def plain(html: str) -> str:
    body = html[html.index('<div class="cc-passage"') :]
    return unescape(re.sub(r"<[^>]+>", "", body))


def squeezed(text: str) -> str:
    return "".join(text.replace("**", "").split())


@pytest.mark.parametrize(
    "quote",
    [
        "新增耕地面积约 9600 亩",
        "“*”号",
        "引进社会资本，降低财政成本**。传统",
        "青",
    ],
)
def test_the_quote_is_highlighted_in_its_whole_case(scripted: ScriptedQA, compilation: Compilation, quote: str) -> None:
    citation = scripted.citation(1, quote)
    html = render_passage(citation, scripted.compilations, ZH)
    assert citation.case_number is not None
    case = compilation.case(citation.case_number)
    assert marked(html) == quote.replace("**", "")
    assert squeezed(plain(html)) == squeezed(compilation.text[case.start : case.end])


def test_a_quote_over_several_paragraphs_is_highlighted_in_each(scripted: ScriptedQA, compilation: Compilation) -> None:
    section = max((s for case in compilation.cases for s in case.sections), key=lambda s: s.end - s.start)
    citation = scripted.citation(1, compilation.text[section.start : section.end])
    html = render_passage(citation, scripted.compilations, ZH)
    assert html.count("<mark>") > 1
    assert squeezed(marked(html)) == squeezed(citation.quote)


def test_every_section_of_the_compilation_can_be_shown(scripted: ScriptedQA, compilation: Compilation) -> None:
    for case in compilation.cases:
        for section in case.sections:
            citation = Citation(
                key=1,
                compilation_id=compilation.compilation_id,
                case_number=case.number,
                title=case.title,
                department=case.department,
                section_path=section.path,
                first_page=case.first_page,
                last_page=case.last_page,
                quote=compilation.text[section.start : section.end],
                start=section.start,
                end=section.end,
            )
            html = render_passage(citation, scripted.compilations, ZH)
            assert squeezed(marked(html)) == squeezed(citation.quote)


def test_the_panel_names_case_department_path_and_pages(scripted: ScriptedQA, compilation: Compilation) -> None:
    citation = scripted.citation(1, "新增耕地面积约 9600 亩")
    html = render_passage(citation, scripted.compilations, ZH)
    assert "案例 4" in html
    assert compilation.case(4).title in unescape(html)
    assert "即墨区政府" in html
    assert " › ".join(citation.section_path) in unescape(html)
    assert "案例页码 13–17（据目录）" in html


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (132, 136, "案例页码 132–136（据目录）"),
        (5, 5, "案例页码 5（据目录）"),
        (141, None, "案例页码 141 起（据目录）"),
        (None, None, ""),
    ],
)
def test_pages_are_those_of_the_case(scripted: ScriptedQA, first: int | None, last: int | None, shown: str) -> None:
    citation = replace(scripted.citation(1, "新增耕地面积约 9600 亩"), first_page=first, last_page=last)
    assert pages_of(citation, ZH) == shown


def test_a_line_of_the_contents_is_shown_without_a_case(scripted: ScriptedQA, compilation: Compilation) -> None:
    section = compilation.catalogue[-1]
    citation = replace(
        scripted.citation(1, "新增耕地面积约 9600 亩"),
        case_number=None,
        section_path=(),
        first_page=None,
        last_page=None,
        start=section.start,
        end=section.end,
        quote=compilation.text[section.start : section.end],
        computed=True,
    )
    html = render_passage(citation, scripted.compilations, ZH)
    assert "封面与目录" in html
    assert "页码" not in html[: html.index("cc-passage")]
    assert "回答里的统计以下面标出的原文为依据。" in html
    assert squeezed(marked(html)) == squeezed(citation.quote)


def test_html_in_a_passage_is_text(scripted: ScriptedQA, compilation: Compilation) -> None:
    hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script>"
    citation = scripted.citation(1, "新增耕地面积约 9600 亩")
    text = compilation.text[: citation.start] + hostile + compilation.text[citation.start + len(hostile) :]
    changed = replace(compilation, text=text)
    html = render_passage(replace(citation, title=hostile), {compilation.compilation_id: changed}, ZH)
    assert "<img" not in html
    assert "<script" not in html
    assert hostile in plain(html)


def test_a_reference_that_is_gone_says_what_to_do() -> None:
    assert "这条出处已不在当前对话里。请重新提问后再查看。" in render_missing(ZH)


def test_the_outline_leads_to_every_heading(scripted: ScriptedQA, compilation: Compilation) -> None:
    html = render_passage(scripted.citation(1, "新增耕地面积约 9600 亩"), scripted.compilations, ZH)
    headings = [section for section in compilation.case(4).sections if section.heading]
    for section in headings:
        assert f'data-goto="{section.start}"' in html
        assert f'id="cc-at-{section.start}"' in html
    assert html.count("data-goto") == len(headings)


def test_a_case_opened_from_the_catalogue_highlights_nothing(scripted: ScriptedQA, compilation: Compilation) -> None:
    html = render_passage(whole_case(compilation, 4), scripted.compilations, ZH)
    assert "<mark>" not in html
    assert "案例 4" in html
    assert 'data-only="4"' in html


@pytest.mark.parametrize(("current", "previous", "following"), [("1", None, "2"), ("2", "1", "5"), ("5", "2", None)])
def test_the_way_to_the_neighbouring_citations(current: str, previous: str | None, following: str | None) -> None:
    steps = Steps("t", ["1", "2", "5"], current)
    assert (steps.neighbour(-1), steps.neighbour(1)) == (previous, following)


def test_a_single_citation_has_no_neighbours_to_go_to(scripted: ScriptedQA) -> None:
    citation = scripted.citation(1, "新增耕地面积约 9600 亩")
    assert "cc-steps" not in render_passage(citation, scripted.compilations, ZH, steps=Steps("t", ["1"], "1"))
    html = render_passage(citation, scripted.compilations, ZH, steps=Steps("t", ["1", "2"], "1"))
    assert "1 / 2" in html
    assert 'data-ref="2"' in html
