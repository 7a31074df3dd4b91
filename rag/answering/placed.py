"""Answers on where cases stand: on which page, after which case, between which two, and how many pages they have."""

from __future__ import annotations

import re

from rag.answering.contents import Asking, case_sentence, lines, listed
from rag.answering.counted import of_kinds
from rag.answering.draft import DraftSentence
from rag.answering.numbered import read_numeral
from rag.normalising import matching_form
from rag.types import Case

_WHO = r"(?:谁|哪一?[个家篇]?(?:单位|部门|案例|区市)?)"
_BEHIND_WHOM = re.compile(rf"{_WHO}(?:的案例|的)?(?:之|的)?(?:后|前)")
"""In 莱西的案例排在谁的后面 the case named stands behind the one that is asked for."""
_BEFORE = re.compile(r"前|上一?[个篇家]|before|preced|previous")
_AFTER = re.compile(r"后|下一?[个篇家]|after|follow|next|紧?接着|随后")
_BOTH = re.compile(r"前后|左右|两侧|两边|两旁|上下|相邻|邻居|夹|中间|之间|both sides|neighbou?r|next to")


def on_page(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the case on a page."""
    page = int(match.group("page") or match.groupdict().get("page_only") or 0)
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


def pages_of(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the pages of the cases that are named."""
    found = [case_sentence(asking, case) for case in asking.cases[:4]]
    if re.search(r"(?<![第哪])(几|多少)页|页数|how many pages", asking.form) and len(found) == 1:
        case = asking.cases[0]
        if case.last_page is not None:
            text = asking.phrases.n_pages.format(n=case.last_page - case.first_page + 1)
            found.append(DraftSentence(text, lines(asking, [case]), computed=True))
    return found


def nth(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases called by their number."""
    numbered = [mention.case_number for mention in asking.mentions if mention.by == "number"]
    return [case_sentence(asking, asking.compilation.case(number)) for number in numbered[:4]]


def neighbour(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the case before or after the one that is named, or both."""
    if len(asking.cases) != 1:
        return []
    case = asking.cases[0]
    name = matching_form(case.department)
    beside = re.sub("|".join(map(re.escape, {name, name[:2]})), "", asking.form)  # the 前 of 前湾 is no side
    before, after = bool(_BEFORE.search(beside)), bool(_AFTER.search(beside))
    if (behind := _BEHIND_WHOM.search(asking.form)) and behind.start() > asking.mentions[0].start:
        before, after = after, before
    if _BOTH.search(beside):
        before = after = True
    steps = [-1] * before + [1] * (after or not before)
    numbers = [case.number + step for step in steps]
    return [case_sentence(asking, one) for one in asking.compilation.cases if one.number in numbers]


def between(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases between two that are named."""
    if len(asking.cases) != 2:
        return []
    first, last = sorted(case.number for case in asking.cases)
    return [case_sentence(asking, case) for case in asking.compilation.cases if first < case.number < last]


def order(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases that are named, in the order in which they stand."""
    cases = sorted(asking.cases, key=lambda case: case.number)
    return [case_sentence(asking, case) for case in cases] if len(cases) > 1 else []


def by_length(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases that have so many pages, more or fewer; the last has no known end. None where none is so long."""
    said = {name: words for name, words in match.groupdict().items() if words}
    n_pages = read_numeral(said.get("pages") or said.get("bare_pages") or said["exact_pages"])
    side = said.get("side") or said.get("bare_side") or ""
    least, most = 0, 10**6
    if side in ("以上", "及以上", "more", "longer") or said.keys() & {"over", "least"}:
        least = n_pages + ("over" in said)
    elif side or said.keys() & {"under", "most"}:
        most = n_pages - ("under" in said)
    else:
        least = most = n_pages
    kinds = of_kinds(asking.form, asking.compilation.cases)
    lengths = [one for one in _lengths(asking) if not kinds or any(one[0] in kind for kind in kinds)]
    found = [case for case, n in lengths if least <= n <= most]
    if found or "bare_pages" in said:  # "50页以上" is more likely a page of the book than a length
        return listed(asking, found)
    cases = asking.compilation.cases
    text = asking.phrases.none_such.format(total=len(cases))
    return [DraftSentence(text, lines(asking, [cases[0], cases[-1]]), computed=True)]


def extreme(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the case with most pages, or fewest; so many of them where a number is said, and those as long as the last."""
    shortest = bool(re.search(r"最[短少小薄]|shortest|fewest", match.group()))
    ranked = sorted(_lengths(asking), key=lambda one: one[1] if shortest else -one[1])
    said = re.search(r"(?:最[短少小薄长多大厚]的?|前)(?P<n>[一二两三四五六七八九十\d]{1,2})[个篇]", asking.form)
    n = min(read_numeral(said.group("n")) if said else 1, len(ranked))
    if not n:
        return []
    reached = [case for case, length in ranked if length == ranked[n - 1][1]]
    cases = [case for case, _ in ranked[: max(n, ranked.index((reached[-1], ranked[n - 1][1])) + 1)]]
    return [case_sentence(asking, case) for case in sorted(cases, key=lambda case: case.number)]


def total_pages(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return what the contents say of the whole book's pages: where its last case begins."""
    last = asking.compilation.cases[-1]
    text = asking.phrases.total_pages.format(
        page=last.first_page, title=last.title_in_contents, department=last.department_in_contents
    )
    return [DraftSentence(text, lines(asking, [last]), computed=True)]


def _lengths(asking: Asking) -> list[tuple[Case, int]]:
    """Return the cases whose last page the contents tell, with their numbers of pages."""
    cases = asking.compilation.cases
    return [(case, case.last_page - case.first_page + 1) for case in cases if case.last_page is not None]
