"""The catalogue: all cases as a table, searched by number, title, department and text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

import rag.normalising
from rag.types import Case, Compilation
from ui.i18n import Texts
from ui.markup import button, empty
from ui.places import pages_of, without_markers
from ui.reader import whole_case

MAX_SEARCH_CHARS = 100


def render_catalogue(compilations: Mapping[str, Compilation], search: str, texts: Texts) -> str:
    """Return the table of the cases that hold every word of `search`; of all where it is empty."""
    if not compilations:
        return empty(texts("tab.warming"))
    words = [
        rag.normalising.matching_form(word) for word in re.split(r"\s+", search[:MAX_SEARCH_CHARS]) if word.strip()
    ]
    rows = [row for compilation in compilations.values() for row in _rows(compilation, words, texts)]
    count = escape(texts("catalogue.count", n=len(rows)))
    if not rows:
        return f'<p class="cc-count" role="status">{count}</p>{empty(texts("catalogue.none"))}'
    names = ("number", "title", "department", "pages", "actions")
    head = "".join(f'<th scope="col">{escape(texts(f"catalogue.{name}"))}</th>' for name in names)
    table = f'<table class="cc-table cc-cases"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return f'<p class="cc-count" role="status">{count}</p>{table}'


def _rows(compilation: Compilation, words: list[str], texts: Texts) -> Iterator[str]:
    for case in compilation.cases:
        names = rag.normalising.matching_form(
            f"{case.number} {case.title} {case.title_in_contents} {case.department} {case.department_in_contents}"
        )
        text = rag.normalising.matching_form(compilation.text[case.start : case.end]) if words else ""
        if all(word in names or word in text for word in words):
            n_found = sum(text.count(word) for word in words)
            yield _row(compilation, case, n_found, texts)


def _row(compilation: Compilation, case: Case, n_found: int, texts: Texts) -> str:
    title = without_markers(case.title)
    found = f"<small>{escape(texts('catalogue.found', n=n_found))}</small>" if n_found else ""
    pages = pages_of(whole_case(compilation, case.number), texts)
    only = button(texts("catalogue.ask"), classes="cc-tool", only=case.number)
    return (
        f'<tr><td class="cc-number">{case.number}</td>'
        f"<td>{button(title, classes='cc-link', span=case.number)}{found}</td>"
        f"<td>{escape(without_markers(case.department_in_contents or case.department))}</td>"
        f'<td class="cc-pages">{escape(pages)}</td><td>{only}</td></tr>'
    )
