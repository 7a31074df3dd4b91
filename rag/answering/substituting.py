"""One word of a true sentence exchanged for another: "按年通报" where the source has "按月通报".

All texts are matching forms. Words that share a character (提升, 提高) are taken for the same in other words; what joins words does not count.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import pairwise

from rag.answering.wording import GLUE

MAX_CHARS = 8
MIN_SIDE = 2
MIN_SIDES = 6
"""Characters beside the word that must be the source's own, to each side and together; the edge of a clause counts as `MIN_SIDE` + 1."""
_EMPTY = frozenset("达超过约近率成作做来去进行全部都均各可能就即会要需应须用多余几每其中等让使得着完")
"""Characters of bounds, quantities, modal verbs and verbs without content, which other checks see or nobody minds."""
_CONTRARY = tuple(
    frozenset(group)
    for group in (
        *(
            "年月日季周时",
            "一二两三四五六七八九十",
            "上中下",
            "先后早晚继",
            "前后",
            "内外",
            "大小",
            "多少",
            "高低",
            "进出",
            "东西南北",
        ),
        *("男女", "新旧老", "增减", "升降", "有无", "买卖", "收支", "省市区县镇村", "首末", "快慢", "强弱", "优劣"),
    )
)
"""Single characters that stand in each other's place; of others one alone is mostly half a word ("提升", "提高")."""
_MARKS = "，。；：！？,;:\n"
_EDGE = re.compile(f"[{_MARKS}]")
_HAN = re.compile(r"[\u3400-\u9fff]")


def substituted(said: str, quoted: str) -> str:
    """Return what is wrong where a sentence has another word amid the source's own words; empty for nothing."""
    blocks = [one for one in SequenceMatcher(None, said, quoted, autojunk=False).get_matching_blocks() if one.size]
    ends = [(0, 0, 0), *((one.a, one.b, one.size) for one in blocks), (len(said), len(quoted), 0)]
    for (a, b, size), (next_a, next_b, next_size) in pairwise(ends):
        here, there = said[a + size : next_a], quoted[b + size : next_b]
        opens = _at_edge(said, a + size - 1)
        closes = _at_edge(said, next_a)
        there = _beside(there, opens=opens, closes=closes)
        left = MIN_SIDE + 1 if opens else size
        right = MIN_SIDE + 1 if closes else next_size
        if min(left, right) >= MIN_SIDE and left + right >= MIN_SIDES and _differ(here, there):
            return f"出处里是“{there}”，不是“{here}”"
    return ""


def _at_edge(form: str, at: int) -> bool:
    return not 0 <= at < len(form) or form[at] in _MARKS


def _beside(there: str, *, opens: bool, closes: bool) -> str:
    """Return the part of the source's own words that stands at the same edge of a clause."""
    if opens:
        return _EDGE.split(there)[-1]
    return _EDGE.split(there)[0] if closes else there


def _differ(here: str, there: str) -> bool:
    if re.search(r"\d", here):
        return False  # figures have a check of their own
    own, other = ({*_HAN.findall(one)} - GLUE - _EMPTY for one in (here, there))
    if not own or not other or max(len(here), len(there)) > MAX_CHARS:
        return False
    if len(own) == len(other) == 1 and not any(group >= own | other for group in _CONTRARY):
        return False
    return not own & other and not re.search(f"[、{_MARKS}]", here + there)
