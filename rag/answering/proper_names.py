"""Names in a sentence that must stand in what it cites: documents, quoted names, departments, organisations, places, persons."""

from __future__ import annotations

import re
from functools import cached_property

from rag.answering.values import find_names
from rag.normalising import matching_form
from rag.types import Compilation

_PLACE = re.compile(
    r"(?=([\u3400-\u9fff]{2})(自治区|新区|街道|特区|半岛|群岛|港区|园区|社区|省|市|区|县|镇|乡|村|岛|湾|港|山|河|路|州)(?![场政场民域级长区划中内外]))"
)
_ORGANISATION = re.compile(
    r"(?=([\u3400-\u9fff]{2})(有限公司|分公司|集团|银行|支行|保险|期货|证券|基金|研究院|研究所|研究中心|大学|学院|小学|中学|医院|协会|联盟|委员会"
    r"|总局|海关|公司|法院|检察院|党校|电视台|出版社|局|委|办|厅|处|署)(?![长势面域部限于理事分公员会]))"
)
_VERBAL = frozenset("了在于到从由向和与及对等为是的把被将以并或给让使至、")
"""What may stand before a name and is no part of it."""
_ANY = frozenset("全我该本各两此每多某其几数")
"""With these before it an ending names no place: 全省, 各区."""
_RANKS = "总书记|书记|市长|副市长|局长|主任|部长|院长|教授|院士|司长|区长|会长|组长|主席|总理|委员|校长|先生|女士|同志"
_SURNAMES = (
    "王李张刘陈杨赵吴徐孙马朱胡郭罗郑梁谢宋唐许韩冯邓曹彭肖董袁潘蒋蔡苏魏吕沈姚卢姜崔谭陆汪廖贾韦傅邹孟熊秦邱薛阎侯"
)
"""Of the commonest those that are no everyday words (于, 任, 方, 高, 何 …): "市长任组长" names nobody."""
_PERSON = re.compile(
    rf"(?:{_RANKS})([{_SURNAMES}][\u3400-\u9fff])|(?<![\u3400-\u9fff])([{_SURNAMES}][\u3400-\u9fff]{{1,2}})(?:{_RANKS})"
)
"""Surname and the first character after it, beside a rank."""
# fmt: off
_NO_NAMES = frozenset((
    "上市", "都市", "城市", "下乡", "返乡", "思路", "道路", "线路", "公路", "铁路", "电路", "进村", "入村", "农村", "乡村",
    "签署", "部署", "布局", "格局", "结局", "全局", "大局", "开办", "举办", "承办", "主办", "查处", "创办", "申办", "交办",
))
# fmt: on
"""Words that end like names."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z][a-z0-9+.\-]*(?: [a-z][a-z0-9+.\-]*)*")
# fmt: off
_PLACES = (
    "北京", "上海", "天津", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东",
    "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏",
    "宁夏", "新疆", "香港", "澳门", "深圳", "广州", "杭州", "南京", "苏州", "武汉", "成都", "西安", "大连", "宁波", "厦门",
    "济南", "青岛", "烟台", "威海", "潍坊", "淄博", "济宁", "泰安", "临沂", "德州", "聊城", "滨州", "菏泽", "枣庄", "东营",
    "日照", "莱芜", "沈阳", "哈尔滨", "长春", "石家庄", "太原", "郑州", "合肥", "南昌", "长沙", "福州", "昆明", "贵阳", "兰州",
    "乌鲁木齐", "拉萨", "海口", "三亚", "珠海", "市南", "市北", "李沧", "崂山", "城阳", "黄岛", "即墨", "胶州", "平度", "莱西",
    "胶南", "红岛", "西海岸", "高新区", "古镇口", "董家口", "中国", "美国", "日本", "韩国", "德国", "英国", "法国", "俄罗斯", "新加坡",
    "欧洲", "亚洲", "非洲", "以色列", "印度", "澳大利亚", "加拿大", "意大利", "荷兰", "瑞士",
)
# fmt: on
"""Provinces, larger cities, Qingdao's districts, countries: names that no ending shows."""


class ProperNames:
    """Knows the names of one compilation: its departments and their short forms."""

    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation

    @cached_property
    def departments(self) -> tuple[str, ...]:
        """The matching forms of all departments, as body and contents print them, longest first; none that is empty."""
        forms = {
            matching_form(name)
            for case in self._compilation.cases
            for name in (case.department, case.department_in_contents)
        }
        return tuple(sorted((form for form in forms if len(form) >= 2), key=lambda form: (-len(form), form)))

    def missing(self, said: str, source: str) -> list[str]:
        """Return the names in a matching form that do not stand in the form of what it cites, each once, in order."""
        found: dict[str, None] = {}
        absent = [name for name in self._names(said) if name not in source]
        cut = [name for name in _quoted(said) if name in source and not _ends_there(name, source)]
        for name in (*absent, *cut, *_missing_by_ending(said, source), *_missing_persons(said, source)):
            if not any(name in longer for longer in found):
                found[name] = None
        return list(found)

    def places_and_bodies(self, form: str) -> list[str]:
        """Return the departments, places and organisations in a matching form, the longest first."""
        departments = [department for department in self.departments if department in form]
        places = [place for place in _PLACES if place in form]
        ended = [match[1] + match[2] for match in (*_PLACE.finditer(form), *_ORGANISATION.finditer(form))]
        whole = [name for name in ended if not set(name[:2]) & (_ANY | _VERBAL)]
        return sorted(dict.fromkeys((*departments, *places, *whole)), key=lambda name: (-len(name), name))

    def _names(self, said: str) -> list[str]:
        departments = [department for department in self.departments if department in said]
        places = [place for place in _PLACES if place in said]
        latin = [match[0].strip(".-") for match in _LATIN.finditer(said) if len(match[0]) >= 2]
        return [*_quoted(said), *departments, *places, *latin]


def _quoted(said: str) -> list[str]:
    return [said[start:end].strip("“”《》「」") for start, end in find_names(said)]


def _ends_there(name: str, source: str) -> bool:
    """Return whether a quoted name ends somewhere in the source where it says it does: 审计中心 is not called “审计”."""
    return any(not _HAN.match(after) or after in _VERBAL for after in re.findall(f"{re.escape(name)}(.|$)", source))


def _missing_persons(said: str, source: str) -> list[str]:
    names = [match[1] or match[2] for match in _PERSON.finditer(said)]
    return [name for name in names if name not in source]


def _missing_by_ending(said: str, source: str) -> list[str]:
    """Return the names known by their ending that the source does not have, as far as two characters before the ending."""
    missing = []
    for match in (*_PLACE.finditer(said), *_ORGANISATION.finditer(said)):
        before, ending = match[1], match[2]
        if before[1] in _ANY or before[1] in _VERBAL or before[1] + ending in _NO_NAMES:
            continue
        if before[1] + ending in _PLACES and before[1] + ending in source:
            continue  # "表扬青岛"
        name = before[1] + ending if before[0] in _VERBAL else before + ending
        if name not in source:
            missing.append(name)
    return missing
