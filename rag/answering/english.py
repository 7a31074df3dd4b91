"""What of an English sentence can be checked against a Chinese passage: figures (elsewhere), names, the way a figure moves, negation.

Its wording cannot be compared; answers say so beside each sentence. All texts but `text` are matching forms.
"""

from __future__ import annotations

import re

from rag.answering.quantities import find_quantities
from rag.answering.wording import HAN_RUNS

# fmt: off
_PLACES = {
    "qingdao": "青岛", "laixi": "莱西", "jiaozhou": "胶州", "pingdu": "平度", "jimo": "即墨", "chengyang": "城阳",
    "laoshan": "崂山", "licang": "李沧", "shinan": "市南", "shibei": "市北", "huangdao": "黄岛", "jiaonan": "胶南",
    "shandong": "山东", "jinan": "济南", "yantai": "烟台", "weihai": "威海", "weifang": "潍坊", "zibo": "淄博", "rizhao": "日照",
    "linyi": "临沂", "dongying": "东营", "jining": "济宁", "beijing": "北京", "shanghai": "上海", "tianjin": "天津",
    "chongqing": "重庆", "guangzhou": "广州", "shenzhen": "深圳", "hangzhou": "杭州", "nanjing": "南京", "suzhou": "苏州",
    "wuhan": "武汉", "chengdu": "成都", "dalian": "大连", "ningbo": "宁波", "xiamen": "厦门", "hefei": "合肥",
    "zhengzhou": "郑州", "guiyang": "贵阳", "guizhou": "贵州", "zhejiang": "浙江", "jiangsu": "江苏", "guangdong": "广东",
    "hong kong": "香港", "macau": "澳门", "macao": "澳门", "taiwan": "台湾", "busan": "釜山", "united states": "美国", "germany": "德国",
    "japan": "日本", "south korea": "韩国", "korea": "韩国", "russia": "俄罗斯", "singapore": "新加坡", "israel": "以色列",
    "france": "法国", "spain": "西班牙", "italy": "意大利", "silicon valley": "硅谷",
}
# fmt: on
"""Places as English writes them: cities, districts and countries that the compilations of the region speak of."""
_SYLLABLE = r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|uan|uai|iao|ian|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|a|e|i|o|u)"
_PINYIN = re.compile(r"(?<=[a-z,] )[A-Z][a-z'’]{4,}\b")
"""A capitalised word inside a sentence."""
_WHOLE_PINYIN = re.compile(rf"(?:{_SYLLABLE}['’]?){{2,4}}")
_ENGLISH_WORDS = frozenset(("china", "chinese", "june", "case"))
"""Capitalised English words that could be pinyin."""
_BODY = re.compile(
    r"\b(?:Bureau|Office|Commission|Committee|Department|Ministry|Administration|University|College|Company|Group|Hospital|Institute)\b"
)
_MIXED = re.compile(r"\b[A-Za-z]*[a-z][A-Z]+[A-Za-z]*\b|\b[A-Z]{2,}[a-z]{2,}\b")
_UP = (
    re.compile(r"\b(?:increas|r[oi]se|rising|grew|grow|expand|extend|lengthen)\w*", re.I),
    re.compile("增长|增加|提高|提升|上升|扩大|上涨|增至|翻番|延长|新增"),
)
_DOWN = (
    re.compile(r"\b(?:decreas|declin|f[ae]ll|reduc|shorten|shr[iau]nk|cut\b|drop)\w*", re.I),
    re.compile("下降|减少|降低|缩短|缩小|压缩|下跌|降至|减至|精简|压减|节约|节省|减"),
)
_QUOTED = re.compile(r"[\"“]([^\"“”]*[A-Za-z][^\"“”]*)[\"”](?!\s*[（(]?[\u3400-\u9fff])")
"""A name in quotation marks without its Chinese behind it."""
_NOT = re.compile(r"\b(?:not|never|no longer|cannot|without)\b|n['’]t\b", re.I)
_NOT_SOURCE = re.compile("不|未|没|无|非|免|零|禁")


def english_problem(text: str, said: str, source: str) -> str:
    """Return what is wrong with an English sentence about a Chinese passage; empty where nothing can be seen to be."""
    chinese = HAN_RUNS.findall(said)
    if absent := [word for word in chinese if word not in source]:
        return f"not in the passage: {', '.join(absent)}"
    if not chinese and not find_quantities(text):
        return "nothing that can be checked: give names with their Chinese in brackets"
    if not chinese and (body := _BODY.search(text)):
        return f"give the Chinese name of the {body[0]} in brackets"
    if name := _QUOTED.search(text):
        return f"give the Chinese of “{name[1]}” in brackets"
    return _wrong_name(text, source, named=bool(chinese)) or _turned_round(text, source)


def _wrong_name(text: str, source: str, *, named: bool) -> str:
    low = text.lower()
    for place, chinese in _PLACES.items():
        if re.search(rf"\b{place}\b", low) and chinese not in source:
            return f"not in the passage: {place.title()}"
    for match in _MIXED.finditer(text):
        if match[0].lower() not in source:
            return f"not in the passage: {match[0]}"
    for match in _PINYIN.finditer(text):
        word = match[0].lower()
        if not named and word not in _PLACES and word not in _ENGLISH_WORDS and _WHOLE_PINYIN.fullmatch(word):
            return f"give the Chinese of {match[0]} in brackets"
    return ""


def _turned_round(text: str, source: str) -> str:
    for (here, own), (_, other) in ((_UP, _DOWN), (_DOWN, _UP)):
        found = here.search(text)
        if found and other.search(source) and not own.search(source):
            return f"the passage says the opposite of: {found[0]}"
    negation = _NOT.search(text)
    return f"not denied in the passage: {negation[0]}" if negation and not _NOT_SOURCE.search(source) else ""
