"""Questions about the compilation itself, answered from its contents and headings.

What can be asked stands in `intents`; here is a function for each that reads the structure. What they say is
computed, and cites the lines of the contents or the headings that were counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.answering.draft import Draft, DraftSentence, Support
from rag.answering.intents import ENGLISH_INTENTS, INTENTS, applies
from rag.answering.lists import heading_support
from rag.answering.numbered import numbered_cases, read_numeral
from rag.answering.phrases import Phrases, pages_phrase, phrases
from rag.chunking.sentences import list_items, sentences
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import CaseNames, Mention
from rag.types import Case, Compilation, Section

_CERTAIN = 0.99
_MIN_SUMMARY = 2
_DONE = re.compile(r"做法|举措|措施|创新|思路|机制|经验|突破")
_PAGE_IN_WORDS = re.compile(r"第([零一二三四五六七八九十百两]{1,5})页")
_MIN_TITLE_PIECE = 4
"""Characters of one title alone that name its case in a question about the contents ("信用城管")."""


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
        form = matching_form(question)
        if english:
            form = question.lower()
        else:
            form = _PAGE_IN_WORDS.sub(lambda match: f"第{read_numeral(match.group(1))}页", form)
        asking = _Asking(form, self._compilation, self._mentions(form), phrases(english))
        for intent in ENGLISH_INTENTS if english else INTENTS:
            match = intent.pattern.search(form)
            if match and applies(intent, form, mentions=asking.mentions, named=asking.cases, english=english):
                told = _RESPONDERS[intent.name](asking, match)
                if told:
                    short = told[0].text if len(told) == 1 else ""
                    return Draft(tuple(told), short, _CERTAIN, from_structure=True)
        return None

    def _mentions(self, form: str) -> list[Mention]:
        """Return the cases named by department, title or number; by a piece that one title alone has, where none is."""
        found = {mention.case_number: mention for mention in self._names.mentions(form)}
        for mention in numbered_cases(form, self._compilation):
            found.setdefault(mention.case_number, mention)
        return sorted(found.values(), key=lambda mention: mention.start) or self._by_piece_of_title(form)

    def _by_piece_of_title(self, form: str) -> list[Mention]:
        found = []
        for case in self._compilation.cases:
            title = matching_form(case.title_in_contents)
            match = SequenceMatcher(None, form, title, autojunk=False).find_longest_match()
            if match.size >= _MIN_TITLE_PIECE:
                found.append(Mention(case.number, match.a, match.a + match.size, by="title"))
        return found if len(found) == 1 else []


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
    every = asking.compilation.cases
    kinds = _of_kinds(asking.form, every)
    if not kinds:
        text = asking.phrases.count.format(n=len(every), title=asking.compilation.title)
        return [DraftSentence(text, _lines(asking, [every[0], every[-1]]), computed=True)]
    return [
        DraftSentence(
            asking.phrases.count_some.format(
                n=len(cases), total=len(every), departments="、".join(case.department_in_contents for case in cases)
            ),
            _lines(asking, cases),
            computed=True,
        )
        for cases in kinds
    ]


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
    titled = [mention.case_number for mention in asking.mentions if mention.by in ("title", "number")]
    return [_case_sentence(asking, asking.compilation.case(number)) for number in titled[:3]]


def _titled(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    return [_case_sentence(asking, case) for case in asking.cases[:4]]


def _nth(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    numbered = [mention.case_number for mention in asking.mentions if mention.by == "number"]
    return [_case_sentence(asking, asking.compilation.case(number)) for number in numbered[:4]]


def _titled_with(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    words = match.group("words")
    cases = asking.compilation.cases
    return [_case_sentence(asking, case) for case in cases if words in matching_form(case.title_in_contents)]


def _neighbour(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if len(asking.cases) != 1:
        return []
    step = -1 if re.search(r"前|上一?[个篇]", asking.form) else 1
    number = asking.cases[0].number + step
    return [_case_sentence(asking, case) for case in asking.compilation.cases if case.number == number]


def _extreme(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    counted = [case for case in asking.compilation.cases if case.last_page is not None]
    lengths = {case.number: (case.last_page or 0) - case.first_page + 1 for case in counted}
    if not lengths:
        return []
    wanted = (min if re.search(r"最[短少]|shortest|fewest", match.group()) else max)(lengths.values())
    return [_case_sentence(asking, case) for case in counted if lengths[case.number] == wanted]


def _departments(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    kinds = _of_kinds(asking.form, asking.compilation.cases) or [list(asking.compilation.cases)]
    cases = [case for case in asking.compilation.cases if any(case in kind for kind in kinds)]
    listed = "；".join(f"{case.department_in_contents}（案例{case.number}）" for case in cases)
    text = asking.phrases.departments.format(n=len(cases), departments=listed)
    return [DraftSentence(text, _lines(asking, cases), computed=True)]


def _all_cases(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
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
    if len({case.number for case in asking.cases}) != 1 or re.search(r"几|多少|谁|哪", asking.form):
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


def _imprint(asking: _Asking, match: re.Match[str]) -> list[DraftSentence]:
    if not asking.phrases.english and not re.search(r"汇编|全书|这本|本书|这部|该书|书|封面|材料", asking.form):
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


def _of_kinds(form: str, cases: Sequence[Case]) -> list[list[Case]]:
    """Return the cases of each kind of department that the question names; nothing where it names none."""
    for word in re.findall(r"“([^”]{1,8})”", form):
        filtered = [case for case in cases if word in matching_form(case.department_in_contents)]
        if filtered and len(filtered) < len(cases):
            return [filtered]
    kinds = (
        (r"区市|区（市）|区县|县区|(区|市)政府", r"(区|市|县)政府(?!.*(办|局))"),
        (r"管委|功能区", r"管委"),
        (r"市直|市级部门|委办局|市属部门", r"^市.*(局|委|办|院)"),
    )
    return [
        [case for case in cases if re.search(department, matching_form(case.department_in_contents))]
        for asked, department in kinds
        if re.search(asked, form)
    ]


_Responder = Callable[[_Asking, re.Match[str]], list[DraftSentence]]
_RESPONDERS: Mapping[str, _Responder] = {
    "on_page": _on_page,
    "pages_of": _pages_of,
    "extreme": _extreme,
    "titled_with": _titled_with,
    "neighbour": _neighbour,
    "imprint": _imprint,
    "count": _count,
    "nth": _nth,
    "written_by": _written_by,
    "outline": _outline,
    "summary": _summary,
    "all_cases": _all_cases,
    "titled": _titled,
    "departments": _departments,
}
