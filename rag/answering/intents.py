"""What can be asked about a compilation itself: patterns, the words each may be asked in, and the check of the rest.

An intent applies only where its pattern is found and next to nothing else is said: a question with other words
asks for something inside the cases, which no table of contents answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.answering import intent_words as words
from rag.normalising import matching_form
from rag.retrieval.mentions import Mention
from rag.types import Case

_COMMON = re.compile(words.COMMON)


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


def _intent(name: str, pattern: str, also: str, *, spare: int = 1, of_cases: bool = True) -> Intent:
    return Intent(name, re.compile(pattern), re.compile(also), spare, of_cases)


_N = r"[一二两三四五六七八九十百]{1,4}|\d{1,3}"
_WHO = r"谁|哪|什么|啥"
_KIND = r"(?:区市|功能区|管委|市直|市级|委办局|区县|县市|县级市|[区市]政府)"
_BOOK = r"汇编|全书|整本|这本|本书|书里|书中|书的"
_WORDS_IN_TITLE = r"(?:“(?P<words>[^”]{1,20})”|(?P<bare>[^“”，。？的哪几多有没]{2,10}?)(?=字样|[一二两三四五六]个?字|的|这|$|，|？|。|有))"
_DIVIDED = r"(分|有|包括|包含|由|设|含|写了|哪|下|列).{0,6}"
INTENTS: tuple[Intent, ...] = (
    _intent(
        "differing",
        r"(?=.*目录)(?=.*(?:正文|内文|文内|书内|篇首|文中|案例[里中内])).*(?:不一|不同|不相同|一致|一样|相同|差|出入|区别|两样|相符|不符|对不上|对得上|吻合|对照|对比|变)"
        r"|(?:标题|题目|单位|部门|署名).{0,6}(?:和|与|跟)目录.*(?:不一|不同|一致|一样|差|出入|对不上|对得上|相符|不符)|(?:标题|题目|署名).*(?:前后|两处|两个地方).*(?:不一|不同|一致|一样|差|出入)",
        words.DIFFERING,
        spare=3,
    ),
    _intent(
        "by_length",
        r"(?<![第到至\d])(?:(?P<most>不超过|至多|最多|不多于)|(?P<over>超过|超|多于|大于|长于|不止)|(?P<under>不足|不到|少于|小于|低于|短于|不满)|(?P<least>至少|不少于|达到?)|(?P<exact>只有|只占|仅有|仅占|仅|正好|刚好|占了?|篇幅为?|页数为))(?P<pages>\d{1,3})页(?P<side>以上|及以上|以下|以内)?"
        r"|(?:有|篇幅在?|长)?(?<![第到至\d])(?P<bare_pages>\d{1,2})页(?P<bare_side>以上|及以上|以下|以内)",
        words.PAGES
        + "|"
        + words.KINDS
        + r"|超过|超|不止|不足|不到|不满|不少于|不多于|多于|大于|长于|少于|小于|低于|短于|至少|至多|最多|达到?|只有|只|仅|正好|刚好|及?以上|以下|以内",
        of_cases=False,
    ),
    _intent(
        "in_pages",
        r"第?(?P<from>\d{1,4})页?(?:到|至|[-–—~～]+|和|与)第?(?P<to>\d{1,4})页.*(案例|哪|什么|谁|篇)"
        r"|(?:第?(?P<after>\d{1,4})页?(?:以后|之后|往后|后面|以上|开外)|第?(?P<before>\d{1,4})页?(?:以前|之前|以内|以下)).*(案例|哪|什么|谁|篇)",
        words.PAGES + r"|之间|以后|之后|往后|后面|以上|以前|之前|以内|以下|和|与|[-–—~～]",
        spare=2,
        of_cases=False,
    ),
    _intent(
        "average_pages",
        r"平均.{0,8}(页|篇幅)|(页|篇幅).{0,4}平均",
        words.PAGES + r"|平均|每|约|大约|左右",
        of_cases=False,
    ),
    _intent(
        "total_pages",
        rf"(?:{_BOOK}|汇编).{{0,8}}(?:多少|几)页|(?:{_BOOK}|汇编).{{0,4}}(?:总页数|页数)|总页数",
        words.PAGES,
        of_cases=False,
    ),
    _intent(
        "most_of_department",
        r"(不止|多于|超过|大于)(一|1)(个|篇)|(两|2|二|几|多)(个|篇)(以上|及以上|或以上)?(的)?案例的?(单位|部门|区市|机构|地方)|(单位|部门|区市|机构|地方|谁).{0,8}(两|2|多)(个|篇)(以上)?(的)?案例"
        r"|(单位|部门|谁).{0,6}案例.{0,4}最多|案例最多的?(单位|部门)|(单位|部门|谁).{0,8}(?:交|报|写|提交|报送)了?(?:两|2|多)(?:个|篇)|(?:单位|部门).{0,10}(?:只|都|各)[^，。？]{0,4}(?:一|1)(?:个|篇)(?:案例|$|？|吗)|(单位|部门).{0,6}(重复|多次)",
        words.KINDS + r"|不止|多于|超过|大于|以上|及|或|最多|重复|多次|同|提供|不是|只|了|两|多|1|2",
        spare=2,
        of_cases=False,
    ),
    _intent(
        "with_heading",
        r"(?P<lacking>没有|没|未|不含|不带|不设|缺(少)?)?(设|写|列|有|含|包含|安排|单列)?(有|了)?“(?P<heading>[^”]{2,12})”(这|那|一|的|个|章|大)*(部分|章节|小节|标题|章|节|块|板块)的?[^，。？]{0,8}(案例|单位|篇|谁|哪)(?!.*(小标题|小节|下面))"
        r"|(案例|单位|篇|谁).{0,6}?((?P<lacking_late>没有|没|未|不含|不带|不设|缺(少)?)(设|写|列|含|包含|安排|单列)?|设|写|列|有|含|包含|安排|单列)(有|了)?“(?P<heading_late>[^”]{2,12})”(这|那|一|的|个|章|大)*(部分|章节|小节|标题|章|节|块|板块)",
        words.OUTLINE + r"|没有|没|未|不含|不带|不设|带|缺少?|单列|安排|写|" + words.KINDS,
        spare=2,
        of_cases=False,
    ),
    _intent(
        "first_of_kind",
        rf"{_KIND}.*(?:从|到|排|自)第?几|(?P<nth>倒数第|第)(?P<n>{_N})(?:个|家|篇|位)(?:是)?{_KIND}|(?:首|头一|最后一|最末一)(?:个|家|篇|位){_KIND}"
        rf"|{_KIND}.{{0,6}}(?:排|列|放|站)?在?(?:第一|最前|首位|最后|最末|末位|打头|压轴)",
        words.KINDS
        + r"|第|从|到|自|开始|起|为止|结束|站|放|首位|末位|首|打头|倒数|最前面?|最后面?|最末|前面|后面|头|[一二两三四五六七八九十\d]",
        spare=2,
        of_cases=False,
    ),
    _intent(
        "leading",
        rf"(?:(?P<end>最后|末尾|末|倒数)|前面?|头|最前面?)的?(?P<n>{_N})(?:(?:个|篇|家)(?:创新)?案例|(?:篇|家)(?=的|单位|部门|分别|各|是|都|标题|题目|里|中|，))(?=.*(?:哪|谁|什么|叫|列|单位|部门|标题|题目|名|几|多少)|$)",
        words.KINDS + r"|最后|末尾|末|倒数|前|头|最前面?|[一二两三四五六七八九十\d]",
        of_cases=False,
    ),
    _intent(
        "signed",
        r"署名(单位|部门)?(为|是|有|含|里有|带)?“(?P<words>[^”]{1,12})”",
        words.KINDS + r"|为|含|带",
        spare=2,
        of_cases=False,
    ),
    _intent("on_page", r"第?(?P<page>\d{1,4})页.*(案例|哪|什么|谁|内容|篇)|第(?P<page_only>\d{1,4})页?$", words.PAGES),
    _intent(
        "extreme",
        r"(?:篇幅|页数|占.{0,3}页|内容).{0,4}(?P<extreme>最(?:长|多|短|少|大|小))|(?P<plain>最(?:长|短|厚|薄))的?(?:\S{1,3}[个篇])?(?:案例|一?篇|是哪一?[个篇]案例)|(?:案例|哪一?篇|谁).{0,4}(?P<which>最(?:长|短|厚|薄))",
        words.TOLD + r"|篇幅|页数|页码|占|页|最长|最短|最多|最少|最大|最小|最厚|最薄|前|[一二两三四五六七八九十\d]|得",
        spare=0,
    ),
    _intent("pages_of", r"(第几页|哪(一|几)?页|页码|多少页|几页|页数|起止页|(?<!内容)(多长|篇幅))", words.PAGES),
    _intent(
        "titled_with",
        rf"(?:标题|题目|名称|题名)(?:里|中|上|内)?(?:面)?(?:同时|都|，|明确|直接|也|既)*(?P<lacking>没有?|不)?(?:带有?|含有?|包含|包括|出现|提到|写着?|用到?|有|点[明出]|写明|标明|挂着?|突出|体现)(?:了|过|着|是)*(?:[做搞讲说谈抓])?{_WORDS_IN_TITLE}",
        words.KINDS
        + r"|带|含|包含|出现|提到|点明|点出|写明|标明|挂|突出|体现|直接|[做搞讲说谈抓]|着|没|不|同时|既|又|或者?|词|[一二两三四五六]个?字|字样|字|用|“[^”]{1,20}”",
    ),
    _intent(
        "order",
        r"(?:谁|哪一?[个家篇](?:案例|单位)?).{0,8}(?:在前|靠前|前面|之前|更前|先|在后|靠后|后面|之后)|先后(?:顺序|次序)?",
        words.BESIDE,
    ),
    _intent(
        "between",
        r"(?:和|与|跟|、|到|至).{1,24}(?:之间|中间|当中)(?:夹|隔|的|是|有|还|插|$|，|？)",
        words.BESIDE + r"|隔|插|当中",
    ),
    _intent(
        "neighbour",
        r"(?P<side>(之?后|之?前)(面|边|头)?|(下|上)一?[个篇家]|紧(挨|接|邻)着?|挨着|相邻|隔壁|两侧|两边|左右|邻居|夹在?|中间)(?=.*(案例|篇|哪家|哪一?个|哪[两几]个?|谁|单位|部门))|(案例|篇|目录).*(?P<late_side>之?后|之?前|相邻|隔壁|邻居|两侧|挨)",
        words.BESIDE,
    ),
    _intent(
        "imprint",
        r"(谁|哪个单位|哪个部门|哪家单位|什么单位|哪个机构).{0,6}(编|印|主编|出版|发布)|(哪|什么)(一)?(个|家)?(机关|单位|部门|机构).{0,4}(编|印|出版|发布)|(编(印|制|写|纂|者|撰|辑)?|印发|印制|出版)(单位|方|机构|者|部门)"
        r"|(什么时候|何时|哪(一)?年|几月|哪月|时间).{0,8}(编印|编的|编制|编成|印发|印的|出版|编写|汇编)|汇编.{0,10}(什么时候|何时|哪(一)?年|几月|日期|时间|由谁|谁)"
        r"|封面|(?:编|印|出|制作|出版|发布)的?(?:这|本|该).{0,3}(?:汇编|书)|(汇编|书|材料).{0,4}(全称|书名|名称|标题|名字|叫什么)|书名",
        words.BOOK_MADE,
        spare=2,
        of_cases=False,
    ),
    _intent(
        "count",
        r"(多少|几)(个|篇|项|家)?[^，。？多少几]{0,12}案例|案例.{0,4}(总数|数量|数目|(一共|总共|共|总计|合计|占)?(有|是)?(多少|几)(个|篇|家)?)|案例总数|收.{0,4}(多少|几)(个|篇|家)|(几|多少)[个家].{0,8}(交|报(?!道)|入选|收|参与)",
        words.KINDS,
        of_cases=False,
    ),
    _intent(
        "nth_heading",
        rf"(?:第(?P<n>{_N})|最后一?)(?:个|大)?(?:部分|章|节|块|一级标题|大标题|级标题|标题).{{0,6}}(?:标题|题目|叫|名|是什么|什么)",
        words.OUTLINE,
    ),
    _intent(
        "headings_at_level",
        r"(?P<level>[一二三四1-4])级(?:小)?标题|(?P<any>小标题|标题)(?:数量)?最(?:多|少)",
        words.OUTLINE + r"|数",
    ),
    _intent(
        "nth",
        r"^(?!.*([上下]一?[个篇]|之?后面|之?前面|之[后前]|[后前]的|前后|案例[里中内]|标题|部分|小节|章节|几页|多少页|(总结|概括|概述|归纳|梳理|简述|介绍|讲了?些?什么)(?!.*(谁|哪|单位|部门))))",
        words.TOLD + r"|第|次|位",
    ),
    _intent(
        "written_by",
        r"(案例|文章|一文|这篇|这个|该文|一篇|那篇).{0,8}(哪|什么|谁).{0,6}(写(?![到过了入进])|报(?!道)|提交|撰写|署名|申报|供稿|的案例|单位|部门|地方)|(哪|什么|谁).{0,6}(写(?![到过了入进])|报送|报的|提交|撰写|署名|申报|供稿)",
        words.TOLD + r"|地方",
    ),
    _intent(
        "outline",
        _DIVIDED
        + r"(部分|章节|小标题|标题|小节)|(?=.*(?:案例|篇|文章|全文|正文|材料)).*"
        + _DIVIDED
        + r"(板块|大块|块$|块？)|(?:案例|篇|文章).*由.{0,4}(?:几|哪|什么).{0,6}(?:组成|构成)|(结构|框架|提纲|大纲|纲目|脉络|小标题|大标题|一级标题|二级标题)(是|有|怎|如|什么|包|都)?",
        words.OUTLINE,
    ),
    _intent(
        "summary",
        r"总结|概括|概述|归纳|梳理|简述|介绍|主要内容|(讲|说|写)了?(些)?什么",
        words.SUMMARY,
        spare=0,
    ),
    _intent(
        "all_cases",
        r"(汇编|全书|这本|书里|目录)(里|中)?(面)?(都)?(有|包括|包含|收录|讲|写|说)?(了)?(哪些|什么|些什么)(内容|案例|东西|文章)?"
        r"|(列出|列举|所有|全部)(的)?案例|(?:念|列|给|看|发|显示|展示|完整|全书|汇编|整个|全部).{0,6}目录|目录(?:给|列|念|发|全文|内容)|^目录$|案例(?:的)?(?:清单|名单|列表|一览表?|名录|目录)|(?:哪些|所有|全部)案例(?:名|标题|题目|名称)",
        words.KINDS + r"|内容|东西|些|全文|完整|显示|展示|发|给",
        spare=0,
        of_cases=False,
    ),
    _intent(
        "titled",
        r"(案例|篇|题目).{0,6}(叫什么|叫啥|名称|标题|题目|题为|名字|主题是什么|第几)|(报送|提交|入选|供稿|收录)(了|的)?(什么|哪(个|些|篇)?)(创新)?案例|题目叫|(?:标题|题目)(?:是|叫|为)?(?:什么|啥|$|？)|排(?:在)?第几",
        words.TOLD + r"|第|位|序号",
    ),
    _intent(
        "departments",
        r"(哪些|哪[几两三四五六七八九十]|列出|所有|全部|有哪|谁).{0,8}(单位|部门|区市|机构|管委|政府|委办局|地方).{0,8}(署名|报送|参与|收录|入选|提交|案例|目录|有|名单|$|？)|(署名|报送|入选|提交|收录).{0,8}(哪些|哪几|有哪|谁)"
        r"|案例.{0,4}(?:都|分别)?(?:有|是)(?:谁|哪几家|哪些)|(?:谁|哪几?家|哪些).{0,3}(?:交|报|送|写|提交|参与|入选|供稿)了?.{0,2}(?:案例|$|？)|署名单位|(?:单位|部门)(?:名单|列表|一览|清单)",
        words.KINDS,
        of_cases=False,
    ),
)


def applies(
    intent: Intent,
    match: re.Match[str],
    *,
    mentions: Sequence[Mention],
    named: Sequence[Case],
    english: bool = False,
) -> bool:
    """Return whether next to nothing is left of a question beside what `intent` is asked in.

    match: of its pattern in the question's matching form, lower case; what its groups in `LOOKED_FOR` hold is no rest.
    named: the cases that `mentions` point at.
    """
    form = match.string
    for name in LOOKED_FOR & match.groupdict().keys():
        if match.group(name):
            form = form[: match.start(name)] + "\n" * len(match.group(name)) + form[match.end(name) :]
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
            matcher = SequenceMatcher(None, form, matching_form(told), autojunk=False)
            for block in matcher.get_matching_blocks():
                if block.size >= min(_MIN_PIECE, max(2, len(told))):
                    kept[block.a : block.a + block.size] = "\n" * block.size
    return re.sub(r"\n+(人民)?(政府|管委会?|区政府|市政府)", "\n", "".join(kept))


LOOKED_FOR = frozenset({"words", "bare", "heading", "heading_late"})
"""Groups of patterns that hold words to look for in titles, headings and names."""
_MIN_PIECE = 3
"""Characters in one piece that repeat a title or heading of a case that is named."""
