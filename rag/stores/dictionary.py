"""The Chinese-English dictionary: words of two characters and more with their glosses, from CC-CEDICT (CC BY-SA 4.0).

`cedict.txt.xz` is written by `python -m benchmarks dictionary`; its head names source and licence.
"""

from __future__ import annotations

import lzma
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexError_

DICTIONARY_PATH = Path(__file__).resolve().parent / "cedict.txt.xz"


@dataclass(frozen=True, slots=True)
class Entry:
    """A Chinese word and what it means."""

    word: str
    glosses: tuple[str, ...]
    """English, lower case, in the dictionary's order."""


def entries_within(tokens: Collection[str], path: Path = DICTIONARY_PATH) -> Iterator[Entry]:
    """Yield the entries whose every two neighbouring characters are among `tokens`, the bigrams of a text.

    Raises IndexError_ where the dictionary cannot be read.
    """
    try:
        text = lzma.decompress(path.read_bytes()).decode()
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as exc:
        raise IndexError_(f"英汉词典 {path.name} 读不出来（{type(exc).__name__}）。请重新取得完整的代码。") from exc
    for line in text.splitlines():
        word, _, glosses = line.partition("\t")
        if word[:2] in tokens and all(word[i : i + 2] in tokens for i in range(1, len(word) - 1)):
            yield Entry(word, tuple(glosses.split("/")))
