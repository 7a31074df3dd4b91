"""How people speak of a compilation, put into the words that its contents are asked about in.

谁家 is 谁, 压轴的一篇 is 最后一个案例, 排在第十二位的案例 is 第十二个案例, 六页 is 6页: said once here, no pattern of `intents` and
no rule of `numbered` has to know every way of saying it.
"""

from __future__ import annotations

import re

from rag.answering.numbered import read_numeral

_N = r"(?:\d{1,3}|[零一二三四五六七八九十百两]{1,5})"
_POLITE = re.compile(
    r"^(?:您好|你好|请问|麻烦|劳驾|请|帮忙|帮我|给我|替我|您|你|能不能|能否|可否|可不可以|可以|我(?:想|要|需要)?|想|问|知道|了解|查|看|搞清楚?|弄清楚?|一下|，)+"
    r"(?=.{4})(?![到看])"
)
_PAGES = re.compile(r"[零一二三四五六七八九十百两]{1,5}(?=(?:(?:到|至|-|和)第?[\d零一二三四五六七八九十百]{1,5})?页)")
_REWRITES = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"谁家", "谁"),
        (r"(?<=案例)在(?:目录|汇编|书|全书)(?:里|中|上)?(?=排|列)", ""),
        (rf"(?:排|列)(?:在)?第(?P<n>{_N})(?:位|名|个|篇)?的(?:是)?(?:那|哪)?(?:个|篇)?(?:是)?案例", r"第\g<n>个案例"),
        (rf"(?:排|列)(?:在)?第(?P<n>{_N})(?:位|名|个|篇)?的", r"第\g<n>个案例"),
        (rf"(?:序号|编号)(?:为|是)?(?P<n>{_N})(?:号)?(?:的案例)?", r"案例\g<n>"),
        (rf"第(?P<n>{_N})位(?:的)?(?=案例)", r"第\g<n>个"),
        (r"(?:打头|开篇|居首|排头|领头|排在?最前面?)的?(?:第?一?[个篇])?的?(?=案例|那篇)", "第一个"),
        (r"(?:打头|开篇|头)一?[个篇]案例", "第一个案例"),
        (r"(?:压轴|收尾|垫底|殿后|末尾|排在?最后面?)的?(?:那|一)*[个篇]?的?案例", "最后一个案例"),
        (r"(?:压轴|收尾|殿后|末尾|最末)的?(?:那|一)*篇", "最后一个案例"),
        (r"末[篇]", "最后一个案例"),
        (r"(?<![a-z])p\.?(?P<n>\d{1,3})(?!\d)页?", r"第\g<n>页"),
        (rf"(?<=[录编书里中上])的?第(?P<n>{_N})[个家](?=[是的，？]|$)", r"第\g<n>个案例"),
    )
)


def plainly(form: str) -> str:
    """Return a Chinese question's matching form in plain words: requests left out, pages in digits, 谁家 as 谁."""
    text = _POLITE.sub("", form)
    for pattern, instead in _REWRITES:
        text = pattern.sub(instead, text)
    return _PAGES.sub(_in_digits, text)


def _in_digits(match: re.Match[str]) -> str:
    word = match.group()
    before = match.string[: match.start()]
    return word if before.endswith(("几", "数", "哪")) or not read_numeral(word) else str(read_numeral(word))


_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ENGLISH_NUMBERS = {word: i for i, word in enumerate(_WORDS, start=1)}
_COUNTED = re.compile(
    rf"\b(?P<word>{'|'.join(_ENGLISH_NUMBERS)})(?= (?:pages?|(?:\w+ ){{0,2}}cases|entries|chapters)\b)"
)


def plainly_in_english(form: str) -> str:
    """Return an English question in lower case with the numbers of pages and cases in digits."""
    return _COUNTED.sub(lambda match: str(_ENGLISH_NUMBERS[match.group("word")]), form)
