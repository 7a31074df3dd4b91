"""The check every sentence passes before anybody sees it: it is cited, and what it says stands in what it cites."""

from __future__ import annotations

import re

from rag.answering.draft import DraftSentence, Support
from rag.answering.values import find_values
from rag.normalising import matching_form
from rag.types import Compilation

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_DOCUMENT = re.compile(r"《[^》]{2,80}》")
_ORDINAL = re.compile(r"(?:第[一二三四五六七八九十百]+|[一二三四五六七八九十]+是|[（(][一二三四五六七八九十]+[）)])")
_BOLD = "**"
"""A marker that is never shown; it may stand inside a figure's words."""


def is_grounded(sentence: DraftSentence, compilation: Compilation) -> bool:
    """Return whether every figure with its unit, date, ordinal and 《name》 of a sentence stands in a span it rests on.

    A figure is compared whole with the figures of each span, never with two spans run together. A computed sentence
    needs spans, but its figures may be counts of them.
    """
    if not sentence.supports:
        return False
    if sentence.computed:
        return True
    quotes = [_form(compilation, support) for support in sentence.supports]
    said = matching_form(sentence.text)
    stated = set().union(*map(_statements, quotes))
    return _statements(said) <= stated


def _form(compilation: Compilation, support: Support) -> str:
    return matching_form(compilation.text[support.start : support.end].replace(_BOLD, ""))


def _statements(form: str) -> set[str]:
    """Return what must not change from a quote to a sentence: figures alone and with their units, dates, names."""
    values = {form[value.start : value.end] for value in find_values(form)}
    return values | set(_FIGURE.findall(form)) | set(_DOCUMENT.findall(form)) | set(_ORDINAL.findall(form))
