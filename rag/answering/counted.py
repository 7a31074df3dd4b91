"""Answers that count over the contents: cases in a stretch of pages, of a kind of department, with a heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.answering.contents import Asking, case_sentence, lines
from rag.answering.department_kinds import kinds_named
from rag.answering.draft import DraftSentence
from rag.answering.numbered import read_numeral
from rag.normalising import matching_form
from rag.types import Case


def in_pages(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases that begin in a stretch of pages; those that reach into it where beginning is not asked."""
    first = int(match.group("from") or match.group("after") or 0)
    last = int(match.group("to") or match.group("before") or 10**6)
    cases = asking.compilation.cases
    begins = match.group("after") or match.group("before") or re.search("始|起", asking.form)
    found = [
        case
        for case in cases
        if first <= case.first_page <= last or (not begins and case.first_page <= first <= (case.last_page or 10**6))
    ]
    return _listed(asking, found)


def average_pages(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return how many pages a case has on average; the last case is left out, for its end is not in the contents."""
    counted = [case for case in asking.compilation.cases if case.last_page is not None]
    if not counted:
        return []
    n_pages = counted[-1].first_page - counted[0].first_page + (counted[-1].last_page or 0) - counted[-1].first_page + 1
    text = asking.phrases.average.format(mean=f"{n_pages / len(counted):.1f}", n=len(counted), pages=n_pages)
    ends = [counted[0], asking.compilation.cases[-1]]
    return [DraftSentence(text, lines(asking, ends), computed=True)]


def most_of_department(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the departments with more than one case; that each has one, where none has more."""
    cases = asking.compilation.cases
    counts = Counter(case.department_in_contents for case in cases)
    several = [case for case in cases if counts[case.department_in_contents] > 1]
    if several:
        return _listed(asking, several)
    text = asking.phrases.one_each.format(total=len(cases))
    return [DraftSentence(text, lines(asking, [cases[0], cases[-1]]), computed=True)]


def with_heading(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases, of the kind named, that have a part with some heading, or that lack it."""
    words, lacking = match.group("heading"), bool(match.group("lacking"))
    cases = _of_kind_or_all(asking)
    has = {c.number for c in cases if any(s.level == 1 and words in matching_form(s.heading) for s in c.sections)}
    return _listed(asking, [case for case in cases if (case.number in has) != lacking])


def first_of_kind(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the first case, or the last, of a kind of department."""
    kinds = of_kinds(asking.form, asking.compilation.cases)
    at = -1 if re.search("最后|为止|结束", asking.form) else 0
    return [case_sentence(asking, kind[at]) for kind in kinds if kind]


def leading(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the first so many cases, or the last; one alone has a number and is none of this."""
    n = read_numeral(match.group("n"))
    cases = asking.compilation.cases
    chosen = cases[-n:] if match.group("end") else cases[:n]
    return [case_sentence(asking, case) for case in chosen] if 1 < n <= len(cases) else []


def signed(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases whose department's name holds some words."""
    words = match.group("words")
    return _listed(asking, [c for c in asking.compilation.cases if words in matching_form(c.department_in_contents)])


def of_kinds(form: str, cases: Sequence[Case]) -> list[list[Case]]:
    """Return the cases of each kind of department that the question names; nothing where it names none."""
    for word in re.findall(r"“([^”]{1,8})”", form):
        filtered = [case for case in cases if word in matching_form(case.department_in_contents)]
        if filtered and len(filtered) < len(cases):
            return [filtered]
    return kinds_named(form, cases)


def _of_kind_or_all(asking: Asking) -> list[Case]:
    cases = asking.compilation.cases
    kinds = kinds_named(asking.form, cases)
    return [case for case in cases if not kinds or any(case in kind for kind in kinds)]


def _listed(asking: Asking, cases: Sequence[Case]) -> list[DraftSentence]:
    if not cases:
        return []
    text = asking.phrases.count_some.format(
        n=len(cases),
        total=len(asking.compilation.cases),
        departments="、".join(case.department_in_contents for case in cases),
    )
    return [DraftSentence(text, lines(asking, cases), computed=True)]
