"""The check every sentence passes before anybody sees it: it is cited, and what it says stands in what it cites."""

from __future__ import annotations

import re

from rag.answering.draft import DraftSentence
from rag.normalising import matching_form
from rag.types import Compilation

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_DOCUMENT = re.compile(r"《[^》]{2,80}》")


def is_grounded(sentence: DraftSentence, compilation: Compilation) -> bool:
    """Return whether every figure and 《name》 of a sentence occurs in the spans it rests on.

    A computed sentence needs spans, but its figures may be counts of them.
    """
    if not sentence.supports:
        return False
    if sentence.computed:
        return True
    quoted = matching_form("\n".join(compilation.text[support.start : support.end] for support in sentence.supports))
    said = matching_form(sentence.text)
    figures = set(_FIGURE.findall(quoted))
    return all(figure in figures for figure in _FIGURE.findall(said)) and all(
        name in quoted for name in _DOCUMENT.findall(said)
    )
