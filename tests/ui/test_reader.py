"""The passage panel: the quote, and nothing but the quote, is highlighted inside its whole section."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from rag.types import Citation, Compilation
from tests.ui.conftest import ScriptedQA
from ui.reader import case_pages, overlapping_sections, render_missing, render_passage


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
def test_the_quote_is_highlighted_in_its_section(scripted: ScriptedQA, compilation: Compilation, quote: str) -> None:
    citation = scripted.citation(1, quote)
    html = render_passage(citation, scripted.compilations)
    sections = overlapping_sections(citation, compilation)
    assert marked(html) == quote.replace("**", "")
    assert squeezed(plain(html)) == squeezed("".join(compilation.text[part.start : part.end] for part in sections))


def test_a_quote_over_several_paragraphs_is_highlighted_in_each(scripted: ScriptedQA, compilation: Compilation) -> None:
    section = max((s for case in compilation.cases for s in case.sections), key=lambda s: s.end - s.start)
    citation = scripted.citation(1, compilation.text[section.start : section.end])
    html = render_passage(citation, scripted.compilations)
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
            html = render_passage(citation, scripted.compilations)
            assert squeezed(marked(html)) == squeezed(citation.quote)


def test_the_panel_names_case_department_path_and_pages(scripted: ScriptedQA, compilation: Compilation) -> None:
    citation = scripted.citation(1, "新增耕地面积约 9600 亩")
    html = render_passage(citation, scripted.compilations)
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
    assert case_pages(citation) == shown


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
    html = render_passage(citation, scripted.compilations)
    assert "封面与目录" in html
    assert "页码" not in html[: html.index("cc-passage")]
    assert "回答里的统计以下面标出的原文为依据。" in html
    assert squeezed(marked(html)) == squeezed(citation.quote)


def test_html_in_a_passage_is_text(scripted: ScriptedQA, compilation: Compilation) -> None:
    hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script>"
    citation = scripted.citation(1, "新增耕地面积约 9600 亩")
    text = compilation.text[: citation.start] + hostile + compilation.text[citation.start + len(hostile) :]
    changed = replace(compilation, text=text)
    html = render_passage(replace(citation, title=hostile), {compilation.compilation_id: changed})
    assert "<img" not in html
    assert "<script" not in html
    assert hostile in plain(html)


def test_a_reference_that_is_gone_says_what_to_do() -> None:
    assert "这条出处已不在当前对话里。请重新提问后再查看。" in render_missing()
