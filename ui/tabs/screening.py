"""Which cases: every case with yes or no and the sentence that decides."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from rag.types import CaseDecision, Compilation
from ui.exports import table_csv, table_xlsx
from ui.i18n import Texts
from ui.markup import button, empty, span_button
from ui.places import without_markers

if TYPE_CHECKING:
    from rag.pipeline import CaseQA

_COLUMNS = ("number", "title", "department", "pages", "included", "quote")
_WIDTHS = (8, 40, 20, 12, 8, 80)


def render_screening(qa: CaseQA, question: str, texts: Texts) -> str:
    """Return the table of all cases for a question. Raises QuestionError for one that cannot be asked."""
    decisions = qa.screen(question)
    (compilation,) = qa.compilations.values()
    n_yes = sum(decision.included for decision in decisions)
    if all(decision.citation is None for decision in decisions):
        return empty(texts("which.nothing"))
    links = "".join(
        f'<a class="cc-tool" href="/cases.{kind}?lang={texts.lang}&amp;question={quote(question, safe="")}" download>{kind.upper()}</a>'
        for kind in ("csv", "xlsx")
    )
    only_yes = button(texts("which.only_yes"), classes="cc-tool", only_yes="1")
    summary = escape(texts("which.count", n=n_yes, total=len(decisions)))
    head = "".join(
        f'<th scope="col">{escape(texts(f"which.{name}"))}</th>' for name in ("number", "title", "included", "quote")
    )
    rows = "".join(_row(compilation, decision, texts) for decision in decisions)
    return (
        f'<div class="cc-bar-line"><p class="cc-count" role="status">{summary}</p>{only_yes}{links}</div>'
        f'<table class="cc-table cc-which"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(compilation: Compilation, decision: CaseDecision, texts: Texts) -> str:
    case = compilation.case(decision.case_number)
    verdict = texts("which.yes") if decision.included else texts("which.no")
    kind = "cc-yes" if decision.included else "cc-no"
    shown = ""
    if decision.citation is not None:
        said = " ".join(without_markers(decision.citation.quote).split())
        shown = span_button(said, decision.citation)
        if not decision.included:
            shown = f"<small>{escape(texts('which.nearest'))}</small> {shown}"
    department = escape(without_markers(case.department_in_contents or case.department))
    title = button(without_markers(case.title), classes="cc-link", span=case.number)
    return (
        f'<tr class="{kind}"><td class="cc-number">{case.number}</td><td>{title}<small>{department}</small></td>'
        f'<td><span class="cc-verdict">{escape(verdict)}</span></td><td class="cc-quote">{shown}</td></tr>'
    )


def screening_table(qa: CaseQA, question: str, texts: Texts) -> tuple[Sequence[str], list[list[object]]]:
    """Return header and rows of the table to export: the deciding sentence of a yes, the nearest of a no."""
    (compilation,) = qa.compilations.values()
    rows: list[list[object]] = []
    for decision in qa.screen(question):
        case = compilation.case(decision.case_number)
        pages = "" if case.first_page is None else f"{case.first_page}–{case.last_page or ''}"
        verdict = texts("which.yes") if decision.included else texts("which.no")
        said = without_markers(decision.citation.quote) if decision.citation else ""
        rows.append([case.number, without_markers(case.title), case.department_in_contents, pages, verdict, said])
    return [texts(f"which.{name}") for name in _COLUMNS], rows


def screening_file(qa: CaseQA, question: str, kind: str, *, texts: Texts) -> bytes:
    """Return the table as `csv` or `xlsx`. Raises QuestionError for a question that cannot be asked."""
    header, rows = screening_table(qa, question, texts)
    return table_csv(header, rows) if kind == "csv" else table_xlsx(header, rows, widths=_WIDTHS)
