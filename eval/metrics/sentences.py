"""An answer cut into sentences, each with the citation marks that follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"[ \t]*\[(\d+)\]")
# A sentence ends after 。！？, an English full stop before a space, its line, or its marks: a stretch with marks of its own
# ("一是……[1]二是……[2]") is a statement of its own. Closing quotes and a full stop after the marks go with it.
_SENTENCE = re.compile(
    r"""(?:\s*\d{1,2}[.、](?!\d))?                          # the number of a list item
        (?:[^\[。！？!?\n.]|\[(?!\d+\])|\.(?!\s|$|\[\d))*   # anything up to an end
        (?:(?:\[\d+\][ \t]*)+[。！？!?；;，,.]?["”’」』）)]*
          |[。！？!?.]+["”’」』）)]*(?:[ \t]*\[\d+\])*
        )?
    """,
    re.VERBOSE,
)
_ITEM_START = re.compile(r"^(?:[-•·]|\d{1,2}[.、](?!\d))\s*")
# Which case a stretch is about, as answers over several cases write it: no figure of the text.
_CASE_NUMBER = re.compile(r"（案例 ?\d+）|\(case \d+\)", re.IGNORECASE)
_LABEL_END = ("：", ":")
_MAX_LABEL_CHARS = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement of an answer without its marks, its list number and the case number of its label."""

    text: str
    keys: tuple[int, ...]
    """The numbers of its citations, in order, each once."""


def split_sentences(answer: str) -> tuple[Sentence, ...]:
    """Return the statements of an answer with their citations.

    A line without a mark that ends with a colon ("市统计局：") is a label, not a statement, and is left out.
    """
    sentences: list[Sentence] = []
    for piece in _SENTENCE.findall(answer):
        keys = tuple(dict.fromkeys(int(key) for key in _MARK.findall(piece)))
        text = _ITEM_START.sub("", _CASE_NUMBER.sub("", _MARK.sub("", piece)).strip())
        if not text and keys and sentences:
            sentences[-1] = Sentence(sentences[-1].text, tuple(dict.fromkeys((*sentences[-1].keys, *keys))))
        elif any(character.isalnum() for character in text) and not _is_label(text, keys):
            sentences.append(Sentence(text, keys))
    return tuple(sentences)


def _is_label(text: str, keys: tuple[int, ...]) -> bool:
    return not keys and text.endswith(_LABEL_END) and len(text) <= _MAX_LABEL_CHARS
