"""Questions about the compilation itself, answered from its contents and headings.

What can be asked stands in `intents`; here is a function for each that reads the structure. What they say is
computed, and cites the lines of the contents or the headings that were counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher

from rag.answering.contents import Asking, case_sentence, cover, lines
from rag.answering.counted import (
    average_pages,
    first_of_kind,
    in_pages,
    leading,
    most_of_department,
    of_kinds,
    signed,
    with_heading,
)
from rag.answering.criteria import excluded_in
from rag.answering.draft import Draft, DraftSentence, Support
from rag.answering.intents import INTENTS, applies
from rag.answering.intents_english import ENGLISH_INTENTS
from rag.answering.lists import heading_support
from rag.answering.numbered import numbered_cases, read_numeral
from rag.answering.phrases import pages_phrase, phrases
from rag.chunking.sentences import list_items, sentences
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import CaseNames, Mention
from rag.types import Case, Compilation, Section

_CERTAIN = 0.99
_MIN_SUMMARY = 2
_NOTE = re.compile(r"（[^）]{0,20}(?:算|不计|不算|不含|除外|计)[^）]{0,6}）")
"""A note in brackets on how to count."""
_DONE = re.compile(r"做法|举措|措施|创新|思路|机制|经验|突破")
_PAGE_IN_WORDS = re.compile(r"第([零一二三四五六七八九十百两]{1,5})页")
_MIN_TITLE_PIECE = 4
"""Characters of one title alone that name its case in a question about the contents ("信用城管")."""


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
        form = _NOTE.sub("", form)
        left_out = "" if english else excluded_in(form)
        aside = frozenset(mention.case_number for mention in self._names.mentions(left_out))
        if aside:
            form = form.replace(left_out, "")
        asking = Asking(form, self._compilation, self._mentions(form), phrases(english), aside)
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


def _count(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    every = asking.compilation.cases
    clauses = [of_kinds(clause, every) for clause in asking.form.split("，")]
    kinds = [[c for c in every if any(c in kind for kind in of)] for of in clauses if of]  # those of a clause together
    kinds = [[case for case in kind if case.number not in asking.aside] for kind in kinds]
    if not kinds:
        text = asking.phrases.count.format(n=len(every), title=asking.compilation.title)
        return [DraftSentence(text, lines(asking, [every[0], every[-1]]), computed=True)]
    return [
        DraftSentence(
            asking.phrases.count_some.format(
                n=len(cases), total=len(every), departments="、".join(case.department_in_contents for case in cases)
            ),
            lines(asking, cases),
            computed=True,
        )
        for cases in kinds
    ]


def _on_page(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    page = int(match.group("page"))
    last = asking.compilation.cases[-1]
    found = [
        case for case in asking.compilation.cases if case.first_page <= page <= (case.last_page or case.first_page)
    ]
    if not found and page > last.first_page:
        text = asking.phrases.after_last.format(
            page=page, first=last.first_page, title=last.title_in_contents, department=last.department_in_contents
        )
        return [DraftSentence(text, lines(asking, [last]), computed=True)]
    return [case_sentence(asking, case) for case in found]


def _pages_of(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    found = [case_sentence(asking, case) for case in asking.cases[:4]]
    if re.search(r"(?<![第哪])(几|多少)页|页数|how many pages", asking.form) and len(found) == 1:
        case = asking.cases[0]
        if case.last_page is not None:
            text = asking.phrases.n_pages.format(n=case.last_page - case.first_page + 1)
            found.append(DraftSentence(text, lines(asking, [case]), computed=True))
    return found


def _written_by(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    titled = [mention.case_number for mention in asking.mentions if mention.by in ("title", "number")]
    return [case_sentence(asking, asking.compilation.case(number)) for number in titled[:3]]


def _titled(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    return [case_sentence(asking, case) for case in asking.cases[:4]]


def _nth(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    numbered = [mention.case_number for mention in asking.mentions if mention.by == "number"]
    return [case_sentence(asking, asking.compilation.case(number)) for number in numbered[:4]]


def _titled_with(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    words = match.group("words")
    cases = asking.compilation.cases
    return [case_sentence(asking, case) for case in cases if words in matching_form(case.title_in_contents)]


def _neighbour(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    if len(asking.cases) != 1:
        return []
    name = matching_form(asking.cases[0].department)
    beside = re.sub("|".join(map(re.escape, {name, name[:2]})), "", asking.form)  # the 前 of 前湾 is no side
    before = re.search(r"前|上一?[个篇]|before|preced|previous", beside)
    after = re.search(r"后|下一?[个篇]|after|follow|next", beside)
    steps = [-1] * bool(before) + [1] * bool(after or not before)
    numbers = [asking.cases[0].number + step for step in steps]
    return [case_sentence(asking, case) for case in asking.compilation.cases if case.number in numbers]


def _extreme(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    counted = [case for case in asking.compilation.cases if case.last_page is not None]
    lengths = {case.number: (case.last_page or 0) - case.first_page + 1 for case in counted}
    if not lengths:
        return []
    wanted = (min if re.search(r"最[短少]|shortest|fewest", match.group()) else max)(lengths.values())
    return [case_sentence(asking, case) for case in counted if lengths[case.number] == wanted]


def _departments(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    kinds = of_kinds(asking.form, asking.compilation.cases) or [list(asking.compilation.cases)]
    cases = [c for c in asking.compilation.cases if any(c in k for k in kinds) and c.number not in asking.aside]
    listed = "；".join(f"{case.department_in_contents}（案例{case.number}）" for case in cases)
    text = asking.phrases.departments.format(n=len(cases), departments=listed)
    return [DraftSentence(text, lines(asking, cases), computed=True)]


def _all_cases(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    return [
        DraftSentence(
            f"《{case.title_in_contents}》，{pages_phrase(case.first_page, case.last_page)}。",
            lines(asking, [case]),
            computed=True,
            case_number=case.number,
        )
        for case in asking.compilation.cases
    ]


def _summary(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
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


def _imprint(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    if not asking.phrases.english and not re.search(r"汇编|全书|这本|本书|这部|该书|书|封面|材料", asking.form):
        return []
    compilation = asking.compilation
    if not compilation.issuer and not compilation.date:
        return []
    text = asking.phrases.imprint.format(title=compilation.title, issuer=compilation.issuer, date=compilation.date)
    return [DraftSentence(text, cover(asking), computed=True)]


def _outline(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
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


_Responder = Callable[[Asking, re.Match[str]], list[DraftSentence]]
_RESPONDERS: Mapping[str, _Responder] = {
    "in_pages": in_pages,
    "average_pages": average_pages,
    "most_of_department": most_of_department,
    "with_heading": with_heading,
    "first_of_kind": first_of_kind,
    "leading": leading,
    "signed": signed,
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
