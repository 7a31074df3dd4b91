"""English words without their endings, so that "audits", "audited" and "auditing" meet "audit"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

_IRREGULAR_PATH = Path(__file__).resolve().parent / "irregular.txt"
_BRITISH = (
    (re.compile(r"(?<=.[^aeiou])tre$|(?<=en)tre$|(?<=me)tre$"), "ter"),
    (re.compile(r"(?<=[lbv])our$"), "or"),
    (re.compile(r"mme$"), "m"),
)
_PLURAL = (("sses", "ss"), ("ies", "y"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"))
_DERIVED = re.compile(
    r"(ational|ization|isation|ation|ition|ment|anc|enc|ency|ancy|ial|ian|ist|iv|ity|at|ion|or|er|al|ly|ur|iz|is)$"
)
"""Endings that make a word of another, as `stem` leaves them: without a last e."""
_LEAST = 4
"""Letters a stem keeps at least."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a word in lower case without the endings of number and tense: "companies" is "company"."""
    word = re.sub(r"'s?$", "", word.lower())
    word = _irregular().get(word, word)
    for pattern, instead in _BRITISH:
        word = pattern.sub(instead, word.removesuffix("s") if word.endswith(("tres", "mmes")) else word)
    for ending, instead in _PLURAL:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= 3 and re.search(r"[aeiouy]", rest):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word[:-1] if word.endswith("e") and len(word) > _LEAST else word


@lru_cache(maxsize=65536)
def root(word: str) -> str:
    """Return what a word shares with its family: "register" and "registration", "insure" and "insurance"."""
    rest = stem(word)
    while (match := _DERIVED.search(rest)) and match.start() >= _LEAST:
        rest = rest[: match.start()]
    return re.sub(r"(?<=[^aeiou])r$", "", rest) if len(rest) > _LEAST else rest


@cache
def _irregular() -> dict[str, str]:
    """Return irregular forms and what they are forms of, one pair to a line in `irregular.txt`."""
    return dict(line.split() for line in _IRREGULAR_PATH.read_text(encoding="utf-8").splitlines())
