"""HTML of one passage: case, department, heading path, case pages, and the quote highlighted inside its section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from rag.types import Citation, Compilation, Section
from ui.rendering import without_markers

_MARKER = re.compile(r"\*\*")
_KINDS = {"residue": "以下是原文截图里的文字，排版已不完整。"}
GONE = "这条出处已不在当前对话里。请重新提问后再查看。"


def render_passage(citation: Citation, compilations: Mapping[str, Compilation]) -> str:
    """Return the panel for a citation: its whole section, the quote in `<mark>`."""
    compilation = compilations[citation.compilation_id]
    sections = overlapping_sections(citation, compilation)
    start = min([citation.start, *(section.start for section in sections)])
    end = max([citation.end, *(section.end for section in sections)])
    notes = {_KINDS[section.kind] for section in sections if section.kind in _KINDS}
    if citation.computed:
        notes.add("回答里的统计以下面标出的原文为依据。")
    headings = {section.heading for section in sections if section.heading}
    body = "".join(_paragraphs(compilation.text, start, end, citation=citation, headings=headings))
    kicker = "封面与目录" if citation.case_number is None else f"案例 {citation.case_number}"
    return _panel(
        kicker,
        _title(citation, compilation)
        + _facts(citation, compilation)
        + "".join(f'<p class="cc-note">{escape(note)}</p>' for note in sorted(notes))
        + f'<div class="cc-passage" lang="zh-CN">{body}</div>',
    )


def render_missing() -> str:
    """Return the panel for a reference that the session no longer has."""
    return _panel("原文", f'<h2 tabindex="-1">找不到这条出处</h2><p class="cc-note">{escape(GONE)}</p>')


def _panel(kicker: str, inner: str) -> str:
    close = '<button type="button" class="cc-close" data-close aria-label="关闭原文">关闭</button>'
    bar = f'<div class="cc-bar"><span class="cc-kicker">{escape(kicker)}</span>{close}</div>'
    return f'<aside class="cc-reader" aria-label="原文">{bar}{inner}</aside>'


def _title(citation: Citation, compilation: Compilation) -> str:
    title = compilation.title if citation.case_number is None else citation.title
    return f'<h2 tabindex="-1">{escape(without_markers(title))}</h2>'


def _facts(citation: Citation, compilation: Compilation) -> str:
    path = [without_markers(heading) for heading in citation.section_path]
    rows = [
        ("单位", without_markers(citation.department) or (compilation.issuer if citation.case_number is None else "")),
        ("位置", " › ".join(path)),
        ("页码", case_pages(citation)),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in rows if value)
    return f'<dl class="cc-facts">{shown}</dl>'


def case_pages(citation: Citation) -> str:
    """Return the pages of the *case*, by the contents: the page of a passage is not known. Empty without a page."""
    first, last = citation.first_page, citation.last_page
    if first is None:
        return ""
    if last is None:
        return f"案例页码 {first} 起（据目录）"
    return f"案例页码 {first}（据目录）" if last == first else f"案例页码 {first}–{last}（据目录）"


def overlapping_sections(citation: Citation, compilation: Compilation) -> tuple[Section, ...]:
    """Return the sections the quote stands in, in order; empty when it lies outside every section."""
    if citation.case_number is None:
        sections = compilation.catalogue
    else:
        sections = compilation.case(citation.case_number).sections
    return tuple(section for section in sections if section.start < citation.end and citation.start < section.end)


def _paragraphs(text: str, start: int, end: int, *, citation: Citation, headings: set[str]) -> Iterator[str]:
    """Yield the lines of text[start:end] as paragraphs; the quote may cover parts of several."""
    at = start
    for line in text[start:end].split("\n"):
        if line.strip():
            kind = ' class="cc-heading"' if without_markers(line).strip() in headings else ""
            yield f"<p{kind}>{_highlighted(text, at, at + len(line), citation)}</p>"
        at += len(line) + 1


def _highlighted(text: str, start: int, end: int, citation: Citation) -> str:
    """Return text[start:end] escaped, its part inside the quote in `<mark>`, `**` left out."""
    first, last = max(start, citation.start), min(end, citation.end)
    hidden = {at for found in _MARKER.finditer(text, start, end) for at in range(*found.span())}

    def shown(begin: int, stop: int) -> str:
        return escape("".join(text[at] for at in range(begin, stop) if at not in hidden))

    if first >= last:
        return shown(start, end)
    return f"{shown(start, first)}<mark>{shown(first, last)}</mark>{shown(last, end)}"
