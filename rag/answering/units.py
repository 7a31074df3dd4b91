"""Units of figures: which go together, and which a question wants."""

from __future__ import annotations

import re

UNIT_GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "人 名 位 人次 余人 人员",
        "家 户 个 所 处 座 眼",
        "项 个 件 条 类 大类 种",
        "元 万元 亿元 美元 亿美元 块钱 块",
        "% 个百分点 百分点 成 倍 /5",
        "天 日 工作日 个工作日 小时 分钟 秒 分 个月 年 月 周",
        "平方米 平米 万平方米 平方公里 亩 万亩 公顷 立方米 万方 方",
        "米 公里 千米 里 厘米 cm",
        "吨 万吨 公斤 千克 吉焦 千瓦时 度",
        "次 回 批次 场 期 场次 轮 稿 批",
        "岁 周岁",
        "字 万字",
        "页",
        "辆 台 架 架次 艘 眼",
        "分",
        "℃ 度 摄氏度",
        "篇 期 份 本 张 册",
        "株 棵",
    )
)

_QUANTITY = re.compile(r"(多少|几(?!乎|何)|哪几)(?P<tail>[^，。？?、；！!]{0,6})")
MONEY = frozenset({"元", "万元", "亿元", "万亿元", "美元", "万美元", "亿美元", "亿", "万", "万亿"})
_NOUN_UNITS = (
    (
        re.compile(
            r"(资金|经费|钱|收入|投资|金额|补贴|税|利润|产值|奖金|预算|费用|贷款|价格|补助|补偿金|款|金$|收益|总额|投入|总值|出资|罚)"
        ),
        MONEY,
    ),
    (
        re.compile(r"(人数|人次|人口|名额|学生|群众|居民|农民|官兵|专家|教师|党员|人$)"),
        frozenset({"人", "名", "位", "人次", "余人", "人员"}),
    ),
    (re.compile(r"(企业|公司|学校|单位|部门|机构|村|社区|园区)"), frozenset({"家", "户", "个", "所", "处", "座"})),
    (re.compile(r"(面积|规模多大)"), frozenset({"平方米", "平米", "万平方米", "平方公里", "亩", "万亩", "公顷"})),
    (
        re.compile(r"(时间|工夫|工期|用时|天数|时长|期限|周期)"),
        frozenset({"天", "日", "工作日", "个工作日", "小时", "分钟", "分", "秒", "个月", "年"}),
    ),
    (re.compile(r"(占比|比例|比重|率|增速|增长|百分|幅度|降幅|增幅|提速)"), frozenset({"%", "个百分点", "成", "倍"})),
)
"""What a noun beside 多少 says of the unit; the noun may stand before it ("总产值是多少") or after ("多少补偿金")."""
_NOUN_REACH = 8
_RATIO = re.compile(r"(百分之几|百分之多少|比例|占比|占到|百分比|增速|增长率|覆盖率|通达度|覆盖(了)?多少|几成)")
_MEASURE = re.compile(r"(多大|多高|多长|多久|多宽|多远|多重|多深|总规模|规模有|总额)")
_MEASURE_UNITS = {
    "多久": "天 日 工作日 小时 分钟 秒 个月 年 月 分",
    "多长": "米 公里 天 小时 个月 年",
    "多大": "平方米 平方公里 亩 元 亿元 岁",
}
_FIGURE_NOUN = re.compile(
    r"[^，。？；：、]{2,}(?P<noun>数量|总数|人数|户数|件数|次数|面积|规模|金额|总额|总量|产值)(?:(?:分别|各)?(?:是|为|有))?(?:呢|吗)?[？。！]*$"
)
"""A figure asked for by its noun alone, at the end ("军民融合企业数量")."""


def units_asked(form: str) -> tuple[frozenset[str], ...]:
    """Return one set of interchangeable units for each value a question's matching form asks for."""
    found = [_unit_group(form, match) for match in _QUANTITY.finditer(form)]
    if _RATIO.search(form) and not any("%" in group for group in found):
        found.append(frozenset({"%", "个百分点", "成", "倍"}))
    for match in _MEASURE.finditer(form):
        units = _MEASURE_UNITS.get(match.group(), "").split()
        found.append(frozenset(units) or group_by_noun(form[: match.start()][-_NOUN_REACH:]))
    if not found and (noun := _FIGURE_NOUN.search(form)):
        found.append(group_by_noun(form[: noun.end("noun")][-_NOUN_REACH:]))
    return tuple(found)


def _unit_group(form: str, match: re.Match[str]) -> frozenset[str]:
    """Return the units that fit what stands after 多少 or 几, else what the nouns around it say; empty where nothing does."""
    tail = match.group("tail")
    if re.match(r"(万|亿|千万)?(元|块|美元|美金)", tail) or re.fullmatch(r"(万|亿|万亿)", tail):
        return MONEY
    known = sorted({unit for group in UNIT_GROUPS for unit in group}, key=len, reverse=True)
    stripped = re.sub(r"^(万|亿|千|百|余|多|大)", "", tail)
    for candidate in (tail, stripped):
        for unit in known:
            if candidate.startswith(unit):
                return interchangeable(unit)
    clause = re.split(r"[，。？；：]", form[match.start("tail") :])[0]
    return group_by_noun(clause[:_NOUN_REACH]) or group_by_noun(_clause_before(form, match.start()))


def exact_units(form: str) -> tuple[str, ...]:
    """Return the units that stand after 多少 or 几."""
    known = sorted({unit for group in UNIT_GROUPS for unit in group}, key=len, reverse=True)
    said = (re.sub(r"^(万|亿|千|百|余|多|大)(?=.)", "", match.group("tail")) for match in _QUANTITY.finditer(form))
    return tuple(unit for tail in said for unit in [next((u for u in known if tail.startswith(u)), "")] if unit)


def _clause_before(form: str, end: int) -> str:
    return re.split(r"[，。？；：]", form[:end])[-1][-_NOUN_REACH:]


def group_by_noun(text: str) -> frozenset[str]:
    """Return the units of the last telling noun in `text`; empty where there is none."""
    found = [(match.end(), units) for pattern, units in _NOUN_UNITS for match in pattern.finditer(text)]
    return max(found, key=lambda pair: pair[0])[1] if found else frozenset()


def interchangeable(unit: str) -> frozenset[str]:
    """Return the units that may stand for `unit`, itself among them."""
    groups = [group for group in UNIT_GROUPS if unit in group]
    return frozenset().union(*groups) if groups else frozenset({unit})
