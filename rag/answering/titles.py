"""Answers on titles and departments as they are printed: those with some words, whose they are, and where contents and body differ."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.answering.contents import Asking, case_sentence, contents_line, listed
from rag.answering.counted import of_kinds
from rag.answering.draft import DraftSentence, Support
from rag.normalising import matching_form
from rag.types import Case

_TITLE = re.compile(r"标题|题目|题名|案例名|titles?\b|headings?\b")
_DEPARTMENT = re.compile(
    r"(?:单位|部门|机构)(?:名|的?名称|的?写法|的?署名|的?称)|署名|落款|\b(?:departments?|names?)\b"
)
_QUOTED = re.compile(r"“([^”]{1,20})”")


def titled(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the titles of the cases that are named."""
    return [case_sentence(asking, case) for case in asking.cases[:4]]


def written_by(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return whose the cases are that are called by title, topic or number."""
    called = [mention.case_number for mention in asking.mentions if mention.by in ("title", "number")]
    return [case_sentence(asking, asking.compilation.case(number)) for number in called[:3]]


def titled_with(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return the cases, of the kind named, whose title holds all words that are asked for, one of those joined by 或, or none."""
    words = _QUOTED.findall(asking.form) or [match.groupdict().get("bare") or match.group("words") or ""]
    words = [word for word in map(matching_form, words) if word]
    every = asking.compilation.cases
    if not words or not any(word in _form(case) for word in words for case in every):
        return []
    enough = any if re.search(r"或|\bor\b", asking.form) else all
    lacking = bool(match.groupdict().get("lacking"))
    found = [case for case in every if enough(word in _form(case) for word in words) != lacking]
    if kinds := of_kinds(_QUOTED.sub("", asking.form), every):
        found = [case for case in found if any(case in kind for kind in kinds)]
    return listed(asking, found) if lacking else [case_sentence(asking, case) for case in found]


def differing(asking: Asking, match: re.Match[str]) -> list[DraftSentence]:
    """Return how a case's title or department reads in the contents and in the body; of no case named, those that differ."""
    told: list[DraftSentence] = []
    for is_title in (True, False):
        if not _asks_for(asking.form, title=is_title):
            continue
        if asking.cases:
            told += [_comparison(asking, case, is_title) for case in asking.cases[:3]]
            continue
        differ = [c for c in asking.compilation.cases if len({matching_form(t) for t in _printed(c, is_title)}) > 1]
        told += [*listed(asking, differ), *(_comparison(asking, case, is_title) for case in differ)]
    return told


def _asks_for(form: str, *, title: bool) -> bool:
    """Return whether titles, or departments, are asked about; both are where a question says neither."""
    says_title, says_department = bool(_TITLE.search(form)), bool(_DEPARTMENT.search(form))
    return (says_title or not says_department) if title else (says_department or not says_title)


def _printed(case: Case, is_title: bool) -> tuple[str, str]:
    """Return a title, or a department, as the contents print it and as the body does."""
    return (case.title_in_contents, case.title) if is_title else (case.department_in_contents, case.department)


def _comparison(asking: Asking, case: Case, is_title: bool) -> DraftSentence:
    phrases = asking.phrases
    contents, body = _printed(case, is_title)
    mark: Callable[[str], str] = (lambda text: f"《{text}》") if is_title else (lambda text: f"“{text}”")
    what = phrases.title if is_title else phrases.department
    if matching_form(contents) == matching_form(body):
        text = phrases.same.format(number=case.number, what=what, printed=mark(contents))
    else:
        head = _n_shared(contents, body)
        tail = _n_shared(contents[head:][::-1], body[head:][::-1])
        only = [printed[head : len(printed) - tail].strip() for printed in (contents, body)]
        difference = phrases.differ_by if all(only) else phrases.only_contents if only[0] else phrases.only_body
        text = phrases.differ.format(
            number=case.number,
            what=what,
            contents=mark(contents),
            body=mark(body),
            difference=difference.format(contents=only[0], body=only[1]),
        )
    return DraftSentence(text, _where_printed(asking, case, body), computed=True, case_number=None, own_line=True)


def _n_shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _where_printed(asking: Asking, case: Case, body: str) -> tuple[Support, ...]:
    """Return the line of the contents and, where the body prints the words at the head of the case, their span there."""
    line = contents_line(asking.compilation, case)
    text = asking.compilation.text
    line = Support(line.start, line.start + len(text[line.start : line.end].rstrip()))
    start = text.find(body, case.start, case.sections[0].end)
    return (line, Support(start, start + len(body))) if start >= 0 and body else (line,)


def _form(case: Case) -> str:
    return matching_form(case.title_in_contents)
