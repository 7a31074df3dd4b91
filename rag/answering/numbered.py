"""Cases called by their number: 案例7, 第7号案例, 倒数第二个案例, "case 7", "the last case"."""

from __future__ import annotations

import re

from rag.normalising import is_mostly_latin
from rag.retrieval.mentions import Mention
from rag.types import Compilation

_NUMERAL = "零一二三四五六七八九十百两"
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_ELSEWHERE = r"(?<![国省市界内球])"
"""全国第一个案例 is no case of the compilation."""
_ORDINAL = re.compile(
    rf"案例第?(?P<after>\d{{1,3}}|[{_NUMERAL}]{{1,5}})(?!\d|[个篇家项名次类种部共直览下样定般致]|年|月)"
    rf"|{_ELSEWHERE}(?P<back>倒数)?第(?P<before>\d{{1,3}}|[{_NUMERAL}]{{1,5}})(?:个|篇|号)?(?:创新)?(?:工作)?案例"
    rf"|{_ELSEWHERE}(?P<back_joined>倒数)?第(?P<joined>\d{{1,3}}|[{_NUMERAL}]{{1,5}})(?:个|篇|号)?(?=(?:、|和|与|及|，)(?:(?:倒数)?第|最后)[^，。？]{{1,12}}案例)"
    rf"|{_ELSEWHERE}(?P<back_bare>倒数)?第(?P<bare>\d{{1,3}}|[{_NUMERAL}]{{1,5}})(?:篇|号)(?=$|[，。？是的各在那]|分别|出自|[和与、](?:倒数)?第)"
    rf"|(?P<back_alone>倒数)第(?P<alone>\d{{1,3}}|[{_NUMERAL}]{{1,5}})(?=$|[，。？是的])"
    rf"|(?<![第\d])(?P<numbered>\d{{1,3}})号(?:创新)?案例"
    rf"|{_ELSEWHERE}(?P<first>首)(?:个|篇)(?:创新)?(?:工作)?案例"
    rf"|(?P<last>最后)(?:一)?(?:个|篇)(?:创新)?(?:工作)?案例"
)
_ENGLISH_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ENGLISH = re.compile(
    rf"\b(?P<from_end>{'|'.join(_ENGLISH_ORDINALS)}|next)[ -](?:to[ -](?:the[ -])?last|from the end)\b(?: (?:innovation |innovative )?case\b)?|\b(?P<penultimate>penultimate) case\b"
    rf"|\bcase (?:number |no\.? ?|#)?(?P<after>\d{{1,3}})\b"
    rf"|\b(?P<word>last|{'|'.join(_ENGLISH_ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th)) (?:innovation |innovative )?case\b"
)


def read_numeral(word: str) -> int:
    """Return the number a word of digits or of 零 to 九百九十九 says; 0 where it says none."""
    if word.isdigit():
        return int(word)
    total = digit = 0
    for character in word:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.get(character, 0)
    return total + digit


def numbered_cases(form: str, compilation: Compilation) -> list[Mention]:
    """Return the cases that a question calls by their number, in order, each once. `by` is "number".

    form: the question's matching form; an English question in lower case.
    """
    n_cases = len(compilation.cases)
    english = is_mostly_latin(form)
    found: dict[int, Mention] = {}
    for match in (_ENGLISH if english else _ORDINAL).finditer(form):
        number = _english_number(match, n_cases) if english else _number(match, n_cases)
        if 1 <= number <= n_cases:
            found.setdefault(number, Mention(compilation.cases[number - 1].number, *match.span(), by="number"))
    return list(found.values())


def _number(match: re.Match[str], n_cases: int) -> int:
    if match.group("first"):
        return 1
    if match.group("last"):
        return n_cases
    told = ("after", "before", "joined", "bare", "alone", "numbered")
    number = read_numeral(next(filter(None, map(match.group, told))))
    if match.group("back") or match.group("back_joined") or match.group("back_bare") or match.group("back_alone"):
        return n_cases + 1 - number if number else 0
    return number


def _english_number(match: re.Match[str], n_cases: int) -> int:
    if match.group("after"):
        return int(match.group("after"))
    if match.group("penultimate") or match.group("from_end") == "next":
        return n_cases - 1
    if match.group("from_end"):
        return n_cases - _ENGLISH_ORDINALS.index(match.group("from_end"))
    word = match.group("word")
    if word == "last":
        return n_cases
    return _ENGLISH_ORDINALS.index(word) + 1 if word in _ENGLISH_ORDINALS else int(word[:-2])
