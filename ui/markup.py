"""Pieces of HTML that several parts of the page are made of. Everything that is not ours is escaped here."""

from __future__ import annotations

from html import escape

from rag.types import Citation
from ui.i18n import Texts
from ui.places import pages_of, place, without_markers

_CARD_CHARS = 280


def button(label: str, *, classes: str, title: str = "", **data: object) -> str:
    """Return a button; `data` become its data-attributes."""
    attributes = "".join(f' data-{name.replace("_", "-")}="{escape(str(value))}"' for name, value in data.items())
    named = f' title="{escape(title)}" aria-label="{escape(title)}"' if title else ""
    return f'<button type="button" class="{classes}"{attributes}{named}>{escape(label)}</button>'


def card(citation: Citation, texts: Texts, *, card_id: str) -> str:
    """Return what hovering over a chip shows: the quote, then case, department, headings and case pages."""
    quote = " ".join(without_markers(citation.quote).split())
    shown = quote if len(quote) <= _CARD_CHARS else quote[:_CARD_CHARS] + "…"
    path = " › ".join(without_markers(heading) for heading in citation.section_path)
    rows = [
        without_markers(citation.title),
        texts("list.separator").join(filter(None, [_case(citation, texts), without_markers(citation.department)])),
        path,
        pages_of(citation, texts),
    ]
    facts = "".join(f"<span>{escape(row)}</span>" for row in rows if row)
    return f'<div class="cc-card" id="{card_id}" role="tooltip" hidden><q>{escape(shown)}</q>{facts}</div>'


def _case(citation: Citation, texts: Texts) -> str:
    if citation.case_number is None:
        return texts("place.catalogue")
    return texts("place.case", number=citation.case_number)


def source_button(citation: Citation, texts: Texts, *, turn_id: str, reference: str) -> str:
    """Return a line of the list of sources; it opens the passage."""
    number = "" if reference.startswith("n") else f'<b aria-hidden="true">{citation.key}</b>'
    return (
        f'<button type="button" class="cc-source" data-turn="{turn_id}" data-ref="{reference}">{number}'
        f"<span>{escape(place(citation, texts))}</span></button>"
    )


def span_button(label: str, citation: Citation, *, classes: str = "cc-link") -> str:
    """Return a button that opens a span of the compilation in the reader."""
    case = "" if citation.case_number is None else citation.case_number
    return button(label, classes=classes, span=f"{case}:{citation.start}:{citation.end}")


def empty(sentence: str) -> str:
    """Return what stands where there is nothing yet."""
    return f'<p class="cc-empty">{escape(sentence)}</p>'


def failed(sentence: str) -> str:
    """Return a sentence on what went wrong."""
    return f'<p class="cc-failed" role="alert">{escape(sentence)}</p>'
