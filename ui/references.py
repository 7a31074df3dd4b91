"""References in the form of GB/T 7714—2015, and an answer as text or Markdown with its references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rag.types import Citation, Compilation
from ui.conversations import Turn
from ui.i18n import Texts
from ui.places import pages_of, place, without_markers

_YEAR = re.compile(r"\d{4}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def gb_reference(citation: Citation, compilation: Compilation) -> str:
    """Return the reference of a citation's case as a contribution to a compilation (析出文献), GB/T 7714—2015 section 4.4.

    The compilation names no place and no publisher; the standard writes that in brackets.
    """
    year = _YEAR.search(compilation.date)
    issuer = compilation.issuer or "佚名"
    where = f"[出版地不详]: [出版者不详], {year[0] if year else '[出版年不详]'}"
    if citation.case_number is None:
        return f"{issuer}. {compilation.title}[G]. {where}."
    author = without_markers(citation.department) or "佚名"
    pages = _pages(citation)
    host = f"{issuer}. {compilation.title}. {where}{f': {pages}' if pages else ''}."
    return f"{author}. {without_markers(citation.title)}[G]//{host}"


def gb_references(citations: Iterable[Citation], compilations: Mapping[str, Compilation]) -> list[str]:
    """Return the numbered references, each case once, in the order of the citations."""
    unique = dict.fromkeys(gb_reference(one, compilations[one.compilation_id]) for one in citations)
    return [f"[{number}] {reference}" for number, reference in enumerate(unique, 1)]


def _pages(citation: Citation) -> str:
    first, last = citation.first_page, citation.last_page
    if first is None:
        return ""
    return str(first) if last is None or last == first else f"{first}-{last}"


def answer_as_text(turn: Turn, texts: Texts) -> str:
    """Return an answer as plain text, its marks kept, with its references below."""
    lines = [without_markers(turn.text)]
    cited = sorted(turn.citations.values(), key=lambda citation: citation.key)
    if cited:
        lines += ["", texts("export.references")]
        lines += [f"[{one.key}] {reference_line(one, texts)}" for one in cited]
    return "\n".join(lines)


def answer_as_markdown(turn: Turn, texts: Texts) -> str:
    """Return question and answer as Markdown with the quotes below; nothing in them is markup."""
    lines = [f"**{escaped(turn.question)}**", ""]
    for line in without_markers(turn.text).split("\n"):
        lines += [escaped(line), ""]
    cited = sorted(turn.citations.values(), key=lambda citation: citation.key)
    for one in cited:
        quote = " ".join(without_markers(one.quote).split())
        lines += [f"\\[{one.key}\\] {escaped(reference_line(one, texts))}", "", f"> {escaped(quote)}", ""]
    return "\n".join(lines)


def reference_line(citation: Citation, texts: Texts) -> str:
    """Return a citation in one line: case, department, heading, title, pages."""
    pages = pages_of(citation, texts)
    title = without_markers(citation.title)
    parts = [place(citation, texts), texts("export.title", title=title) if title else "", pages]
    return texts("list.separator").join(part for part in parts if part)


def escaped(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    return _MARKDOWN.sub(r"\\\1", text)
