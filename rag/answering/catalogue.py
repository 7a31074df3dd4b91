"""Questions about the compilation itself, answered from its contents and headings.

What can be asked stands in `intents`; here is a function for each that reads the structure. What they say is
computed, and cites the lines of the contents or the headings that were counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher

from rag.answering import counted, outlined, placed, titles
from rag.answering.contents import Asking, cover, lines
from rag.answering.criteria import excluded_in
from rag.answering.department_kinds import kinds_named
from rag.answering.draft import Draft, DraftSentence
from rag.answering.intents import INTENTS, applies
from rag.answering.intents_english import ENGLISH_INTENTS
from rag.answering.numbered import numbered_cases
from rag.answering.phrases import pages_phrase, phrases
from rag.answering.spoken import plainly, plainly_in_english
from rag.answering.topics import CaseTopics
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import CaseNames, Mention
from rag.types import Compilation

_CERTAIN = 0.99
_NOTE = re.compile(r"（[^）]{0,20}(?:算|不计|不算|不含|除外|计)[^）]{0,6}）")
"""A note in brackets on how to count."""
_MIN_TITLE_PIECE = 4
"""Characters of one title alone that name its case in a question about the contents ("信用城管")."""


class CatalogueAnswerer:
    """Answers what can be read off the structure; None for every other question."""

    def __init__(self, compilation: Compilation, names: CaseNames) -> None:
        self._compilation = compilation
        self._names = names
        self._topics = CaseTopics(compilation)

    def answer(self, question: str) -> Draft | None:
        """Return the draft for a question about the compilation itself, None where it asks for something else."""
        english = is_mostly_latin(question)
        form = _NOTE.sub("", plainly_in_english(question.lower()) if english else plainly(matching_form(question)))
        left_out = excluded_in(form)
        aside = self._left_aside(left_out)
        if aside:
            form = form.replace(left_out, "")
        asking = Asking(form, self._compilation, self._mentions(form, aside), phrases(english), aside)
        for intent in ENGLISH_INTENTS if english else INTENTS:
            match = intent.pattern.search(form)
            if match and applies(intent, match, mentions=asking.mentions, named=asking.cases, english=english):
                told = _RESPONDERS[intent.name](asking, match)
                if told:
                    short = told[0].text if len(told) == 1 else ""
                    return Draft(tuple(told), short, _CERTAIN, from_structure=True)
        return None

    def _left_aside(self, words: str) -> frozenset[int]:
        """Return the numbers of the cases, named or of a kind, that a question leaves aside in `words`."""
        kinds = kinds_named(words, self._compilation.cases) if words else []
        of_kinds = {case.number for kind in kinds for case in kind}
        return frozenset(of_kinds or {mention.case_number for mention in self._names.mentions(words)})

    def _mentions(self, form: str, aside: frozenset[int]) -> list[Mention]:
        """Return the cases named by department, title or number; where none is, the one case with such a title or topic."""
        named = [*self._names.mentions(form), *numbered_cases(form, self._compilation)]
        named = named or [mention for mention in self._by_piece_of_title(form) if mention.case_number not in aside]
        topics = [one for one in self._topics.mentions(form) if not named or one.case_number == named[0].case_number]
        return sorted([*named, *topics], key=lambda mention: mention.start)

    def _by_piece_of_title(self, form: str) -> list[Mention]:
        found = []
        for case in self._compilation.cases:
            title = matching_form(case.title_in_contents)
            match = SequenceMatcher(None, form, title, autojunk=False).find_longest_match()
            if match.size >= _MIN_TITLE_PIECE:
                found.append(Mention(case.number, match.a, match.a + match.size, by="title"))
        return found if len(found) == 1 else []


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


def _imprint(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    if not asking.phrases.english and not re.search(
        r"汇编|全书|这本|本书|这部|该书|(?<![皮丛文证])书|封面|材料", asking.form
    ):
        return []
    compilation = asking.compilation
    if not compilation.issuer and not compilation.date:
        return []
    text = asking.phrases.imprint.format(title=compilation.title, issuer=compilation.issuer, date=compilation.date)
    return [DraftSentence(text, cover(asking), computed=True)]


_Responder = Callable[[Asking, re.Match[str]], list[DraftSentence]]
_RESPONDERS: Mapping[str, _Responder] = {
    "on_page": placed.on_page,
    "pages_of": placed.pages_of,
    "by_length": placed.by_length,
    "total_pages": placed.total_pages,
    "extreme": placed.extreme,
    "nth": placed.nth,
    "neighbour": placed.neighbour,
    "between": placed.between,
    "order": placed.order,
    "in_pages": counted.in_pages,
    "average_pages": counted.average_pages,
    "most_of_department": counted.most_of_department,
    "with_heading": counted.with_heading,
    "first_of_kind": counted.first_of_kind,
    "leading": counted.leading,
    "signed": counted.signed,
    "count": counted.count,
    "departments": counted.departments,
    "titled_with": titles.titled_with,
    "titled": titles.titled,
    "written_by": titles.written_by,
    "differing": titles.differing,
    "outline": outlined.outline,
    "nth_heading": outlined.nth_heading,
    "headings_at_level": outlined.headings_at_level,
    "summary": outlined.summary,
    "imprint": _imprint,
    "all_cases": _all_cases,
}
