"""What a question asks for: its kind, and the unit of the value it wants."""

from __future__ import annotations

import re

from rag.answering.asked_english import asked_in_english, parts_in_english
from rag.answering.kinds import OF_LENGTH, Asked, Kind, Sought
from rag.answering.units import UNIT_GROUPS, exact_units, group_by_noun, units_asked
from rag.normalising import is_mostly_latin, matching_form

__all__ = ["UNIT_GROUPS", "Asked", "Kind", "Sought", "split_question", "what_is_asked"]

_NUMBERS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_NUMERAL = "(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])"
_DATE = re.compile(
    r"(什么时候|何时|几时|哪(一)?(年|天|日|月)|几月|几号|(什么|哪个|具体|启动|成立|发布|印发|举行)(时间|日期|年份)|时间是|多会儿|啥时候)"
)
_HOW = re.compile(
    r"(怎样|怎么|如何|为什么|为何|为啥|咋|凭什么|什么(办法|方式|方法|做法|措施|手段|途径|原因|原则|背景|意义|作用)|靠(什么|啥)|原因|哪些(做法|办法|措施|举措)|怎么回事)"
)
_LIST = re.compile(
    r"(哪些|哪(几|两|二|三|四|五|六|七|八|九|十)|有何|分别(是|指|为|有)|包括(什么|哪)|列举|都有(什么|谁|啥)|"
    r"几(个|大|种|类|项|方面)?(方面|步|环节|内容)|是什么内容|(内容|组成|构成)是|逐[项一条](列|说|写|给)|(全部|都|完整)(地)?(列|罗列|说|写)(出|全|一)|完整的?(几|名单|清单)|都[^，。？]{1,3}了(些)?(什么|啥))"
)
_NAME = re.compile(r"(谁|哪位|哪(一)?(个|家|所|里|儿|份|本|种|类|项|座|条|部|支)?|什么|啥|叫(什么|啥|作)|何(种|处|地))")
_ROLE = "主任|会长|组长|局长|校长|院长|队长|班长|书记|市长|部长|司长|负责人|创始人|设计者|教授|教练|院士|专家|冠军得主"
_SOUGHT = (
    (
        Sought.PLACE,
        re.compile(
            r"(哪些|哪几个|哪[两三四五]个?|哪个|什么)(外地|国内|国外|其他|兄弟|先进)?的?(省市|城市|国家|省份|地市|外地)"
        ),
    ),
    (Sought.PERSON, re.compile(rf"(谁|哪(一)?位|({_ROLE})(的)?(姓名|名字|叫什么|叫啥)|姓什么)")),
    (
        Sought.DOCUMENT,
        re.compile(r"(哪(一)?(份|部|个|项)|什么)(文件|办法|意见|方案|通知|简报|规划|条例|规定|丛书|杂志|刊物|报纸)"),
    ),
    (
        Sought.ORGANISATION,
        re.compile(
            r"(哪(一)?(家|个|所)|什么|哪[几些]家?)[^，。？]{0,6}?(单位|公司|企业|机构|银行|大学|高校|学校|院校|协会|集团|媒体|部委|研究院|团队|承建|承办|开发商|厂)"
        ),
    ),
    (
        Sought.NAMED_THING,
        re.compile(r"(叫(什么|啥|作)|名称|名字|什么(品牌|称号|荣誉|奖|名|模式|平台|机制|口号|主题|理念))"),
    ),
)
_MANY = r"(哪|有没有)(些|几|两|三|四|五|六|七|一些)+(个|家|篇|项)?"
_WHICH_CASES = re.compile(
    rf"({_MANY}(创新)?案例|哪(一)?(个|篇)(创新)?案例|{_MANY}(单位|部门|区市|区县|地方|区|功能区|市直部门|委办局)的(案例|工作|做法|经验)"
    r"|案例(都)?(有|是)?哪(些|几|两|三|四)|(哪些|哪几(个|篇)|哪(个|篇))(篇目|文章)"
    r"|案例(都|分别|一共)?(有|是)?谁|案例(里|中)(都|分别|一共)?有谁|有(没有|无)(哪(个|些|篇))?(创新)?案例|案例(里|中)?有没有"
    r"|哪(一)?(个|家)(单位|部门|区市|区县|区|功能区)(报送|上报|提交|撰写|写).*的(创新)?案例|(多少|几)(个|篇)(创新)?案例.{0,4}(提|写|涉|谈|说|讲|介绍|用|采用|与|和))"
)
_KIND_WORD = r"(?:区市政府|区市|区县|县区|区政府|县级市|功能区管委会?|功能区|管委会?|市直部门|市直单位|市级部门|委办局)"
_WHICH_OF_KIND = re.compile(
    rf"{_MANY}{_KIND_WORD}(、{_KIND_WORD})*(的)?(案例|做法|经验|工作)"
    rf"|(?<!最[多少高低大小快早长])的{_KIND_WORD}(都|分别|一共)?(有|是)(哪|谁|几)|^(汇编(里|中)?)?{_KIND_WORD}(里|中)?(面)?，?(有)?(哪|几)|{_MANY}家的(案例|做法|经验|服务|工作)"
    rf"|(?<!第)(几|多少)(个|篇)({_KIND_WORD}的?)?(创新)?案例(里|中)?[^，。？]{{2,}}|哪(几|两|三|四)家的|(在|是|有){_MANY}(单位|部门|{_KIND_WORD})的?案例"
    rf"|在{_MANY}(单位|部门|{_KIND_WORD})(的案例)?(里|中)|(是|有){_MANY}(单位|{_KIND_WORD})(的案例)?[？?]?$"
)
"""Cases asked for by the kind of their department, or by 谁 and 家 beside 案例."""
_WHICH_DEPARTMENTS = re.compile(
    rf"(^|[，。：])(.{{0,4}}(汇编|书|目录)(里|中|内)?(面)?)?(请问|请)?(列出|列举|说说)?(都|青岛|全市|青岛市)?(有)?{_MANY}(单位|部门|区市|区县|地方|区|功能区|市直部门|委办局|区或部门|县市)"
)
_SAYS = r"(?:提到|提及|提过|写到|写过|写了|讲到|讲过|讲了|讲述|谈到|谈过|谈及|说到|说过|涉及|用到|用上|用过|用了|采用|使用|运用|介绍[了过到]|出现|包含|含有?|报道)"
_IN_WORDS = r"(?:提到|提及|提过|写到|写过|讲到|讲过|讲了|谈到|谈过|谈及|说到|涉及|用到|用上|用了|上过)"
_ONE_OR_MORE = r"(?:谁家?|哪[几些一]?篇|几篇|哪一?家|哪[几些]家?|几家|多少家)"
_CASES_TOLD = r"的?(?:所有|全部|那些)?(?:创新)?案例(?=$|[，。？]|有吗|有没有|都|请|列|找|挑|筛|数量|总数|个数|清单|名单|分别|一共|总共|及|各|(?:有|是)(?:哪(?![年天月])|谁|几[个家篇]|多少[个家篇]?(?:$|[，。？])))"
_WHICH_SAYING = re.compile(
    rf"{_SAYS}[^，。？]{{1,24}}?{_CASES_TOLD}|(?:哪些|哪几[个家]?)(?:单位|部门|{_KIND_WORD})(?:都|也|还)*{_IN_WORDS}"
    rf"|{_SAYS}[^，。？]{{1,24}}的(?:都|分别|一共|总共)?(?:有|是){_ONE_OR_MORE}"
    rf"|{_SAYS}[^，。？]{{1,24}}的(?:单位|部门|{_KIND_WORD})(?:，?请)?(?:都|分别|一共|总共|还)*(?:(?:有|是)(?:{_ONE_OR_MORE}|谁)|列|$)"
    rf"|{_ONE_OR_MORE}的(?:创新)?案例|案例(?:里|中)?(?:都|分别|一共)?(?:有|是)?(?:几家|哪几?家)|案例(?:里|中)(?:面)?(?:共|一共)?(?:有)?(?:多少|几)[个家篇](?!案例)"
    rf"|(?:多少|几)[个篇]?(?:创新)?案例(?:里|中)?.{{0,3}}{_SAYS}|案例(?:里|中)?(?:面)?[^，。？]{{0,3}}(?:{_SAYS}|[用讲写搞])[^，。？]{{1,20}}(?:吗|没有|没)(?=$|[，。？])"
)
"""Cases asked for by what they say, though no 哪些案例 asks for them: 请把提到…的案例都列出来."""
_WHICH_ABOUT = re.compile(
    rf"(?:关于|有关|讲|写|谈|搞)[^，。？讲写谈]{{1,20}}?{_CASES_TOLD}|(?:和|与|跟|同)[^，。？]{{1,20}}?(?:相关|有关|沾边)(?:的|，){_CASES_TOLD}"
    rf"|{_ONE_OR_MORE}(?:单位|部门|区市|区县|地方)?(?:的案例|的做法)?(?:里|中)?(?:面)?(?:也|还|都|曾经?|又|同时|明确|一共)*{_IN_WORDS}"
    rf"|(?:哪一?[个家]|哪些|哪几[个家]?|几[个家]|多少[个家]?)(?:单位|部门|{_KIND_WORD})(?:的(?:案例|做法|经验|工作))?(?:里|中)?(?:面)?(?:也|还|都|曾经?|又|同时|明确)*{_IN_WORDS}"
    rf"|^(?!.*(?:什么|多少|怎|如何|为何|总结|概括|介绍|讲讲|说说|分析|解释|哪))[^，。？]{{2,}}的(?:所有|全部)?(?:创新)?案例[。？]?$"
)
"""The same where no case is named: what is said of one that is named asks for no other."""
_OF_ALL_CASES = re.compile(r"(30|三十|所有|全部|各)个?案例(里|中|当中|之中)|汇编(里|中|当中)|全书(里|中)?")
"""Asked of the whole compilation, whatever case a quoted word may be the title of."""
_STRUCTURE = re.compile(r"(分|下面|下|包括|有).{0,3}(哪|几|多少).{0,3}(部分|章节|小标题|标题|板块|方面)")
_COMPARE = re.compile(
    r"(相比|比较|对比|哪个更|哪家更|谁更|更(多|大|高|快|早|长|少|低)|区别|不同|异同|差(别|异|多少)|各自|分别|谁(多|大|高|快|早)|哪个(多|大|高|快|早|长)|孰)"
)
_COMPARE_NAMED = re.compile(
    r"(?:^|[，。？：这])(?:两|三)(?:家|者|地|边|个?[区市县]|个?(?:单位|部门|案例|地方)|个(?=$|[，。？都]))|不一样|(?<!\d)各(?=是|有|用|花|占|获|得|惠及|投|为|能|由|派|请|去|拿|建|给|缩|降|减|带|培|发|设|在|于|让|怎|如何|从|把|要|做|办|来|需|补|奖|靠|属)|差距|在先|占优|一样(多|大|高|快|早|长)|先后顺序|按先后|谁先谁后|哪个先|孰先孰后|比.{2,}(大|多|高|快|早|长|少|低|短|晚)(吗|多少|？)"
)
"""Words that compare only where two cases are named."""
_COMPARE_JOINED = re.compile(
    r"[^，。？]{5,}(?:，和|，与|，跟|和|与|跟|以及|、)[^，。？]{5,}?，?[^，。？]{0,8}?(分别|各(自)?)(是|为|有|达|占|在|于)?(\d{4}年)?(多少|几|哪|什么)|"
    r"[^，。？]{4,}，?比[^，。？]{4,}?(更|还)?(大|多|高|快|早|长|少|低|短|晚)(吗|多少)"
)
"""Two long things joined, and what each comes to: compared though no case is named."""
_COMPARE_ANYWAY = re.compile(
    rf"相比|比起来|各自|(谁|哪个|哪家|哪边|哪方|哪一个|哪项|哪种|哪类|哪本|哪份|哪件)[^，。]{{0,8}}?(更|大|多|高|快|早|{OF_LENGTH}|少|低|短)(？|$|，|些|一些)|(与|和|跟).+(区别|异同|不同)|[^，]{{2,}}(和|与|跟)[^，]{{2,}}(哪|谁)[^，]{{0,8}}(靠前|在先|占优|领先)"
)
_COMPARE_TOPICS = re.compile(
    r"(两|三)(个|家|篇)[^，。？个家]{2,14}案例.*(区别|异同|不同|相同|分别|各自|各是|各有|相比|比较|对比)"
)
_ASKS_WORDS = re.compile(r"什么(?!时候|时间|日期)|啥(?!时候)|怎|如何|为何|哪些")
"""What is compared is no figure, whatever noun stands before: 两家都请了第三方机构，各自让他们做什么？"""
_ASKS = re.compile(
    r"(哪|多少|几(?!乎)|什么|谁|怎|如何|为何|多大|多高|多长|多久|何时|啥|咋|吗|没有？)|\b(how|what|which|when|who|where|why)\b",
    re.I,
)


def what_is_asked(question: str, *, n_cases_named: int = 0) -> Asked:
    """Return what `question` asks for.

    n_cases_named: how many cases it names; with two or more, words of comparison are taken as one.
    """
    if is_mostly_latin(question):
        return asked_in_english(question, n_cases_named=n_cases_named)
    form = matching_form(question)
    units = units_asked(form)
    kind = _kind(form, units, n_cases_named)
    if kind is Kind.COMPARE and not any(units):
        units = () if _ASKS_WORDS.search(form) else (group_by_noun(form),)
    if kind is Kind.OTHER and (_n_items(form) or 0) >= 2:
        kind = Kind.LIST
    if kind in (Kind.LIST, Kind.WHICH_CASES):  # "哪四项" counts the items, it asks for no figure
        units = ()
    return Asked(kind, units, _n_items(form), english=False, sought=_sought(form), exact_units=exact_units(form))


def split_question(question: str) -> list[str]:
    """Return the parts of a question that asks several things ("…叫什么？投入多少？"), itself alone where it asks one."""
    if is_mostly_latin(question):
        parts = parts_in_english(question)
    else:
        parts = re.split(r"(?<=[？?])|，", matching_form(question))
    asking = [part.strip(" ，") for part in parts if part and _ASKS.search(part)]
    if len(asking) < 2:
        return [question]
    return asking


def _sought(form: str) -> Sought | None:
    return next((sought for sought, pattern in _SOUGHT if pattern.search(form)), None)


def _kind(form: str, units: tuple[frozenset[str], ...], n_cases_named: int) -> Kind:
    which = _WHICH_CASES.search(form) or _WHICH_DEPARTMENTS.search(form)
    which = which or _WHICH_SAYING.search(form)
    if n_cases_named == 0 or "除" in form or _OF_ALL_CASES.search(form):
        which = which or _WHICH_OF_KIND.search(form) or _WHICH_ABOUT.search(form)
    if which and not _STRUCTURE.search(form):
        return Kind.WHICH_CASES
    if n_cases_named >= 2 and (_COMPARE.search(form) or _COMPARE_NAMED.search(form)):
        return Kind.COMPARE
    if _COMPARE_ANYWAY.search(form) or _COMPARE_JOINED.search(form) or _COMPARE_TOPICS.search(form):
        return Kind.COMPARE
    if _DATE.search(form):
        return Kind.DATE
    if _LIST.search(form) and not re.search(r"分别(是|为|有)?多少", form):
        return Kind.HOW if re.search(r"哪些(做法|办法|措施|举措)", form) else Kind.LIST
    if units:
        return Kind.NUMBER
    if _HOW.search(form):
        return Kind.HOW
    if _NAME.search(form):
        return Kind.NAME
    return Kind.OTHER


def _n_items(form: str) -> int | None:
    match = re.search(
        rf"哪({_NUMERAL}|(?<!\d)\d{{1,2}})(?=[^年月日天])|({_NUMERAL}|(?<!\d)\d{{1,2}})(大|个|项|种|类|方面|步|条)",
        form,
    )
    return None if match is None else _count(match.group(1) or match.group(2))


def _count(numeral: str) -> int | None:
    """Return a numeral up to 99 as a number: 两, 十二, 二十, 36."""
    if numeral.isdigit():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if any(len(part) > 1 for part in (tens, ones)):
        return None
    return (_NUMBERS.get(tens, 1) * 10 if ten else 0) + _NUMBERS.get(ones, 0)
