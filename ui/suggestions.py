"""Questions to begin with, and questions to go on with after a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import CaseChatError
from rag.settings import Settings
from rag.types import Citation
from ui.i18n import Texts
from ui.places import without_markers

if TYPE_CHECKING:
    from rag.pipeline import CaseQA

N_SUGGESTED = 2
_MAX_TRIED = 6
_TELLING_CHARS = 6
"""A shorter heading ("基本情况") asks for nothing in particular."""
_NUMBERING = re.compile(r"^\s*[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]\s*")
_QINGDAO_2018 = 8
"""Examples of the bundled compilation in the catalogue of texts: `example.1` to `example.8`."""


def example_questions(settings: Settings, texts: Texts) -> tuple[str, ...]:
    """Return questions of different kinds that the compilation of these settings answers."""
    if settings.compilation.stem == "qingdao-2018":
        return tuple(texts(f"example.{number}") for number in range(1, _QINGDAO_2018 + 1))
    return texts("example.any.1"), texts("example.any.2")


def answerable_questions(
    qa: CaseQA, nearest: Sequence[Citation], *, texts: Texts, only_case: int | None
) -> tuple[str, ...]:
    """Return two questions near what was refused; each was asked and is answered. Fewer where fewer are."""
    only = None if only_case is None else [only_case]
    answered: list[str] = []
    for tried, question in enumerate(_candidates(nearest, texts)):
        if len(answered) == N_SUGGESTED or tried == _MAX_TRIED:
            break
        try:
            if not qa.ask(question, only_cases=only).refused:
                answered.append(question)
        except CaseChatError:
            continue
    return tuple(answered)


def _candidates(nearest: Sequence[Citation], texts: Texts) -> Iterator[str]:
    """Yield questions on the nearest cases: on a heading, then on their structure, then on the compilation."""
    cases = [one for one in nearest if one.case_number is not None]
    unique = list({one.case_number: one for one in cases}.values())
    for one in unique[:2]:
        heading = (
            _NUMBERING.sub("", without_markers(one.section_path[-1])).strip("。：:—– ") if one.section_path else ""
        )
        if len(heading) >= _TELLING_CHARS:
            yield texts("suggest.heading", department=without_markers(one.department), heading=heading)
    for one in unique[:2]:
        yield texts("suggest.parts", department=without_markers(one.department), number=one.case_number)
    yield texts("example.any.1")
    yield texts("example.any.2")
