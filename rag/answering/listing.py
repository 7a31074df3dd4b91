"""Whether a question is answered by a whole list of the text, and by which."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.answering.asked import Asked, Kind
from rag.answering.content import Weights, coverage, held, question_weights
from rag.answering.draft import Support
from rag.answering.lists import ListInText, n_enumerated
from rag.answering.numbered import read_numeral
from rag.answering.ranking import RankedSentence
from rag.normalising import matching_form
from rag.retrieval.retriever import Retrieved
from rag.stores.glossary import Term
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

RIGHT_NUMBER = 0.35
"""Added where a list, or a sentence's enumeration, has as many items as the question says."""
WRONG_NUMBER = -0.35
ENUMERATING = 0.1
"""Added to a sentence that enumerates at all."""
N_SENTENCES = 6
"""Ranked sentences that a list is held against."""
OF_NAMED_CASE = 0.75
"""A list of the case that a question names is given from this share on of what is asked beside the case's names."""
SPECIFIC = 3.0
"""Inverse document frequency from which a token of a department names its case ("城阳", not "政府")."""
_JOINING = frozenset("的了")
"""A token with one of these crosses two words and stands in no heading."""
_PART_OF_LIST = 2
"""Sentences of one list from which a list answer is completed."""
_COUNTED = re.compile(r"(?P<n>[二三四五六七八九十两])(?:个|项|大|条|种|类|步|方面|道|点)(?:的)?[\u3400-\u9fff]{2}")
_QUOTES = re.compile(r"[“”《》「」]")
HOW_HANDICAP = 0.15
"""A how question is answered by sentences unless a list fits clearly better."""


@dataclass(frozen=True, slots=True)
class ChosenList:
    """A list that answers a question."""

    found: ListInText
    fit: float
    """0 to 1: how much of the question what introduces it covers, and whether it has as many items as asked."""


def choose_list(
    index: PassageIndex,
    lists: Sequence[ListInText],
    question: str,
    *,
    asked: Asked,
    ranked: Sequence[RankedSentence],
    retrieved: Retrieved,
    named: Collection[int] = (),
) -> ChosenList | None:
    """Return the list that answers `question` better than its best sentence does; None where a sentence is better.

    named: numbers of the cases that the question names; where one of the best sentences is of it, no other case's list answers.
    """
    if asked.kind not in (Kind.LIST, Kind.HOW) and asked.n_items is None:
        return None
    if asked.kind in (Kind.NUMBER, Kind.DATE, Kind.COMPARE, Kind.WHICH_CASES):
        return None
    chunks = [passage.chunk for passage in retrieved.passages]
    if any(index.chunks[index.sentences[one.position].chunk].case_number in named for one in ranked[:N_SENTENCES]):
        chunks = [chunk for chunk in chunks if chunk.case_number in named]
    near = [
        found
        for found in lists
        if any(
            chunk.case_number == found.case_number
            and chunk.start < found.end
            and (found.intro or found.items[0]).start < chunk.end
            for chunk in chunks
        )
    ]
    if not near:
        return None
    weights = question_weights(question, index)
    counted = [(m.group(), read_numeral(m["n"])) for m in _COUNTED.finditer(_QUOTES.sub("", matching_form(question)))]
    announced = [found for found in near if _announces(index, found, counted)]
    if announced:
        best = max(announced, key=lambda found: (_list_score(weights, found, asked), -found.start))
        return ChosenList(best, min(_list_score(weights, best, asked), 1.0))
    of_named = max(near, key=lambda found: (_fit_in_named_case(index, weights, found, asked), -found.start))
    fit = _fit_in_named_case(index, weights, of_named, asked)
    if fit >= OF_NAMED_CASE:
        return ChosenList(of_named, fit)
    best = max(near, key=lambda found: (_list_score(weights, found, asked), -found.start))
    sentence = max(_sentence_score(index, weights, one, asked) for one in ranked[:N_SENTENCES])
    handicap = HOW_HANDICAP if asked.kind is Kind.HOW else 0.0
    score = _list_score(weights, best, asked)
    return ChosenList(best, min(score, 1.0)) if score - handicap > sentence else None


def completed_list(lists: Sequence[ListInText], chosen: Sequence[Support], asked: Asked) -> ListInText | None:
    """Return the list of which sentences chosen for a list question are a part, two of them at the least; None without one.

    Part of a list answers nothing that the whole list does not. A list of another length than the question says is left.
    """
    if asked.kind is not Kind.LIST or len(chosen) < _PART_OF_LIST:
        return None

    def n_chosen(found: ListInText) -> int:
        pieces = [*([found.intro] if found.intro else []), *found.items]
        return sum(any(a.start < b.end and b.start < a.end for b in chosen) for a in pieces)

    fitting = [found for found in lists if asked.n_items in (None, len(found.items))]
    best = max(fitting, key=lambda found: (n_chosen(found), -found.start), default=None)
    return best if best is not None and n_chosen(best) >= _PART_OF_LIST else None


def _announces(index: PassageIndex, found: ListInText, counted: Sequence[tuple[str, int]]) -> bool:
    """Return whether what introduces a list counts its items in the words of a question: 四个要件.

    counted: what the question counts, and the number.
    """
    if found.intro is None:
        return False
    intro = _QUOTES.sub("", matching_form(index.compilation.text[found.intro.start : found.intro.end]))
    return any(words in intro and n == len(found.items) for words, n in counted)


def _fit_in_named_case(index: PassageIndex, weights: Weights, found: ListInText, asked: Asked) -> float:
    """Return the share of what is asked that a list's introduction covers, the names of its case left aside.

    0 where the question does not name the case by its department, or wants another number of items.
    """
    case = index.compilation.case(found.case_number)
    names = set(lexical_tokens(case.department)) | set(lexical_tokens(case.department_in_contents))
    specific = {token for token, weight in weights.items() if weight >= SPECIFIC and held(token, names)}
    if not specific or asked.n_items not in (None, len(found.items)):
        return 0.0
    rest = {token: weight for token, weight in weights.items() if not held(token, names) and not _joins(token)}
    return coverage(rest, found.tokens)


def _joins(token: str | Term) -> bool:
    return isinstance(token, str) and bool(set(token) & _JOINING)


def _list_score(weights: Weights, found: ListInText, asked: Asked) -> float:
    return coverage(weights, found.tokens) + _number_score(len(found.items), asked)


def _sentence_score(index: PassageIndex, weights: Weights, ranked: RankedSentence, asked: Asked) -> float:
    span = index.sentences[ranked.position]
    chunk = index.chunks[span.chunk]
    n = n_enumerated(index.compilation.text[span.start : span.end])
    own = index.sentence_tokens[ranked.position]
    head = lexical_tokens("\n".join(chunk.section_path[-1:]))
    score = coverage(weights, own | frozenset(head))
    return score + (ENUMERATING if n >= 2 else 0.0) + (_number_score(n, asked) if n >= 2 else 0.0)


def _number_score(n: int, asked: Asked) -> float:
    if asked.n_items is None:
        return 0.0
    return RIGHT_NUMBER if n == asked.n_items else WRONG_NUMBER
