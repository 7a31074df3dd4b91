"""Questions about the compilation itself, answered from its contents and headings.

Each intent is a pattern over the question's matching form and a function that reads the structure. What
they say is computed, and cites the lines of the contents or the headings that were counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.answering.draft import Draft, DraftSentence, Support
from rag.answering.lists import heading_support
from rag.answering.phrases import Phrases, pages_phrase, phrases
from rag.chunking.sentences import list_items, sentences
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import CaseNames, Mention
from rag.types import Case, Compilation, Section

_CERTAIN = 0.99
_MIN_SUMMARY = 2
_MAX_SUMMARY_LEFTOVER = 4
_DONE = re.compile(r"做法|举措|措施|创新|思路|机制|经验|突破")
_SUMMARY_WORDS = re.compile(
    r"总结|概括|概述|归纳|梳理|简述|介绍|简要|简单|一下|主要|内容|讲|说|做法|经验|举措|措施|成效|情况|怎么样|如何|做|帮我|给我|大致|大概|要点|市|区|局"
)
_MAX_LEFTOVER = 1
"""Characters a question may hold beyond talk of the compilation: with more, it asks for something in the cases."""
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九十")}


@dataclass(frozen=True, slots=True)
class _Asking:
    form: str
    compilation: Compilation
    mentions: Sequence[Mention]
    phrases: Phrases

    @property
    def cases(self) -> list[Case]:
        return [self.compilation.case(mention.case_number) for mention in self.mentions]


class CatalogueAnswerer:
    """Answers what can be read off the structure; None for every other question."""

    def __init__(self, compilation: Compilation, names: CaseNames) -> None:
        self._compilation = compilation
        self._names = names

    def answer(self, question: str) -> Draft | None:
        """Return the draft for a question about the compilation itself, None where it asks for something else."""
        english = is_mostly_latin(question)
        form = question.lower() if english else matching_form(question)
        asking = _Asking(form, self._compilation, self._names.mentions(matching_form(question)), phrases(english))
        for pattern, respond in _ENGLISH_INTENTS if english else _INTENTS:
            match = pattern.search(form)
            if match:
                sentences = respond(asking, match)
                if sentences:
                    return Draft(
                        tuple(sentences),
                        sentences[0].text if len(sentences) == 1 else "",
                        _CERTAIN,
                        from_structure=True,
                    )
        return None


def contents_line(compilation: Compilation, case: Case) -> Support:
    """Return the span of the contents line of `case`; of the case's opening where the contents have none."""
    for section in compilation.catalogue:
        if section.heading == case.title_in_contents:
            return Support(section.start, section.end)
    return Support(case.sections[0].start, case.sections[0].end)


def _trimmed(text: str, start: int, end: int) -> Support:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Support(start, end)


def _cover(asking: _Asking) -> tuple[Support, ...]:
    covers = [section for section in asking.compilation.catalogue if section.path[:1] == ("封面",)]
    return tuple(_trimmed(asking.compilation.text, section.start, section.end) for section in covers)


def _lines(asking: _Asking, cases: Sequence[Case]) -> tuple[Support, ...]:
    spans = [contents_line(asking.compilation, case) for case in cases]
    return tuple(_trimmed(asking.compilation.text, span.start, span.end) for span in spans)


def _case_sentence(asking: _Asking, case: Case) -> DraftSentence:
    text = asking.phrases.case.format(
        number=case.number,
        title=case.title_in_contents,
        department=case.department_in_contents,
        pages=pages_phrase(case.first_page, case.last_page, english=asking.phrases.english),
    )
    return DraftSentence(text, _lines(asking, [case]), computed=True)


def _count(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if not asking.phrases.english and len(_leftover(asking.form)) > _MAX_LEFTOVER:
        return []
    cases = _of_kind(asking.form, asking.compilation.cases)
    text = asking.phrases.count.format(n=len(cases), title=asking.compilation.title)
    if len(cases) < len(asking.compilation.cases):
        departments = "、".join(case.department_in_contents for case in cases)
        text = asking.phrases.count_some.format(
            n=len(cases), total=len(asking.compilation.cases), departments=departments
        )
        return [DraftSentence(text, _lines(asking, cases), computed=True)]
    return [DraftSentence(text, _lines(asking, [cases[0], cases[-1]]), computed=True)]


def _on_page(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    page = int(match.group("page"))
    last = asking.compilation.cases[-1]
    found = [
        case for case in asking.compilation.cases if case.first_page <= page <= (case.last_page or case.first_page)
    ]
    if not found and page > last.first_page:
        text = asking.phrases.after_last.format(
            page=page, first=last.first_page, title=last.title_in_contents, department=last.department_in_contents
        )
        return [DraftSentence(text, _lines(asking, [last]), computed=True)]
    return [_case_sentence(asking, case) for case in found]


def _pages_of(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    return [_case_sentence(asking, case) for case in asking.cases[:4]]


def _written_by(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    titled = [mention.case_number for mention in asking.mentions if mention.by == "title"]
    return [_case_sentence(asking, asking.compilation.case(number)) for number in titled[:3]]


def _titled(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    return [_case_sentence(asking, case) for case in asking.cases[:4]]


def _nth(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    cases = asking.compilation.cases
    word = match.group("nth")
    number = len(cases) if word.startswith("最后") else 1 if word.startswith("首") else _number(word.strip("第个篇"))
    return [_case_sentence(asking, case) for case in cases if case.number == number]


def _neighbour(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if not asking.cases:
        return []
    step = 1 if re.search(r"(后|下)", match.group("side")) else -1
    number = asking.cases[0].number + step
    return [_case_sentence(asking, case) for case in asking.compilation.cases if case.number == number]


def _extreme(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    counted = [case for case in asking.compilation.cases if case.last_page is not None]
    lengths = {case.number: (case.last_page or 0) - case.first_page + 1 for case in counted}
    if not lengths:
        return []
    wanted = (min if re.search(r"[短少]", match.group("extreme")) else max)(lengths.values())
    return [_case_sentence(asking, case) for case in counted if lengths[case.number] == wanted]


def _departments(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if len(_leftover(asking.form)) > _MAX_LEFTOVER:
        return []
    cases = _of_kind(asking.form, asking.compilation.cases)
    listed = "；".join(f"{case.department_in_contents}（案例{case.number}）" for case in cases)
    text = asking.phrases.departments.format(n=len(cases), departments=listed)
    return [DraftSentence(text, _lines(asking, cases), computed=True)]


def _all_cases(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if len(_leftover(asking.form)) > _MAX_LEFTOVER:
        return []
    return [
        DraftSentence(
            f"《{case.title_in_contents}》，{pages_phrase(case.first_page, case.last_page)}。",
            _lines(asking, [case]),
            computed=True,
            case_number=case.number,
        )
        for case in asking.compilation.cases
    ]


def _summary(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return how the case named begins, and what it sets out under the headings that tell what was done."""
    if len({case.number for case in asking.cases}) != 1 or _leftover_of_summary(asking) > _MAX_SUMMARY_LEFTOVER:
        return []
    case, text = asking.cases[0], asking.compilation.text
    opening = [span for section in case.sections[:2] for span in sentences(text, section.start, section.end)]
    lead = next((span for span in opening if text[span.end - 1] in "。！"), None)
    told = [section for section in case.sections if section.level == 1 and _DONE.search(section.heading)]
    supports = [Support(lead.start, lead.end)] if lead else []
    for section in told[:1]:
        children = _children(case, section)
        items = list_items(text, section.start, section.end)
        supports += [heading_support(text, child) for child in children] or [
            Support(item.start, item.lead_end) for item in items
        ]
    if len(supports) < _MIN_SUMMARY:
        supports += [heading_support(text, child) for child in _children(case, None)]
    return [
        DraftSentence(text[s.start : s.end].replace("**", "").rstrip("。；") + "。", (s,), own_line=i > 0)
        for i, s in enumerate(supports)
    ]


def _leftover_of_summary(asking: _Asking) -> int:
    form = asking.form
    for mention in sorted(asking.mentions, key=lambda mention: -mention.start):
        form = form[: mention.start] + form[mention.end :]
    return len(_SUMMARY_WORDS.sub("", _leftover(form)))


def _imprint(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if not asking.phrases.english and not re.search(r"汇编|全书|这本|本书|这部|该书|书", asking.form):
        return []
    compilation = asking.compilation
    if not compilation.issuer and not compilation.date:
        return []
    text = asking.phrases.imprint.format(title=compilation.title, issuer=compilation.issuer, date=compilation.date)
    return [DraftSentence(text, _cover(asking), computed=True)]


def _outline(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if len({case.number for case in asking.cases}) != 1:
        return []
    case = asking.cases[0]
    parent = _named_section(asking.form, case)
    children = _children(case, parent)
    if not children:
        return []
    listed = "；".join(section.heading for section in children)
    owner = asking.phrases.case_of.format(department=case.department) + (f"“{parent.heading}”" if parent else "")
    text = asking.phrases.outline.format(owner=owner, n=len(children), headings=listed)
    supports = tuple(heading_support(asking.compilation.text, section) for section in children)
    return [DraftSentence(text, supports, computed=True)]


def _children(case: Case, parent: Section | None) -> list[Section]:
    depth = len(parent.path) if parent else 0
    prefix = parent.path if parent else ()
    return [s for s in case.sections if s.heading and len(s.path) == depth + 1 and s.path[:depth] == prefix]


def _named_section(form: str, case: Case) -> Section | None:
    """Return the section with sub-headings whose heading the question repeats most of; None where it names none."""
    best: tuple[float, Section] | None = None
    for section in case.sections:
        heading = re.sub(r"^[（(]?[一二三四五六七八九十\d]+[）)、.．]|^—+", "", matching_form(section.heading))
        if not heading or not _children(case, section):
            continue
        match = SequenceMatcher(None, form, heading, autojunk=False).find_longest_match()
        shared = match.size / len(heading)
        if (match.size >= 4 or shared >= 0.6) and match.size >= 2 and (best is None or shared > best[0]):
            best = (shared, section)
    return best[1] if best else None


def _of_kind(form: str, cases: Sequence[Case]) -> list[Case]:
    """Return the cases whose department is of the kind the question names, all of them where it names none."""
    quoted = re.findall(r"“([^”]{1,8})”", form)
    for word in quoted:
        filtered = [case for case in cases if word in matching_form(case.department_in_contents)]
        if filtered and len(filtered) < len(cases):
            return filtered
    kinds = (
        (r"管委", r"管委"),
        (r"区市|区（市）|区县|县区|(区|市)政府", r"(区|市|县)政府(?!.*(办|局))"),
        (r"功能区", r"管委"),
        (r"市直|市级部门|委办局|市属部门", r"^市.*(局|委|办|院)"),
    )
    for asked, department in kinds:
        if re.search(asked, form):
            return [case for case in cases if re.search(department, matching_form(case.department_in_contents))]
    return list(cases)


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    tens, _, ones = word.rpartition("十")
    if "十" in word:
        return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS.get(word, 0)


_OWN_WORDS = re.compile(
    r"哪些|哪几|哪一?个|哪家|哪里|什么|谁|多少|几|列出|列举|所有|全部|分别|一共|总共|共有|都有|有|是|的|了|在|由|里面?|中|上|下|被|这|那|本|该|请问|请|"
    r"汇编|目录|全书|书|封面|创新|工作|案例|文章|单位|部门|区市|区（市）|区县|机构|管委会?|政府|委办局|市直|市属|功能区|地方|市级|署名|报送|参与|收录|入选|提交|"
    r"供稿|撰写|写|名单|清单|个|篇|家|项|和|及|与|内容|东西|、|，|。|？|“|”|年|2018|青岛市?|系统|牵头|负责|数量|总数|条目|题目|标题"
)


def _leftover(form: str) -> str:
    """Return what a question says beyond the words in which one speaks of a compilation."""
    return _OWN_WORDS.sub("", form)


_Responder = Callable[[_Asking, re.Match[str]], list[DraftSentence]]
_INTENTS: tuple[tuple[re.Pattern[str], _Responder], ...] = (
    (re.compile(r"第?(?P<page>\d{1,4})页.*(案例|哪|什么|谁|内容|篇)"), _on_page),
    (re.compile(r"(第几页|哪(一|几)?页|页码|多少页|几页|页数|起止页)"), _pages_of),
    (re.compile(r"(篇幅|页数|占.{0,3}页|内容)(?P<extreme>最(长|多|短|少))"), _extreme),
    (
        re.compile(
            r"(?P<side>(之?后|之?前|下|上|紧接))(面|边|一|着|个|篇|的|是|排|下一个|上一个)*(案例|(是|哪|什么).{0,6}案例)"
        ),
        _neighbour,
    ),
    (re.compile(r"(?P<nth>第[一二三四五六七八九十\d]+(个|篇)|最后(一)?(个|篇)|首(个|篇))(创新)?(案例|是)"), _nth),
    (
        re.compile(
            r"(谁|哪个单位|哪个部门|哪家单位|什么单位|哪个机构).{0,6}(编|印|主编|出版|发布)|(编(印|制|写|纂|者|撰)?|印发|出版)(单位|方|机构|者|部门)"
            r"|(什么时候|何时|哪(一)?年|几月|哪月|时间).{0,8}(编印|编的|编制|编成|印发|印的|出版|编写|汇编)|汇编.{0,10}(什么时候|何时|哪(一)?年|几月|日期|时间|由谁|谁)"
            r"|汇编.{0,6}(全称|书名|名称|标题)"
        ),
        _imprint,
    ),
    (
        re.compile(
            r"(汇编|全书|这本|本书|书里|目录|收录|一共|总共|共有|里面).*(多少|几)(个|篇|项)?(创新)?(工作)?案例|(有)?(多少|几)(个|篇)(创新)?案例|案例.{0,4}(总数|数量|(一共|总共|共)?有?(多少|几)(个|篇))"
        ),
        _count,
    ),
    (
        re.compile(
            r"(案例|文章|一文|这篇|这个|该文|一篇).{0,8}(哪|什么|谁).{0,6}(写|报送|提交|撰写|署名|申报|供稿|的案例|单位|部门|地方)|(哪|什么|谁).{0,6}(写|报送|提交|撰写|署名|申报|供稿)"
        ),
        _written_by,
    ),
    (
        re.compile(
            r"(分|有|包括|包含|由|设|含|写了|哪|下).{0,6}(部分|章节|板块|大块|小标题|标题|小节)|(结构|框架|提纲|大纲|小标题|一级标题|二级标题)(是|有|怎|如|什么|包|都)?"
        ),
        _outline,
    ),
    (re.compile(r"总结|概括|概述|归纳|梳理|简述|介绍|主要内容|(讲|说|写)了?(些)?什么"), _summary),
    (
        re.compile(
            r"(汇编|全书|这本|书里|目录)(里|中)?(面)?(都)?(有|包括|包含|收录|讲|写|说)?(了)?(哪些|什么|些什么)(内容|案例|东西|文章)?"
            r"|(列出|列举|所有|全部)(的)?案例"
        ),
        _all_cases,
    ),
    (
        re.compile(
            r"案例.{0,6}(叫什么|名称|标题|题目|题为|名字|主题是什么)|(报送|提交|入选|供稿|收录)(了|的)?(什么|哪(个|些|篇)?)(创新)?案例"
        ),
        _titled,
    ),
    (
        re.compile(
            r"(哪些|哪几|列出|所有|有哪).{0,8}(单位|部门|区市|机构|管委|政府|委办局|地方).{0,8}(署名|报送|参与|收录|入选|提交|案例|目录|有)|(署名|报送|入选|提交|收录).{0,8}(哪些|哪几|有哪)"
        ),
        _departments,
    ),
)
_ENGLISH_INTENTS: tuple[tuple[re.Pattern[str], _Responder], ...] = (
    (re.compile(r"\bpage (?P<page>\d{1,4})\b"), _on_page),
    (
        re.compile(
            r"how many (innovation |innovative )?cases\b.*(compilation|book|collection|document|in all|total|included|contain)"
        ),
        _count,
    ),
    (re.compile(r"who (compiled|published|issued|edited)|when was (the|this) (compilation|book|collection)"), _imprint),
)
