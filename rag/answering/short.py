"""The value or span asked for, inside the sentence that holds it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.answering.asked import Asked, Kind
from rag.answering.content import focus_tokens
from rag.answering.values import find_names, find_values, fitting_values
from rag.normalising import matching_form, matching_text
from rag.stores.lexical import lexical_tokens

_NEAR_CHARS = 24
_BESIDE_CHARS = 8
"""A name answers only where a word that the question asks beside stands in it or this near."""
_BESIDE_WEIGHT = 3.0
"""A value beside such a word, in its own piece of an enumeration, outweighs other words of the question further off."""
_CLAUSE = re.compile(r"[^，。；：！？,;:]+")
_PAUSE = re.compile(r"[，。；：！？、,;:]")
_ASKS_MEANING = re.compile(r"(是|指|即)(的是)?(什么|啥)(意思)?[？?]?$")
_MEANS = re.compile(r"^(即|也就是|是指|指的是|指)(?P<meaning>.+)")


def short_answer(
    sentence: str,
    question: str,
    asked: Asked,
    *,
    words: Sequence[str] = (),
    focuses: Sequence[set[str]] | None = None,
    read: str = "",
) -> str:
    """Return the value of a number or date question, the name of a name question, else the clause nearest the question.

    read: the span of `sentence` in which a reader finds the answer; empty without one. It is the answer unless a value
    is asked for and it holds none.

    Verbatim from `sentence`; empty only where the sentence is.
    words: what the words of an English question may be called.
    focuses: the tokens beside each place where the question asks; None takes `focus_tokens`.
    """
    matching = matching_text(sentence)
    if not matching.form:
        return ""
    if read and read in sentence and (asked.kind not in (Kind.NUMBER, Kind.DATE) or _holds_value(read, asked)):
        return read
    wanted = {token for text in (question, *words) for token in lexical_tokens(text)}
    focus = set().union(*(focus_tokens(question) if focuses is None else focuses))
    span = _value(matching.form, asked, wanted=wanted, focus=focus)
    span = span or _name(matching.form, question, asked, focus=focus) or _clause(matching.form, question, wanted)
    start, end = matching.original_span(*span)
    return sentence[start:end]


def _holds_value(text: str, asked: Asked) -> bool:
    return bool(fitting_values(find_values(matching_form(text)), asked))


def _value(form: str, asked: Asked, *, wanted: set[str], focus: set[str]) -> tuple[int, int] | None:
    if asked.kind not in (Kind.NUMBER, Kind.DATE):
        return None
    spans = [(value.start, value.end) for value in fitting_values(find_values(form), asked)]
    return max(spans, key=lambda span: (_nearness(form, span, wanted=wanted, focus=focus), -span[0]), default=None)


def _name(form: str, question: str, asked: Asked, *, focus: set[str]) -> tuple[int, int] | None:
    if asked.kind is not Kind.NAME:
        return None
    named = {
        span: _distance(form, span, focus)
        for span in find_names(form)
        if form[span[0] : span[1]].strip("“”《》") not in question
    }
    near = {span: distance for span, distance in named.items() if distance <= _BESIDE_CHARS}
    return min(near, key=lambda span: near[span], default=None)


def _clause(form: str, question: str, wanted: set[str]) -> tuple[int, int]:
    clauses = [match.span() for match in _CLAUSE.finditer(form)] or [(0, len(form))]
    if _ASKS_MEANING.search(question):
        for start, end in clauses:
            meaning = _MEANS.match(form[start:end])
            if meaning:
                return start + meaning.start("meaning"), end
    return max(clauses, key=lambda span: len(wanted & set(lexical_tokens(form[span[0] : span[1]]))))


def _nearness(form: str, span: tuple[int, int], *, wanted: set[str], focus: Collection[str]) -> float:
    """Return how near the question's words stand to a value: those asked beside, in its own piece, count most."""
    before = set(lexical_tokens(form[max(0, span[0] - _NEAR_CHARS) : span[0]]))
    after = set(lexical_tokens(form[span[1] : span[1] + _NEAR_CHARS // 2]))
    beside = sum(_BESIDE_WEIGHT / (1 + _distance(form, span, {token})) for token in focus)
    return len(wanted & before) + 0.5 * len(wanted & after) + beside


def _distance(form: str, span: tuple[int, int], focus: Collection[str]) -> float:
    """Return how many characters lie between a span and the nearest of some words, 0 for one inside or adjacent.

    Infinite where none stands in the same piece of its enumeration or clause.
    """
    start, end = span
    inside = form[start:end]
    head = _PAUSE.split(form[:start])[-1]
    tail = _PAUSE.split(form[end:])[0]
    distances = [float("inf")]
    for token in focus:
        if token in inside:
            distances.append(0)
        if token in head:
            distances.append(len(head) - head.rindex(token) - len(token))
        if token in tail:
            distances.append(tail.index(token))
    return min(distances)
