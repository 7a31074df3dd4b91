"""Compare titles as contents and body print them."""

from __future__ import annotations

import unicodedata

from rapidfuzz import fuzz

MIN_TITLE_SCORE = 80.0
"""From here on (0 to 100) two titles are taken for the same; the pairs of the 2018 compilation score 90 to 100."""
PREFIX_SCORE = 90.0
"""For a title of which the other is only the beginning (case 12: 国家智能化工业园区试点示范)."""
MIN_PREFIX_CHARS = 6


def normalise_title(text: str) -> str:
    """Return what titles are compared by: NFKC, letters and digits only, case-folded."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum()).casefold()


def compare_titles(one: str, other: str) -> float:
    """Return how alike two titles are, 0 to 100, whatever their spaces and punctuation."""
    shorter, longer = sorted((normalise_title(one), normalise_title(other)), key=len)
    score = float(fuzz.ratio(shorter, longer))
    is_prefix = len(shorter) >= MIN_PREFIX_CHARS and longer.startswith(shorter)
    return max(score, PREFIX_SCORE) if is_prefix else score
