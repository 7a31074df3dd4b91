"""The value or span asked for, inside the sentence that holds it."""

from __future__ import annotations

import re

from rag.answering.asked import Asked, Kind
from rag.answering.values import Value, find_names, find_values, fitting_values
from rag.normalising import matching_text
from rag.stores.lexical import lexical_tokens

_NEAR_CHARS = 24
_CLAUSE = re.compile(r"[^，。；：！？,;:]+")


def short_answer(sentence: str, question: str, asked: Asked) -> str:
    """Return the value of a number or date question, the name of a name question, else the clause nearest the question.

    Verbatim from `sentence`; empty only where the sentence is.
    """
    matching = matching_text(sentence)
    if not matching.form:
        return ""
    wanted = set(lexical_tokens(question))
    values = fitting_values(find_values(matching.form), asked)
    if asked.kind in (Kind.NUMBER, Kind.DATE) and values:
        best = max(values, key=lambda value: (_nearness(matching.form, value, wanted), -value.start))
        start, end = matching.original_span(best.start, best.end)
        return sentence[start:end]
    if asked.kind is Kind.NAME:
        named = [
            span
            for span in find_names(matching.form)
            if matching.form[span[0] : span[1]].strip("“”《》") not in question
        ]
        if named:
            nearest = max(named, key=lambda span: _nearness(matching.form, Value(span[0], span[1], ""), wanted))
            start, end = matching.original_span(*nearest)
            return sentence[start:end]
    clauses = [match.span() for match in _CLAUSE.finditer(matching.form)] or [(0, len(matching.form))]
    best_clause = max(clauses, key=lambda span: len(wanted & set(lexical_tokens(matching.form[span[0] : span[1]]))))
    start, end = matching.original_span(*best_clause)
    return sentence[start:end]


def _nearness(form: str, value: Value, wanted: set[str]) -> float:
    """Return how many of the question's tokens stand just before or after a value, those before counting more."""
    before = set(lexical_tokens(form[max(0, value.start - _NEAR_CHARS) : value.start]))
    after = set(lexical_tokens(form[value.end : value.end + _NEAR_CHARS // 2]))
    return len(wanted & before) + 0.5 * len(wanted & after)
