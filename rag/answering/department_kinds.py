"""Kinds of departments a question restricts itself to: governments of districts and cities, zones, city departments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.normalising import matching_form
from rag.types import Case

_KINDS = (
    (
        r"区市(?:政府)?|区（市）(?:政府)?|区县|县区|区、市|(?:区|市)级?政府(?!系统|办|外|服务)|\bdistricts?\b(?! level)",
        r"(区|市|县)政府(?!.*(办|局))",
    ),
    (r"县级市|县市", r"市政府(?!.+)"),
    (r"功能区(?:的?管委会?)?|管委会?|开发区管委会?|\bzones?\b", r"管委"),
    (
        r"市直(?:部门|单位)?|市级部门|市属部门|委办局|\bbureaus\b|\b(?:municipal|city)(?:[- ]level)? (?:departments|bureaus)\b",
        r"^市.*(局|委|办|院)",
    ),
)
_DISTRICT = (r"区政府", r"区政府(?!.*(办|局))")
"""区政府 alone means districts, not cities of a county's rank."""
_WORDS = "|".join([*(asked for asked, _ in _KINDS), _DISTRICT[0]])
_RESTRICTION = re.compile(
    rf"(?:(?<=[的些个家几有，。哪两三四除、和与])|^)(?P<kinds>(?:{_WORDS})(?:(?:、|和|与|或|及)(?:{_WORDS}))*)"
    r"(?=的|里|中|内|，|有|是|都|在|提|写|讲|说|谈|涉|案例|用|做|搞|分别|[？?]|$)"
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """Departments that alone are asked about."""

    start: int
    end: int
    words: str


def restriction_in(form: str) -> Restriction | None:
    """Return where a question's matching form says which kinds of department it asks about; None where it does not."""
    match = _RESTRICTION.search(form)
    return Restriction(*match.span("kinds"), match.group("kinds")) if match else None


def kinds_named(words: str, cases: Sequence[Case]) -> list[list[Case]]:
    """Return the cases of each kind of department that `words` name; nothing where they name none."""
    kinds = [kind for kind in _KINDS if re.search(kind[0], words)]
    if re.search(r"(?<!市)区级?政府", words) and not re.search(r"市级?政府|区市|区（市）", words):
        kinds[0:1] = [_DISTRICT]
    elif (
        any(pattern == _KINDS[1][0] for pattern, _ in kinds)
        and _KINDS[0] in kinds
        and not re.search(_KINDS[0][0], re.sub(_KINDS[1][0], "", words))
    ):
        kinds.remove(_KINDS[0])
    return [
        [case for case in cases if re.search(department, matching_form(case.department_in_contents))]
        for _, department in kinds
    ]
