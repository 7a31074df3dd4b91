"""Answers that count over the contents: cases in a stretch of pages, of a kind of department, with a heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.answering.contents import Asking, case_sentence, lines, listed
from rag.answering.department_kinds import kinds_named
from rag.answering.draft import DraftSentence
from rag.answering.numbered import read_numeral
from rag.normalising import matching_form
from rag.types import Case


def in_pages(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases that begin in a stretch of pages; those that reach into it where beginning is not asked."""
    said = match.groupdict()
    first = int(said["from"] or said.get("after") or 0)
    last = int(said["to"] or said.get("before") or 10**6)
    cases = asking.compilation.cases
    begins = said.get("after") or said.get("before") or re.search(r"始|起|\bstart|\bbegin", asking.form)
    found = [
        case
        for case in cases
        if first <= case.first_page <= last or (not begins and case.first_page <= first <= (case.last_page or 10**6))
    ]
    return listed(asking, found)


def count(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return how many cases there are, of each kind that is named."""
    every = asking.compilation.cases
    clauses = [of_kinds(clause, every) for clause in asking.form.split("，")]
    if re.search(r"各有|各是|各自|分别", asking.form):
        kinds = [kind for of in clauses for kind in of]
    else:
        kinds = [[c for c in every if any(c in kind for kind in of)] for of in clauses if of]  # of a clause together
    kinds = [[case for case in kind if case.number not in asking.aside] for kind in kinds]
    if not kinds and asking.aside:
        return listed(asking, [case for case in every if case.number not in asking.aside])
    if not kinds:
        text = asking.phrases.count.format(n=len(every), title=asking.compilation.title)
        return [DraftSentence(text, lines(asking, [every[0], every[-1]]), computed=True)]
    return [sentence for cases in kinds for sentence in listed(asking, cases)]


def departments(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the departments, of the kinds that are named, with the numbers of their cases."""
    kinds = of_kinds(asking.form, asking.compilation.cases) or [list(asking.compilation.cases)]
    cases = [c for c in asking.compilation.cases if any(c in k for k in kinds) and c.number not in asking.aside]
    listed = "；".join(f"{case.department_in_contents}（案例{case.number}）" for case in cases)
    text = asking.phrases.departments.format(n=len(cases), departments=listed)
    return [DraftSentence(text, lines(asking, cases), computed=True)]


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
        return listed(asking, several)
    text = asking.phrases.one_each.format(total=len(cases))
    return [DraftSentence(text, lines(asking, [cases[0], cases[-1]]), computed=True)]


def with_heading(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases, of the kind named, that have a part with some heading, or that lack it."""
    words = match.group("heading") or match.group("heading_late")
    lacking = bool(match.group("lacking") or match.group("lacking_late"))
    cases = _of_kind_or_all(asking)
    has = {c.number for c in cases if any(s.level == 1 and words in matching_form(s.heading) for s in c.sections)}
    return listed(asking, [case for case in cases if (case.number in has) != lacking])


def first_of_kind(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the first case of a kind of department, the last, or the one of a number."""
    kinds = of_kinds(asking.form, asking.compilation.cases)
    n = read_numeral(match.group("n")) if match.group("n") else 1
    from_end = match.group("nth") == "倒数第" or re.search("最后|最末|末位|压轴|为止|结束", asking.form)
    return [case_sentence(asking, kind[-n] if from_end else kind[n - 1]) for kind in kinds if 1 <= n <= len(kind)]


def leading(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the first so many cases, or the last; of these, those of the kind that is named. One alone has a number."""
    n = read_numeral(match.group("n"))
    cases = asking.compilation.cases
    if not 1 < n <= len(cases):
        return []
    chosen = cases[-n:] if match.group("end") else cases[:n]
    if kinds := kinds_named(asking.form, cases):
        among = [case for case in chosen if any(case in kind for kind in kinds)]
        departments = "、".join(case.department_in_contents for case in among)
        text = asking.phrases.among.format(total=n, n=len(among), departments=departments)
        return [DraftSentence(text, lines(asking, among), computed=True)] if among else []
    return [case_sentence(asking, case) for case in chosen]


def signed(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases whose department's name holds some words."""
    words = match.group("words")
    return listed(asking, [c for c in asking.compilation.cases if words in matching_form(c.department_in_contents)])


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
