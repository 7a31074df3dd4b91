"""How much of a written sentence's wording stands in a source; all texts are matching forms."""

from __future__ import annotations

import re
from itertools import pairwise

HAN_RUNS = re.compile(r"[\u3400-\u9fff]+")
RUN = 4
"""Characters in a row that count as taken over."""
_CLAUSES = re.compile(r"[，。；：！？,;:\n]")
GLUE = frozenset("的了是在和与及或为被把给对由从于到至有个后时其这该也都再就共已并而以")
"""Characters that join what is said: left out where a paraphrase is compared."""


def bigrams(form: str) -> set[str]:
    """Return the pairs of neighbouring Chinese characters."""
    return {a + b for run in HAN_RUNS.findall(form) for a, b in pairwise(run)}


def wording(said: str, source: str) -> float:
    """Return the share of a form's bigrams that stand in the source: 0 to 1; 1 for none."""
    own = bigrams(said)
    return len(own & bigrams(source)) / len(own) if own else 1.0


def runs(said: str, source: str) -> float:
    """Return the share of a form's Chinese characters that stand in a run of `RUN` characters of the source; 1 for none."""
    covered = n_chars = 0
    for run in HAN_RUNS.findall(said):
        covered += sum(_held(run, source, min(RUN, len(run))))
        n_chars += len(run)
    return covered / n_chars if n_chars else 1.0


def anchored(said: str, source: str) -> float:
    """Return the share of a form's Chinese characters other than glue that stand in a pair of the source; 1 for none."""
    covered = n_chars = 0
    for run in HAN_RUNS.findall(said):
        for character, held in zip(run, _held(run, source, min(2, len(run))), strict=True):
            if character not in GLUE:
                covered += held
                n_chars += 1
    return covered / n_chars if n_chars else 1.0


def weakest_clause(said: str, source: str, *, min_chars: int) -> float:
    """Return the least `anchored` of the clauses with `min_chars` Chinese characters or more; 1 where there is none."""
    clauses = [clause for clause in _CLAUSES.split(said) if sum(map(len, HAN_RUNS.findall(clause))) >= min_chars]
    return min((anchored(clause, source) for clause in clauses), default=1.0)


def _held(run: str, source: str, length: int) -> list[bool]:
    """Return for each character whether it stands in a stretch of `length` that the source has."""
    held = [False] * len(run)
    for at in range(len(run) - length + 1):
        if run[at : at + length] in source:
            held[at : at + length] = [True] * length
    return held
