"""Words that turn a true sentence into a false one while nearly all of it still stands in the source.

All texts are matching forms; `quoted` is what a sentence rests on, without the title and headings above it.
"""

from __future__ import annotations

import re

from rag.answering.wording import HAN_RUNS, bigrams

_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCES = re.compile(r"[。；！？\n]")
_CLAUSES = re.compile(r"[，。；：！？,;:\n]")
_NEGATION = re.compile(
    r"没有|未曾|尚未|并未|不得|不能|不予|不再|不是|不会|不需|无需|无须|禁止|严禁|未|没|非(?=[^常])|不(?=[^断仅但同少久足到超低高止])"
)
_UP = re.compile(r"增长|增加|提高|提升|上升|扩大|上涨|增至|升至|翻番|加快|延长")
_DOWN = re.compile(r"下降|减少|降低|缩短|缩小|压缩|下跌|降至|减至|精简|放缓|压减|节约|节省")
_EXCLUSIVE = (
    ("同比", "环比"),
    ("以上", "以下", "以内"),
    ("上半年", "下半年"),
    ("年初", "年底"),
    ("上旬", "中旬", "下旬"),
    ("进口", "出口"),
    ("线上", "线下"),
    ("室内", "室外"),
    ("免费", "收费"),
    ("最高", "最低"),
    ("最大", "最小"),
    ("最多", "最少"),
    ("至多", "至少"),
    ("之前", "之后"),
    ("国家级", "省级", "市级", "区级", "县级"),
    ("一等", "二等", "三等"),
    ("上游", "下游"),
    ("事前", "事中", "事后"),
    ("全部", "部分"),
)
"""Of each group one holds: where the source has another of it and not this one, they were exchanged."""
_SCOPE = re.compile(r"全国|国内|全省|省内|全市|市内|全区|全球|全世界|世界|国际|亚洲|东北亚|华东|副省级城市|计划单列市")
_SAME_SCOPE = ({"全国", "国内"}, {"全省", "省内"}, {"全市", "市内"}, {"全球", "全世界", "世界"})
_RANK = re.compile(r"首|第[一二三四五六七八九十\d]|唯一|率先|领先|最|前列|前\d")
_ORDINAL = re.compile(r"第([一二三四五六七八九十]+|\d+)(?![三方])")
_FIRST = re.compile(r"第一|第1|首|榜首|冠军|金奖|唯一")
_DONE = re.compile(r"已经|已(?!有)|完成了|实现了|建成了|成功")
_PLAN = re.compile(
    r"计划(?=[到在于年将\d])|拟于|力争|争取|预计|目标是|有望|下一步|今后|将于|将在|到\d{4}年|\d{4}年底前|力争"
)
_CHANGED = re.compile(r"已|了|截至|截止|成功|顺利")


def contrast(said: str, quoted: str, *, around: str) -> str:
    """Return what is wrong where a sentence says the contrary of its source, or more than it; empty for nothing.

    around: the quote with the title and headings above it.
    """
    return (
        _denied(said, quoted)
        or _exchanged(said, quoted, around)
        or _wider(said, around)
        or _other_rank(said, around)
        or _done_already(said, quoted)
    )


def _denied(said: str, quoted: str) -> str:
    source_denies = bool(_NEGATION.search(quoted))
    for match in _NEGATION.finditer(said):
        if not source_denies or (match[0] not in quoted and match[0][0] not in quoted):
            return f"出处里没有否定：{match[0]}"
    for match in _NEGATION.finditer(quoted):
        follows = quoted[match.end() : match.end() + 3]
        at = said.find(follows) if len(_HAN.findall(follows)) == 3 else -1
        if at >= 0 and not _NEGATION.search(said[max(0, at - 6) : at + 1]) and quoted.count(follows) == 1:
            return f"出处里是否定的：{match[0]}{follows}"
    for here, there in ((_UP, _DOWN), (_DOWN, _UP)):
        found = here.search(said)
        if found and there.search(quoted) and not here.search(quoted):
            return f"出处里的变化方向不同：{found[0]}"
    return ""


def _exchanged(said: str, quoted: str, around: str) -> str:
    for group in _EXCLUSIVE:
        for word in group:
            if word in said and word not in around and (others := [one for one in group if one in quoted]):
                return f"出处里是“{others[0]}”，不是“{word}”"
    return ""


def _wider(said: str, around: str) -> str:
    """Return what is wrong where a first place is claimed for a wider circle than the source names."""
    claims = [sentence for sentence in _SENTENCES.split(around) if _RANK.search(sentence)]
    for clause in _CLAUSES.split(said):
        if not _RANK.search(clause):
            continue
        for scope in _SCOPE.finditer(clause):
            names = next((group for group in _SAME_SCOPE if scope[0] in group), {scope[0]})
            # "首批全国试点" is no claim to be "全国首个": the circle stands before the rank, or beside 率先.
            order = "{0}[^，。；]{{0,6}}(?:{1})|(?:率先|领先)[^，。；]{{0,6}}{0}"
            near = _RANK.search(clause, scope.end(), scope.end() + 6)
            wanted = [re.compile(order.format(name, _RANK.pattern) if near else name) for name in names]
            if not any(one.search(claim) for one in wanted for claim in claims):
                return f"出处里没有这个范围：{scope[0]}"
    return ""


def _other_rank(said: str, around: str) -> str:
    for match in _ORDINAL.finditer(said):
        if match[0] not in around and not (match[1] in ("一", "1") and _FIRST.search(around)):
            return f"出处里没有这个名次或次序：{match[0]}"
    return ""


def _done_already(said: str, quoted: str) -> str:
    """Return what is wrong where a sentence reports as done what its source only plans."""
    for clause in _CLAUSES.split(said):
        done = _DONE.search(clause)
        if done is None or _PLAN.search(clause) or sum(map(len, HAN_RUNS.findall(clause))) < 6:
            continue
        own = bigrams(clause)
        told = max(_CLAUSES.split(quoted), key=lambda one: len(own & bigrams(one)), default="")
        if _PLAN.search(told) and not _CHANGED.search(told):
            return "出处里只是计划，还没有完成"
    return ""
