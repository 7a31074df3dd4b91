"""The form in which text is compared: NFKC, lower case, simplified characters, no stray spaces, no `**`.

Matching sees this form, quoting sees the text as it stands: `MatchingText` keeps, for every
character of the form, the offset it came from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_QUOTES = str.maketrans({"「": "“", "」": "”", "『": "“", "』": "”", '"': "“", "﹃": "“", "﹄": "”"})
_WIDE = dict(zip(",?!:;()", "，？！：；（）", strict=True))
_TRADITIONAL_RANGE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_CLUSTER = re.compile(r"(?s).[\u0300-\u036f]*")
"""A character with the accents that combine with it."""


@dataclass(frozen=True, slots=True)
class MatchingText:
    """A text's matching form and where each of its characters stands in the original."""

    form: str
    offsets: tuple[int, ...]
    """`offsets[i]` is the original offset of `form[i]`; as long as `form`."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open original span of `form[start:end]`. ValueError for an empty or outlying span."""
        if not 0 <= start < end <= len(self.form):
            raise ValueError(f"span {start}:{end} is not inside 0:{len(self.form)}")
        return self.offsets[start], self.offsets[end - 1] + 1


def matching_form(text: str) -> str:
    """Return the form of `text` that matching compares."""
    return matching_text(text).form


def matching_text(text: str) -> MatchingText:
    """Return the matching form of `text` with its offsets.

    Spaces are dropped unless they stand between two Latin letters ("5.44 平方公里" matches "5.44平方公里",
    "Work shop" stays two words); punctuation is full-width outside figures; `*` is dropped where it is doubled (a bold marker).
    """
    simplified = to_simplified(text)
    characters: list[str] = []
    offsets: list[int] = []
    for cluster in _CLUSTER.finditer(simplified):
        offset = cluster.start()
        if cluster.group() == "*" and "*" in (text[offset - 1 : offset], text[offset + 1 : offset + 2]):
            continue
        for folded in unicodedata.normalize("NFKC", cluster.group()).lower().translate(_QUOTES):
            characters.append(" " if folded.isspace() else folded)
            offsets.append(offset)
    _widen_punctuation(characters)
    kept = [i for i, character in enumerate(characters) if character != " " or _between_letters(characters, i)]
    return MatchingText("".join(characters[i] for i in kept), tuple(offsets[i] for i in kept))


def _widen_punctuation(characters: list[str]) -> None:
    """Make the marks of Chinese prose full-width again, which NFKC narrowed; not inside figures (1,000 and 10:29)."""
    for i, character in enumerate(characters):
        if character in _WIDE:
            around = characters[i - 1 : i] + characters[i + 1 : i + 2]
            if not (len(around) == 2 and all(one.isascii() and one.isalnum() for one in around)):
                characters[i] = _WIDE[character]


def to_simplified(text: str) -> str:
    """Return `text` in simplified characters, as long as the original (one character for one)."""
    if not _TRADITIONAL_RANGE.search(text):
        return text
    converted = _converter().convert(text)
    if len(converted) == len(text):
        return str(converted)
    return "".join(
        one if len(one) == 1 else character for character in text for one in [_converter().convert(character)]
    )


def clean_question(question: str) -> str:
    """Return a question without control, invisible and broken characters, with runs of white space as one space."""
    visible = "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs") else " "
        for character in question
    )
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip()


def is_mostly_latin(text: str) -> bool:
    """Return whether a question is to be treated as English: more Latin words than Chinese characters."""
    return len(re.findall(r"[A-Za-z]{2,}", text)) > len(re.findall(r"[\u3400-\u9fff]", text))


def _between_letters(characters: list[str], i: int) -> bool:
    """Return whether the space at `i` is the first of a run that stands between two Latin letters."""
    before = characters[i - 1] if i else ""
    after = next((character for character in characters[i + 1 :] if character != " "), "")
    return before.isascii() and before.isalpha() and after.isascii() and after.isalpha()


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
