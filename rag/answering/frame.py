"""The frame of a which-cases question ("汇编里哪些案例提到了…？"), and what is left without it."""

from __future__ import annotations

import re

_MARK = "□"
"""Stands where a piece of the frame was taken out: only what touches a mark, or an end, can be frame too."""

_DEPARTMENT = r"(?:单位|部门|区市|区县|功能区|委办局|地方|市直部门|县市|区或部门|区(?![块域位别间划]))"
_CASE = r"(?:(?:创新)?案例|篇目|文章)"
_INSIDE = r"(?:里面|里边|中间|当中|之中|里|中|内)?"
_WHICH = r"(?:有没有|有无|哪|多少|有几|几)(?:些|几|两|三|四|五|六|个|家|篇|项|一|位|座)*"
_REQUEST = re.compile(
    r"^(?:请问|请教|请|麻烦|劳驾|您好|你好|您|你|帮忙|帮我|给我|替我|告诉我|我?想(?:知道|了解|看看?|查|找|问)|能不能|能否|可否|可以|检索|搜索|搜|查一下|查一查|查查|查找|查询|找出|找一下|找找|找"
    r"|筛选出?|挑出|选出|统计|数一?数|看看|看一下|罗列|列出|列举|列一下|说说|说一下|一下|把|将|所有|全部|凡是|凡|只要|，)+"
)
_TOLD_OF = rf"(?:(?:把|将|相关|有关|对应|所属|报送|它们|这些|所有|的|和|与|及|、|{_MARK})*(?:单位|部门|案例|编号|名称|标题|名字|题目))+"
_RESULT = (
    re.compile(
        rf"(?:(?<={_MARK})|[，。；？?！!])(?:，|请|并|再|都|全部?|一并|一一|逐一|给我|帮我|麻烦|{_TOLD_OF})*(?:列|找|挑|筛|查|数|统计|说|报|写|告诉|给)(?:我|列|举|选|示|一列|一下|一遍|出|出来|给我|全|清楚|明|个)+(?:其|它们的?|所属|对应|报送|相关)?(?:单位|部门|名称|标题|名字|清单|名单|案例|编号|的)*(?=[，。？?！!{_MARK}]|$)"
    ),
    re.compile(
        rf"(?<={_MARK})(?:的)?(?:及其?|以及|和|与)?(?:所属|对应|报送|署名)?(?:的)?(?:数量|总数|个数|数目|清单|名单|列表|名称|标题|单位|部门)+(?=[，。？?！!{_MARK}]|$)"
    ),
)
"""What is to be done with the cases: 都列出来, 及其单位, 数量."""
_AS_WORDS = re.compile(
    r"(?:这个|这一|这种|等|的)?(?:字样|字眼|词语|一词|二字|两个字|(?<=[”\ue000-\uf8ff])(?:这(?:个|一|种))?(?:的)?(?:词|说法|提法|表述|概念))"
)
_BOOK = re.compile(
    rf"(?:在)?(?:(?:这|本|该|整)?(?:本|部)?汇编|全书|(?:这|本|该)(?:本|部)?书|书(?=[里中])){_INSIDE}的?|(?:在)?(?:30|三十)个案例{_INSIDE}"
)
_WHICH_CASES = (
    re.compile(rf"{_CASE}{_INSIDE}(?:都|各|一共|总共)?(?:有|是|在)?{_WHICH}(?:{_CASE})?(?:{_DEPARTMENT})?(?:的)?"),
    re.compile(
        rf"(?:在|是|有|都|被)*{_WHICH}(?:{_CASE}|{_DEPARTMENT}(?:{_INSIDE}的?(?:{_CASE}|工作|做法|经验))?){_INSIDE}"
    ),
    re.compile(rf"(?:在|是|有|都|被)*(?:谁|{_WHICH})的{_CASE}{_INSIDE}"),
    re.compile(rf"(?<={_MARK})(?:都|还|是|有)*{_WHICH}"),
    re.compile(rf"{_WHICH}的(?:案例|工作|做法|经验|服务)"),
    re.compile(rf"(?:分别)?(?:是|有|在)?{_WHICH}(?=[，。？?！!]|$)"),
    re.compile(r"(?:都|分别)?(?:是|有|属于)?(?:谁|什么|哪里)(?:的|家|家的)?(?=[，？?。]|$)"),
    re.compile(rf"(?:^|(?<=[，{_MARK}]))(?:都|还|又)?(?:有|是)?(?:谁|{_WHICH})(?:的(?:做法|经验|工作))?(?:都|还|也)?"),
)
_CASES_NAMED = re.compile(rf"(?:的|关于|^有)?(?:所有|全部|那些)?{_CASE}{_INSIDE}")
"""案例 itself never tells one case from another, wherever it stands."""
_LIGHT_VERB = re.compile(r"(?<![工合协])[作做]过(?![程度])")
"""新华社作过报道 says no more than 新华社报道; the 作过 of 工作过程 is no verb."""
_ADVERBS = r"(?:曾经|曾|都|也|还|又|明确|专门|直接|一共|分别|主动|同时|里面|其中|已经|已|有关系|被|并)*"
_SAYING = r"(?:登上过?|上过|用到|用上|提到|提及|提过|写到|写过|写|涉及|谈到|说到|讲到|讲|说|介绍|出现|报送|上报|提交|撰写|关于|有关|相关|属于)"
_DOING = r"(?:作|做|得到|受到|获得|采用|使用|运用|用|开展|建立|设立|成立|组建|创建|实行|实施|搞|引入|是(?!否|非)|有(?![机效限序线色关利偿益]))"
_AFTER = re.compile(
    rf"(?<={_MARK}){_ADVERBS}(?:{_SAYING}(?:到|过|了)*(?:{_MARK})?{_ADVERBS}|{_DOING}(?:到|过|了)*)?(?:关于|有关|的)?"
)
_AT_START = re.compile(rf"^{_ADVERBS}(?:{_SAYING}(?:到|过|了)*(?:关于|有关)?|(?!作|做|用|是|有){_DOING}(?:到|过|了)+)")
_AT_END = re.compile(
    rf"(?:{_ADVERBS}{_SAYING}|有关系|有关|分别|还|请列全|请列出)?(?:过|了|的|是|到|吗|呢)*(?=[{_MARK}，。？?！!]|$)"
)
_RELATED = re.compile(rf"(?:^|(?<={_MARK}))(?:和|与|跟|同)(?P<what>[^，。？{_MARK}]+?)(?:相关|有关|沾边|挂钩)")
_PURPOSE = re.compile(
    r"(?:^|(?<=[，。？]))(?:我们?|本人|单位|领导)?(?:正?在|想要?|要|准备|打算|计划|需要)+(?:写|做|搞|准备|起草|整理|策划)+一?[篇份个组期]?(?:关于|有关|讲|谈)?"
    r"(?P<topic>[^，。？]{2,24}?)(?:方面)?的?(?:稿子|稿件|报告|材料|文章|专题|课题|调研|综述|选题|报道|论文|简报|讲话稿?)，?"
)
"""What somebody wants the cases for says what they are about: 想写一篇讲营商环境的稿子，可以参考哪些案例？"""
_USE = re.compile(
    r"(?:可以|能够?|值得|可供|供我?|适合)(?:我们?|拿来)?(?:参考|借鉴|引用|用上|学习|用)(?:的|一下)*|用得[上着]"
)
_PLACE_IN_CASE = re.compile(
    rf"(?<={_MARK})(?:在|的|其|自己)*(?:内容|正文|材料|原文|文稿|文字|全文)(?:里面|里边|当中|里|中|内|上)?(?=(?:曾经|曾|都|也|还|又|明确|专门|直接|主动|同时|已经|已|有)*(?:提|写|涉及|谈|说|讲|介绍|出现|包含|用到|含))"
)
_MATTER = re.compile(
    rf"(?:的(?:事情?|情况|内容|例子|话题|问题)|方面(?:的(?:事情?|情况|内容))?)(?=[{_MARK}，。？?！!]|$)"
)
"""讲了跟银行合作的事 is about 跟银行合作."""
_BRACKETS = re.compile(r"[（(][^）)]*[）)]")


_ENGLISH_FRAME = re.compile(
    r"^(?:please )?(?:can you |could you )?(?:find|show|give|name|identify|count|search for|look for|tell me)(?: me| us)?(?: all| every| any)?(?: of)?(?: the)? (?:cases?|departments?|districts?|bureaus?|entries)(?: that| which)?\b"
    r"|\b(?:(?:which|what|whose|who|how many|are there (?:any)?|is there (?:a|any)?|list(?: all)?(?: the)?)\b(?: of the| other| innovation| innovative)*)"
    r"(?: ?\b(?:cases?|departments?|bureaus?|districts?|units?|entries|chapters?|contributions?|governments?)(?:['’]s?)?)+(?: and (?:departments?|districts?))?"
    r"|\b(?:in|of) (?:the|this) (?:whole |entire )?(?:compilation|book|collection|volume)\b"
    r"|\b(?:explicitly |also |ever )?(?:mention(?:s|ed|ing)?|involv(?:e|es|ed|ing)|refer(?:s|red|ring)? to|describ(?:e|es|ed|ing)|talk(?:s|ed|ing)? (?:about|of)"
    r"|deal(?:s|t|ing)? with|cover(?:s|ed|ing)?|concern(?:s|ed|ing)?|discuss(?:es|ed|ing)?|(?:wr[io]te|writ(?:es|ten|ing)) about|speak(?:s|ing)? of|touch(?:es|ed)? (?:on|upon)|us(?:e|es|ed|ing)|adopt(?:s|ed|ing)?|feature(?:s|d)?|introduc(?:e|es|ed|ing)|are about|is about)\b",
    re.I,
)


def without_english_frame(question: str) -> str:
    """Return an English which-cases question without the words that ask which, and the verb of saying."""
    return " ".join(_ENGLISH_FRAME.sub(" ", question).split())


def without_frame(form: str) -> str:
    """Return a which-cases question's matching form without its frame, a blank wherever something was taken out.

    Only whole words go, and only where the frame stands: the phrase that asks which cases, the verb of saying beside it, the
    particles at the edges. The 区 of 区块链 and the 有 of 国有 stay.
    """
    text = _PURPOSE.sub(rf"\g<topic>{_MARK}", form.replace("谁家", "谁"))
    text = _REQUEST.sub("", _BRACKETS.sub(_MARK, text))
    text = _BOOK.sub(_MARK, _AS_WORDS.sub("", text))
    for pattern in _WHICH_CASES:
        text = pattern.sub(_MARK, text)
    text = _LIGHT_VERB.sub(_MARK, _CASES_NAMED.sub(_MARK, text))
    text = _PLACE_IN_CASE.sub("", re.sub(f"{_MARK}+", _MARK, text))
    text = _USE.sub(_MARK, text) if _MARK in text else text
    text = _RELATED.sub(r"\g<what>", text)
    for pattern in _RESULT:
        text = pattern.sub(_MARK, text)
    before = ""
    while before != text:
        before = text
        text = re.sub(f"{_MARK}+", _MARK, text)
        text = _MATTER.sub(_MARK, _AT_END.sub("", _AFTER.sub("", _AT_START.sub("", text))))
    return text.replace(_MARK, " ")
