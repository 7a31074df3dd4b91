"""What answers on the compilation's structure share: the question as it is asked, and lines of the contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.draft import DraftSentence, Support
from rag.answering.phrases import Phrases, pages_phrase
from rag.retrieval.mentions import Mention
from rag.types import Case, Compilation


@dataclass(frozen=True, slots=True)
class Asking:
    """A question about the structure."""

    form: str
    compilation: Compilation
    mentions: Sequence[Mention]
    phrases: Phrases
    aside: frozenset[int] = frozenset()
    """Numbers of the cases that the question leaves aside ("除…外")."""

    @property
    def cases(self) -> list[Case]:
        """The cases it names, each once."""
        numbers = dict.fromkeys(mention.case_number for mention in self.mentions)
        return [self.compilation.case(number) for number in numbers]


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


def cover(asking: Asking) -> tuple[Support, ...]:
    """Return the spans of the cover."""
    covers = [section for section in asking.compilation.catalogue if section.path[:1] == ("封面",)]
    return tuple(_trimmed(asking.compilation.text, section.start, section.end) for section in covers)


def lines(asking: Asking, cases: Sequence[Case]) -> tuple[Support, ...]:
    """Return the spans of the lines of the contents of `cases`."""
    spans = [contents_line(asking.compilation, case) for case in cases]
    return tuple(_trimmed(asking.compilation.text, span.start, span.end) for span in spans)


def case_sentence(asking: Asking, case: Case) -> DraftSentence:
    """Return the sentence that gives a case's number, title, department and pages."""
    text = asking.phrases.case.format(
        number=case.number,
        title=case.title_in_contents,
        department=case.department_in_contents,
        pages=pages_phrase(case.first_page, case.last_page, english=asking.phrases.english),
    )
    return DraftSentence(text, lines(asking, [case]), computed=True)


def listed(asking: Asking, cases: Sequence[Case]) -> list[DraftSentence]:
    """Return the sentence that counts some of the cases and names their departments; nothing where there are none."""
    if not cases:
        return []
    text = asking.phrases.count_some.format(
        n=len(cases),
        total=len(asking.compilation.cases),
        departments="、".join(case.department_in_contents for case in cases),
    )
    return [DraftSentence(text, lines(asking, cases), computed=True)]
