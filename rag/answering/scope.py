"""Requests that are no questions to a compilation: instructions to the machine, work it does not do, and no words at all."""

from __future__ import annotations

import re

from rag.normalising import matching_form

_ASKING = "哪|什么|多少|几|谁|怎|如何|何|啥"
_MACHINE = r"(助手|机器人|模型|角色|黑客|专家|dan|诗人|老师|ai|开发者|程序员|股评师|律师|医生|翻译)"
_INSTRUCTION = re.compile(
    rf"(忽略|无视|忘(掉|记))(?!.{{0,4}}({_ASKING})).{{0,12}}(指令|提示|要求|规则|规定|设定|原文|之前|以上|上面|前面|限制)"
    rf"|不(要|用|必)(管|理|遵守|引用)(?!.{{0,4}}({_ASKING})).{{0,12}}"
    r"(指令|提示|要求|规则|规定|设定|原文|之前|以上|上面|前面|限制)(?=$|[，。！；、？]|都|就|了|吧)"
    rf"|(系统|内部|初始)(提示词|指令|prompt|提示(?!.{{0,4}}({_ASKING})))|提示词"
    r"|(输出|打印|显示|泄露|告诉我)(你的)?.{0,6}(提示词|指令|密钥|密码|apikey|api key|源代码|配置文件)"
    rf"|(从现在起|从现在开始|现在开始|假装|假设你|(请|你|你来|，|^)扮演|你(现在)?是)(?!.{{0,6}}({_ASKING}))"
    rf"(.{{0,8}})(是|一个|没有)?.{{0,6}}{_MACHINE}"
    r"|(从现在起|从现在开始)(你|，你|请|只|都|不|用|以|按|说)"
    rf"|(没有|不受|解除)(任何|所有|一切)?(?!.{{0,6}}({_ASKING})).{{0,3}}(限制|约束).{{0,4}}(助手|模型|模式|ai)"
    r"|(进入|开启|切换到?|启用|打开).{0,4}(开发者|越狱|上帝|调试|管理员|无限制|dan)模式"
    r"|(请|给我|帮我|替我|随便|你来?)(编|造)(一|个|两|几|些|条|段|篇)"
    rf"|(编造|杜撰|虚构|捏造|瞎编|编出)(一|个|两|几|些|条|段|篇)(?!.{{0,8}}(情况|行为|问题|吗|{_ASKING}))"
)
_WRITTEN = r"(诗|小说|故事|代码|程序(?!员)|脚本|作文|文案|歌词|情书|新闻稿|发言稿|请假条|广告|邮件|python|算法|排序)"
_OTHER_WORK = re.compile(
    rf"(写|作|创作|生成|来)(一|首|篇|个|段|封|份).{{0,10}}{_WRITTEN}|(帮我|给我|替我|请你?|^)(写|编写|生成|画).{{0,8}}{_WRITTEN}"
    r"|用(python|java|javascript|c\+\+|go|rust|excel|sql).{0,4}(写|编|实现|画)"
    r"|翻译(成|为|一下).{0,8}|(讲|说)(一|个|段).{0,3}(笑话|故事)|(^|请|帮我|给我|替我)(画|绘制)(一|张|幅).{0,6}(图|画)"
    r"|(今天|明天|后天|昨天|现在|本周|这周|周末).{0,12}(天气|气温|几点|星期几|下雨|油价|路况|限行)"
    r"|(今天|明天|后天|昨天|本周|这周|周末).{0,12}(股价|新闻)|(?<![看据按随凭])天气(怎么样|如何|预报)(?!.{0,4}[判影决用])"
    r"|\d+[+\-*/×÷]\d+(=|等于)|(股票|彩票|基金).{0,6}(推荐|预测|买哪)|(推荐|预测).{0,3}(一|几)?(只|支|个|注).{0,2}(股票|彩票|基金)"
)
_GREETING = re.compile(
    r"^(你好|您好|大家好|嗨|哈喽|早上好|下午好|晚上好|谢谢|多谢|再见|拜拜|在吗|在不在|hi|hello|hey|thanks?|thankyou|bye)[呀啊吗你您们了，。！？~]*$"
)
_ENGLISH_INSTRUCTION = re.compile(
    r"\b(ignore|disregard|forget|bypass|override)\b.{0,40}\b(instructions?|prompts?|rules?|previous|above|guidelines?)\b"
    r"|\b(system prompt|hidden prompt|api key|jailbreak|developer mode)\b"
    r"|\b(pretend|roleplay|you are now|from now on)\b|(?:^|[.!,;:]|please|must|should|to|and)\s*act as\b(?!\?)"
    r"|(?:^|[.!,;:]|please|you|and|just|to)\s*(make up|invent|fabricate)\b",
    re.I,
)
_ENGLISH_OTHER = re.compile(
    r"\b(write|compose|generate)\b.{0,20}\b(poem|story|song|code|script|essay|email|joke)\b|\btell me a joke\b"
    r"|^(please )?translate\b|\btranslate (this|the following|it)\b"
    r"|\b(weather|stock price)\b.{0,20}\b(today|tomorrow|now|tonight|forecast|this week)\b"
    r"|\b(what is|what's|how is|how's) the (weather|stock price)\b|\bweather forecast\b",
    re.I,
)
_MARKUP = re.compile(r"<[^<>]*>|{{[^{}]*}}")
"""Tags and places left open in a form: they are not what a person asks."""


def is_instruction(question: str) -> bool:
    """Return whether a text tells the machine what to be or do, instead of asking about the compilation."""
    form = matching_form(question)
    return bool(_INSTRUCTION.search(form) or _ENGLISH_INSTRUCTION.search(question))


def is_other_work(question: str) -> bool:
    """Return whether a text asks for work that has nothing to do with answering from a compilation, or only greets."""
    form = matching_form(question)
    return bool(_GREETING.match(form) or _OTHER_WORK.search(form) or _ENGLISH_OTHER.search(question))


def asks_nothing(question: str) -> bool:
    """Return whether a text has no word of its own: figures, marks and markup alone."""
    return not any(map(str.isalpha, _MARKUP.sub("", question)))
