"""Departments as English questions call them: "the Public Security Bureau" is 公安局."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rag.stores.glossary import Glossary
from rag.stores.lexical import lexical_tokens

_CALLED = re.compile(
    r"\b(?P<words>(?:[a-z-]+ ){1,5})(?:bureau|office|commission|committee|administration|department|board)\b"
)
_ORGANISATION_END = re.compile(r"[局委办院会厅]$")
_SURE = 0.8
"""Quality from which a rendering names a department."""


@dataclass(frozen=True, slots=True)
class DepartmentCalled:
    """A department that a question calls by its English name."""

    name: str
    start: int
    end: int


class EnglishDepartments:
    """The English names of departments, by a dictionary of their parts."""

    def __init__(self, names: Mapping[str, object]) -> None:
        """Take the departments' Chinese names, without place and administrative ending ("公安局")."""
        self._names = tuple(names)

    def called(self, form: str) -> list[DepartmentCalled]:
        """Return the departments that a question in lower case calls, all of whose characters its words account for."""
        found = []
        for match in _CALLED.finditer(form):
            words = [
                one.word
                for term in self._glossary.terms(match.group("words"))
                for one in term.renderings
                if one.quality >= _SURE
            ]
            for name in self._names:
                if words and _accounted_for(_ORGANISATION_END.sub("", name), words):
                    found.append(DepartmentCalled(name, *match.span()))
        return found

    @cached_property
    def _glossary(self) -> Glossary:
        return Glossary([frozenset(lexical_tokens(name)) for name in self._names])


def _accounted_for(core: str, words: list[str]) -> bool:
    rest = core
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.removesuffix("局"), "")
    return bool(core) and not rest
