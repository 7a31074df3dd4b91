"""Lists that a text sets out over several sentences or headings: found once, offered whole to list questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.draft import Support
from rag.chunking.sentences import ListItem, list_items, sentences
from rag.parsing.headings import clean_heading
from rag.stores.lexical import lexical_tokens
from rag.types import Case, Compilation, Section

MIN_ITEMS = 2
_CLAUSE = re.compile(r"[，。；：！？,;:]")
_QUOTED = re.compile(r"“[^”]{1,20}”")


@dataclass(frozen=True, slots=True)
class ListInText:
    """A list: what introduces it, and its items."""

    case_number: int
    intro: Support | None
    """The sentence or heading that leads into it; None where the items start a section without one."""
    items: tuple[Support, ...]
    """What names each item: 一是创新组织机构，变“各自为战”为“合力攻坚”。 or a sub-heading."""
    start: int
    end: int
    """Around all its items."""
    tokens: frozenset[str]
    """Lexical tokens of what introduces it, its heading and intro, and of what all its items say (农创+科技, 农创+人才)."""


def find_lists(compilation: Compilation) -> tuple[ListInText, ...]:
    """Return the lists of every case: 一是/二是 items, and the sub-headings of a heading."""
    return tuple(
        found
        for case in compilation.cases
        for found in (*_enumerations(compilation, case), *_outlines(compilation, case))
    )


def n_enumerated(text: str) -> int:
    """Return how many things the longest enumeration inside one clause of `text` names: "甲、乙和丙" is 3, none is 0."""
    counts = [0]
    for clause in _CLAUSE.split(text):
        n_pauses = clause.count("、")
        joined = bool(re.search(r"、[^、]{1,30}?(和|及|以及|与)[^、]+$", clause))
        if n_pauses:
            counts.append(n_pauses + 1 + joined)
        quoted = len(_QUOTED.findall(clause))
        if quoted >= MIN_ITEMS:
            counts.append(quoted)
    return max(counts)


def _enumerations(compilation: Compilation, case: Case) -> Iterator[ListInText]:
    text = compilation.text
    for section in case.sections:
        for run in _runs(list_items(text, section.start, section.end)):
            intro = _sentence_before(text, section, run[0].start)
            items = tuple(_trim(text, item.start, item.lead_end) for item in run)
            introduced = text[intro.start : intro.end] if intro else ""
            tokens = _tokens(section.path, introduced) | _shared(text, items)
            yield ListInText(case.number, intro, items, run[0].start, run[-1].end, tokens)


def _outlines(compilation: Compilation, case: Case) -> Iterator[ListInText]:
    text = compilation.text
    sections = case.sections
    for i, parent in enumerate(sections):
        children = _direct_children(sections, i)
        if len(children) < MIN_ITEMS:
            continue
        items = tuple(heading_support(text, child) for child in children)
        lead = sentences(text, parent.start, children[0].start)
        intro = Support(lead[-1].start, lead[-1].end) if lead else None
        if intro and parent.heading and clean_heading(text[intro.start : intro.end]) == parent.heading:
            intro = heading_support(text, parent)
        introduced = text[intro.start : intro.end] if intro else ""
        tokens = _tokens(parent.path, introduced) | _shared(text, items)
        yield ListInText(case.number, intro, items, children[0].start, children[-1].end, tokens)


def _direct_children(sections: Sequence[Section], i: int) -> list[Section]:
    """Return the headings directly below `sections[i]`; for an opening, those of a level that follow it at once."""
    parent = sections[i]
    if parent.heading:
        depth = len(parent.path)
        return [s for s in sections if s.heading and len(s.path) == depth + 1 and s.path[:depth] == parent.path]
    children: list[Section] = []
    for section in sections[i + 1 :]:
        if section.level == 1 or section.level != sections[i + 1].level:
            break
        if section.heading:
            children.append(section)
    return children


def heading_support(text: str, section: Section) -> Support:
    """Return the span of a section's heading."""
    line_end = text.find("\n", section.start, section.end)
    line_end = section.end if line_end < 0 else line_end
    found = text.find(section.heading, section.start, line_end)
    if found >= 0 and section.heading:
        return Support(found, found + len(section.heading))
    first = sentences(text, section.start, line_end)
    return Support(first[0].start, first[0].end) if first else Support(section.start, line_end)


def _runs(items: Sequence[ListItem]) -> Iterator[list[ListItem]]:
    run: list[ListItem] = []
    for item in items:
        if run and (_restarts(item) or item.start > run[-1].end + 2):
            yield run
            run = []
        run.append(item)
    if len(run) >= MIN_ITEMS:
        yield run


def _restarts(item: ListItem) -> bool:
    return bool(re.match(r"(第?一|其一|1|①|（1|\(1|首先)", item.marker)) and not item.marker.startswith(("一十", "10"))


def _sentence_before(text: str, section: Section, start: int) -> Support | None:
    before = sentences(text, section.start, start)
    if not before:
        return None
    return Support(before[-1].start, before[-1].end)


def _tokens(path: Sequence[str], intro: str) -> frozenset[str]:
    return frozenset(lexical_tokens("\n".join((*path[-1:], intro))))


def _shared(text: str, items: Sequence[Support]) -> frozenset[str]:
    """Return the tokens that every item has."""
    return frozenset.intersection(*(frozenset(lexical_tokens(text[item.start : item.end])) for item in items))


def _trim(text: str, start: int, end: int) -> Support:
    while end > start and text[end - 1].isspace():
        end -= 1
    return Support(start, end)
