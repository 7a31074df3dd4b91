"""Quoted text as HTML with the gold evidence marked."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from eval.evidence import Evidence

_BOLD_MARK = "**"


def highlight(text: str, start: int, *, evidence: Iterable[Evidence]) -> Markup:
    """Return the text, which begins at offset `start` of the compilation, with the evidence in it as <mark>.

    The compilation's bold markers `**` are hidden, as everywhere text is shown.
    """
    marked = [False] * len(text)
    for quote in evidence:
        for place in quote.places:
            for offset in range(max(place.start, start), min(place.end, start + len(text))):
                marked[offset - start] = True
    parts = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and marked[end] == marked[at]:
            end += 1
        shown = escape(text[at:end].replace(_BOLD_MARK, ""))
        parts.append(Markup("<mark>{}</mark>").format(shown) if marked[at] else shown)
        at = end
    return Markup("").join(parts)
