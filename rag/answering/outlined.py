"""Answers read off the headings of a case: its parts, the headings of a level, what it is about."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from rag.answering.contents import Asking, lines, listed
from rag.answering.draft import DraftSentence, Support
from rag.answering.lists import heading_support
from rag.answering.numbered import read_numeral
from rag.chunking.sentences import list_items, sentences
from rag.normalising import matching_form
from rag.types import Case, Section

_MIN_SUMMARY = 2
_DONE = re.compile(r"做法|举措|措施|创新|思路|机制|经验|突破")


def outline(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the parts of a case, or of a part of it that the question names."""
    if len({case.number for case in asking.cases}) != 1:
        return []
    case = asking.cases[0]
    parent = _named_section(asking.form, case)
    children = _children(case, parent)
    if not children:
        return []
    headings = "；".join(section.heading for section in children)
    owner = asking.phrases.case_of.format(department=case.department) + (f"“{parent.heading}”" if parent else "")
    text = asking.phrases.outline.format(owner=owner, n=len(children), headings=headings)
    supports = tuple(heading_support(asking.compilation.text, section) for section in children)
    return [DraftSentence(text, supports, computed=True)]


def nth_heading(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the heading of a case's part that is called by its number."""
    if len({case.number for case in asking.cases}) != 1 or re.search(r"小标题|下面|底下", asking.form):
        return []
    parts = _children(asking.cases[0], None)
    n = read_numeral(match.group("n")) if match.group("n") else len(parts)
    if not 1 <= n <= len(parts):
        return []
    text = asking.phrases.nth_heading.format(
        owner=asking.phrases.case_of.format(department=asking.cases[0].department), n=n, heading=parts[n - 1].heading
    )
    return [DraftSentence(text, (heading_support(asking.compilation.text, parts[n - 1]),), computed=True)]


def headings_at_level(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return a case's headings of a level; of no case named, those with most of them, with some or with none."""
    level = read_numeral(match.group("level")) if match.group("level") else 0
    if len({case.number for case in asking.cases}) == 1:
        return _headings_of(asking, asking.cases[0], level)
    counts = {case.number: len(_at_level(case, level)) for case in asking.compilation.cases}
    if extreme := re.search(r"最[多少]", asking.form):
        wanted = (max if extreme.group() == "最多" else min)(counts.values())
    elif re.search(r"没有?|未|不设|无", asking.form):
        wanted = 0
    elif re.search(r"哪|谁|案例", asking.form) and not re.search(r"有?几个[^，。？]级|多少个?[^，。？]级", asking.form):
        return listed(asking, [case for case in asking.compilation.cases if counts[case.number]])
    else:
        return []
    return listed(asking, [case for case in asking.compilation.cases if counts[case.number] == wanted])


def _headings_of(asking: Asking, case: Case, level: int) -> list[DraftSentence]:
    if level == 0 or _named_section(asking.form, case) or _at_level(case, level) == _children(case, None):
        return []  # what `outline` gives
    owner = asking.phrases.case_of.format(department=case.department)
    found = _at_level(case, level)
    name = "一二三四"[level - 1]
    if not found:
        text = asking.phrases.no_headings.format(owner=owner, level=name)
        return [DraftSentence(text, lines(asking, [case]), computed=True)]
    headings = "；".join(section.heading for section in found)
    text = asking.phrases.headings.format(owner=owner, n=len(found), level=name, headings=headings)
    supports = tuple(heading_support(asking.compilation.text, section) for section in found)
    return [DraftSentence(text, supports, computed=True)]


def _at_level(case: Case, level: int) -> list[Section]:
    """Return the headings of a level, 1 to 4; those of all levels for 0."""
    return [section for section in case.sections if section.heading and level in (0, section.level)]


def summary(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
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
