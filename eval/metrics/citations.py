"""Citations of an answer: verbatim quotes, and which cases are cited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_MARK = re.compile(r"\[(\d+)\]")


def cited(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the citations whose mark `[n]` stands in the answer of a result object, in their order."""
    marks = {int(number) for number in _MARK.findall(record["answer"])}
    return [citation for citation in record["citations"] if citation["key"] in marks]


def cited_cases(record: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the cases cited in the answer of a result object."""
    return {citation["case"] for citation in cited(record) if citation["case"] is not None}


def is_verbatim(citation: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    """Return whether the quote is exactly the compilation's text between its offsets.

    texts: canonical text by compilation id.
    """
    text = texts.get(citation["compilation"])
    quote = citation["quote"]
    return bool(quote) and text is not None and text[citation["start"] : citation["end"]] == quote


def verbatim_rate(citations: Iterable[Mapping[str, Any]], texts: Mapping[str, str]) -> float | None:
    """Return the share (0 to 1) of citations that are verbatim; None without citations."""
    checked = [is_verbatim(citation, texts) for citation in citations]
    return sum(checked) / len(checked) if checked else None
