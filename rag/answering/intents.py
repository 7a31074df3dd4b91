"""What can be asked about a compilation itself: patterns, the words each may be asked in, and the check of the rest.

An intent applies only where its pattern is found and next to nothing else is said: a question with other words
asks for something inside the cases, which no table of contents answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.normalising import matching_form
from rag.retrieval.mentions import Mention
from rag.types import Case

_SPOKEN = (
    r"请问|请|帮我|给我|告诉我|一下|哪些|哪几|哪一?个|哪一?篇|哪一?家|哪里|哪|什么|啥|谁|多少|有没有|没有|列出|列举|所有|全部|分别|一共|总共|共有|都有|有|是|的|了|在|由|"
    r"里面?|当?中|内|上|下|被|这|那|本|该|份|整|一|几|"
    r"案例汇编|汇编|目录|全书|书|封面|材料|创新|工作|案例|文章|文|正文|单位|部门|机构|系统|青岛市?|2018年?|年|个|篇|家|项|号|和|及|与|也|又|还|都|呢|吗|呀|啊|"
    r"按照?|看|算|照|顺序|根据|依据|共计|合计|总计|总|共|各自|各|具体|到底|究竟|能|可以|查到|找到|知道|想|列|[，。？！、；：“”‘’《》（）()?!,.…—\s]"
)
_COMMON = re.compile(_SPOKEN)
_TOLD = r"|写|报送|报|提交|撰写|署名|申报|供稿|出自|来自|收录|收进|收|入选|参与|牵头|负责|作者|交|编入|刊载|载|起草|撰|所属|隶属|对应|讲|说|题目|标题|名字|名称|题为|叫|压轴|关于|内容|主题|排"
_PAGE_WORDS = (
    _TOLD
    + r"|起始|结束|终止|止|至|占|所在|位置|翻|找|起止|页码|页数|第?几页|多少页|第?\d+页|页|从|开始|起|到|标|属于|位于|第"
)
_BESIDE_WORDS = (
    _TOLD
    + r"|紧随|紧跟|其后|之下|随后|相邻|隔壁|紧邻|邻|紧挨着?|紧接着?|挨着|接着|之?后面?|之?前面?|后边|前边|后|前|下一个?|上一个?|下面|上面|着|边|面"
)
_KIND_WORDS = (
    _TOLD
    + r"|各|区市|区（市）|区县|区|市|县|管委会?|政府|委办局|市直|市属|市级|功能区|地方|名单|清单|数量|总数|条目|包括"
)
_BOOK_WORDS = r"|机关|印制|年度|哪一年|编印|编制|编写|编的|编者|编发|编纂|编撰|编|印发|印的|印|出版|发布|主编|出|制|什么时候|何时|时间|日期|哪年|哪月|几月|年月|月|落款|落|方|者|全称|书名|名称|名字|标题|叫|为|做|作"
_OUTLINE_WORDS = (
    _TOLD
    + r"|分别|分成|分为|分|共|包含|包括|含|设|列|部分|章节|板块|大块|块|小标题|[一二三四]级标题|小节|结构|框架|提纲|大纲|怎样|怎么样|如何|组成|大|下面|底下|章|节|[一二两三四五六七八九十]"
)
_SUMMARY_WORDS = r"|总结|概括|概述|归纳|梳理|简述|介绍|简要|简单|主要|内容|讲|说|写|做法|做|经验|举措|措施|成效|情况|怎么样|如何|大致|大概|要点|市|区|局"
_ABOUT_WORDS = _KIND_WORDS + r"|内容|东西|些"


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that can be asked about the compilation."""

    name: str
    """Of its responder."""
    pattern: re.Pattern[str]
    words: re.Pattern[str]
    """What may be said beside the words in which one speaks of a compilation."""
    spare: int = 1
    """Characters of anything else that are let pass."""
    of_cases: bool = True
    """True where it asks about cases that are named; their names and titles are then no rest."""


def _intent(name: str, pattern: str, words: str, *, spare: int = 1, of_cases: bool = True) -> Intent:
    return Intent(name, re.compile(pattern), re.compile(words.lstrip("|") or r"(?!)"), spare, of_cases)


_NUMERALS = r"[一二两三四五六七八九十百]{1,4}|\d{1,3}"
INTENTS: tuple[Intent, ...] = (
    _intent(
        "in_pages",
        r"第?(?P<from>\d{1,4})页?(?:到|至|[-–—~～]+|和|与)第?(?P<to>\d{1,4})页.*(案例|哪|什么|谁|篇)"
        r"|(?:第?(?P<after>\d{1,4})页?(?:以后|之后|往后|后面|以上|开外)|第?(?P<before>\d{1,4})页?(?:以前|之前|以内|以下)).*(案例|哪|什么|谁|篇)",
        _PAGE_WORDS + r"|之间|以后|之后|往后|后面|以上|以前|之前|以内|以下|和|与|[-–—~～]",
        spare=2,
        of_cases=False,
    ),
    _intent(
        "average_pages",
        r"平均.{0,8}(页|篇幅)|(页|篇幅).{0,4}平均",
        _PAGE_WORDS + r"|平均|每|篇幅|约|大约|左右|长",
        of_cases=False,
    ),
    _intent(
        "most_of_department",
        r"(不止|多于|超过|大于)(一|1)(个|篇)|(两|2|二|几|多)(个|篇)(以上|及以上|或以上)?(的)?案例的?(单位|部门|区市|机构|地方)|(单位|部门|区市|机构|地方|谁).{0,8}(两|2|多)(个|篇)(以上)?(的)?案例"
        r"|(单位|部门|谁).{0,6}案例.{0,4}最多|案例最多的?(单位|部门)|(单位|部门).{0,6}(重复|多次)",
        _KIND_WORDS + r"|不止|多于|超过|大于|以上|及|或|最多|重复|多次|同|提供|贡献|了|两|多|1|2",
        spare=2,
        of_cases=False,
    ),
    _intent(
        "with_heading",
        r"(?P<lacking>没有|未|不含|不设|缺(少)?)?(设|写|列|有|含|包含|安排|单列)?(有|了)?“(?P<heading>[^”]{2,12})”(这|那|一|的|个|章|大)*(部分|章节|小节|标题|章|块)的?[^，。？]{0,8}案例(?!.*(小标题|小节|下面))",
        _OUTLINE_WORDS + r"|没有|未|不含|不设|缺少?|单列|安排|写|“[^”]{1,20}”" + _KIND_WORDS,
        spare=2,
        of_cases=False,
    ),
    _intent(
        "first_of_kind",
        r"(区市|功能区|管委|市直|委办局|区县|县市|(区|市)政府).*(从|到|排|自)第?几",
        _KIND_WORDS + r"|第|从|到|自|开始|起|为止|结束|排",
        spare=2,
        of_cases=False,
    ),
    _intent(
        "leading",
        rf"(?:(?P<end>最后|末尾|末)|前面?|头|最前面?)的?(?P<n>{_NUMERALS})(个|篇)(创新)?案例(?=.*(哪|谁|什么|叫|列))",
        _TOLD + r"|最后|末尾|末|倒数|前|头|最前面?|[一二两三四五六七八九十百\d]",
        of_cases=False,
    ),
    _intent(
        "signed",
        r"署名(单位|部门)?(为|是|有|含|里有|带)?“(?P<words>[^”]{1,12})”",
        _KIND_WORDS + r"|为|含|带|“[^”]{1,20}”",
        spare=2,
        of_cases=False,
    ),
    _intent("on_page", r"第?(?P<page>\d{1,4})页.*(案例|哪|什么|谁|内容|篇)", _PAGE_WORDS),
    _intent("pages_of", r"(第几页|哪(一|几)?页|页码|多少页|几页|页数|起止页)", _PAGE_WORDS),
    _intent(
        "extreme",
        r"(篇幅|页数|占.{0,3}页|内容).{0,3}(?P<extreme>最(长|多|短|少))|(?P<plain>最(长|短))的?(案例|一?篇|是哪一?[个篇]案例)|(案例|哪一?篇).{0,2}(?P<which>最(长|短))",
        _TOLD + r"|篇幅|页数|占|页|最长|最短|最多|最少",
        spare=0,
    ),
    _intent(
        "titled_with",
        r"(标题|题目|名称|题名).{0,4}(带有?|含有?|包含|出现|提到|写着?|里?有).{0,3}“(?P<words>[^”]{1,20})”",
        _TOLD + r"|带|含|包含|出现|提到|着|字样|字|“[^”]{1,20}”",
    ),
    _intent(
        "neighbour",
        r"(?P<side>(之?后|之?前)(面|边)?|(下|上)一?[个篇]|紧(挨|接)着?|挨着)(?=.*(案例|篇|哪家|单位|部门))|(案例|篇|目录).*(?P<late_side>之?后|之?前)",
        _BESIDE_WORDS,
    ),
    _intent(
        "imprint",
        r"(谁|哪个单位|哪个部门|哪家单位|什么单位|哪个机构).{0,6}(编|印|主编|出版|发布)|(哪|什么)(一)?(个|家)?(机关|单位|部门|机构).{0,4}(编|印|出版|发布)|(编(印|制|写|纂|者|撰)?|印发|出版)(单位|方|机构|者|部门)"
        r"|(什么时候|何时|哪(一)?年|几月|哪月|时间).{0,8}(编印|编的|编制|编成|印发|印的|出版|编写|汇编)|汇编.{0,10}(什么时候|何时|哪(一)?年|几月|日期|时间|由谁|谁)"
        r"|封面.{0,8}(什么时候|何时|哪一?年|几月|哪月|日期|时间|落款)|(汇编|书|材料).{0,4}(全称|书名|名称|标题|名字|叫什么)",
        _BOOK_WORDS,
        spare=2,
        of_cases=False,
    ),
    _intent(
        "count",
        r"(多少|几)(个|篇|项)?[^，。？多少几]{0,12}案例|案例.{0,4}(总数|数量|(一共|总共|共)?有?(多少|几)(个|篇))|案例总数",
        _KIND_WORDS,
        of_cases=False,
    ),
    _intent(
        "nth",
        r"^(?!.*([上下]一?[个篇]|之?后面|之?前面|之[后前]|[后前]的|案例[里中内]|标题|部分|小节|章节|几页|多少页|(总结|概括|概述|归纳|梳理|简述|介绍|讲了?些?什么)(?!.*(谁|哪|单位|部门))))",
        _TOLD + r"|第|次|位",
    ),
    _intent(
        "written_by",
        r"(案例|文章|一文|这篇|这个|该文|一篇|那篇).{0,8}(哪|什么|谁).{0,6}(写|报|提交|撰写|署名|申报|供稿|的案例|单位|部门|地方)|(哪|什么|谁).{0,6}(写|报送|报的|提交|撰写|署名|申报|供稿)",
        _TOLD + r"|地方",
    ),
    _intent(
        "outline",
        r"(分|有|包括|包含|由|设|含|写了|哪|下|列).{0,6}(部分|章节|板块|大块|小标题|标题|小节|块$|块？)|(结构|框架|提纲|大纲|小标题|一级标题|二级标题)(是|有|怎|如|什么|包|都)?",
        _OUTLINE_WORDS,
    ),
    _intent(
        "summary",
        r"总结|概括|概述|归纳|梳理|简述|介绍|主要内容|(讲|说|写)了?(些)?什么",
        _SUMMARY_WORDS,
        spare=0,
    ),
    _intent(
        "all_cases",
        r"(汇编|全书|这本|书里|目录)(里|中)?(面)?(都)?(有|包括|包含|收录|讲|写|说)?(了)?(哪些|什么|些什么)(内容|案例|东西|文章)?"
        r"|(列出|列举|所有|全部)(的)?案例",
        _ABOUT_WORDS,
        spare=0,
        of_cases=False,
    ),
    _intent(
        "titled",
        r"(案例|篇|题目).{0,6}(叫什么|叫啥|名称|标题|题目|题为|名字|主题是什么|第几)|(报送|提交|入选|供稿|收录)(了|的)?(什么|哪(个|些|篇)?)(创新)?案例|题目叫",
        _TOLD + r"|第|位|序号",
    ),
    _intent(
        "departments",
        r"(哪些|哪[几两三四五六七八九十]|列出|所有|有哪).{0,8}(单位|部门|区市|机构|管委|政府|委办局|地方).{0,8}(署名|报送|参与|收录|入选|提交|案例|目录|有)|(署名|报送|入选|提交|收录).{0,8}(哪些|哪几|有哪)",
        _KIND_WORDS,
        of_cases=False,
    ),
)


def applies(
    intent: Intent, form: str, *, mentions: Sequence[Mention], named: Sequence[Case], english: bool = False
) -> bool:
    """Return whether next to nothing is left of a question beside what `intent` is asked in.

    form: the question's matching form, lower case. named: the cases that `mentions` point at.
    """
    rest = _without_names(form, mentions, named) if intent.of_cases else form
    rest = intent.words.sub("\n" if not english else " ", rest)
    if not english:
        rest = _COMMON.sub("", rest)
    return len("".join(rest.split())) <= intent.spare


def _without_names(form: str, mentions: Sequence[Mention], named: Sequence[Case]) -> str:
    """Return a question without what calls the cases: their names, and pieces of their titles and headings."""
    kept = list(form)
    for mention in mentions:
        start = mention.start - (form[mention.start - 1 : mention.start] == "市")
        kept[start : mention.end] = "\n" * (mention.end - start)
    for case in named:
        headings = (section.heading for section in case.sections)
        for told in (case.title, case.title_in_contents, case.department, case.department_in_contents, *headings):
            matcher = SequenceMatcher(None, "".join(kept), matching_form(told), autojunk=False)
            for block in matcher.get_matching_blocks():
                if block.size >= min(_MIN_PIECE, max(2, len(told))):
                    kept[block.a : block.a + block.size] = "\n" * block.size
    return re.sub(r"\n+(人民)?(政府|管委会?|区政府|市政府)", "\n", "".join(kept))


_MIN_PIECE = 3
"""Characters in one piece that repeat a title or heading of a case that is named."""
