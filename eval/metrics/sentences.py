"""An answer cut into sentences, each with the citation marks that follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKS = re.compile(r"\s*\[(\d+)\]")
# A sentence ends after 。！？ (closing quotes and brackets go with it), after an English full stop before a space or
# a mark, or with its line; marks on either side of the full stop belong to it.
_SENTENCE = re.compile(
    r"""(?:\[\d+\]|[^。！？!?\n.]|\.(?!\s|$|\[\d))*   # anything up to an end
        (?:[。！？!?.]+["”’」』）)]*)?                  # the end, where there is one
        (?:[ \t]*\[\d+\])*                             # marks after it
    """,
    re.VERBOSE,
)
_LABEL_END = ("：", ":")
_MAX_LABEL_CHARS = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer without its marks."""

    text: str
    keys: tuple[int, ...]
    """The numbers of its citations, in order, each once."""


def split_sentences(answer: str) -> tuple[Sentence, ...]:
    """Return the statements of an answer with their citations.

    A line without a mark that ends with a colon ("市统计局：") is a label, not a statement, and is left out.
    """
    sentences: list[Sentence] = []
    for piece in _SENTENCE.findall(answer):
        keys = tuple(dict.fromkeys(int(key) for key in _MARKS.findall(piece)))
        text = _MARKS.sub("", piece).strip().lstrip("-•· ")
        if not text and keys and sentences:
            sentences[-1] = Sentence(sentences[-1].text, tuple(dict.fromkeys((*sentences[-1].keys, *keys))))
        elif any(character.isalnum() for character in text) and not _is_label(text, keys):
            sentences.append(Sentence(text, keys))
    return tuple(sentences)


def _is_label(text: str, keys: tuple[int, ...]) -> bool:
    return not keys and text.endswith(_LABEL_END) and len(text) <= _MAX_LABEL_CHARS
