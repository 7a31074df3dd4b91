"""From a draft to an answer's text and citations: spans are numbered in the order they are first used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.answering.draft import Draft, DraftSentence, Support
from rag.types import Case, Citation, Compilation, Section


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence with its marks, and the citations they stand for."""

    text: str
    citations: tuple[Citation, ...]
    """Those it is the first to use."""


def cite(draft: Draft, compilation: Compilation) -> list[CitedSentence]:
    """Return the sentences of a draft with marks `[n]` and citations. Grouped sentences begin with their case."""
    return list(cite_each(draft.sentences, compilation))


def cite_each(sentences: Iterable[DraftSentence], compilation: Compilation) -> Iterator[CitedSentence]:
    """Yield sentences with their marks and citations as they come."""
    keys: dict[Support, int] = {}
    before: DraftSentence | None = None
    shown_case: int | None = None
    for sentence in sentences:
        new = []
        for support in sentence.supports:
            if support not in keys:
                keys[support] = len(keys) + 1
                new.append(make_citation(compilation, support, key=keys[support], computed=sentence.computed))
        marks = "".join(f"[{keys[support]}]" for support in dict.fromkeys(sentence.supports))
        lead = ""
        if sentence.case_number is not None and sentence.case_number != shown_case:
            case = compilation.case(sentence.case_number)
            lead = f"{case.department_in_contents or case.department}（案例{case.number}）："
            shown_case = sentence.case_number
        separator = _separator(before, sentence, opens_group=bool(lead))
        yield CitedSentence(f"{separator}{lead}{sentence.text}{marks}", tuple(new))
        before = sentence


def make_citation(compilation: Compilation, support: Support, *, key: int, computed: bool = False) -> Citation:
    """Return the citation of a span: its case, section and pages, and the quote as it stands."""
    case = next((case for case in compilation.cases if case.start <= support.start < case.end), None)
    section = _section_at(case, compilation, support.start)
    return Citation(
        key=key,
        compilation_id=compilation.compilation_id,
        case_number=case.number if case else None,
        title=case.title if case else compilation.title,
        department=case.department if case else compilation.issuer,
        section_path=section.path if section else (),
        first_page=case.first_page if case else None,
        last_page=case.last_page if case else None,
        quote=compilation.text[support.start : support.end],
        start=support.start,
        end=support.end,
        computed=computed,
    )


def _section_at(case: Case | None, compilation: Compilation, offset: int) -> Section | None:
    sections = case.sections if case else compilation.catalogue
    return next((section for section in sections if section.start <= offset < section.end), None)


def _separator(before: DraftSentence | None, sentence: DraftSentence, *, opens_group: bool) -> str:
    if before is None:
        return ""
    if opens_group or sentence.own_line or (sentence.case_number is None and before.case_number is not None):
        return "\n"
    return " " if before.text.endswith((".", "!", "?")) and sentence.text[:1].isascii() else ""
