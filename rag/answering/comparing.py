"""Questions over several cases: taken apart, one part a case, and put together case by case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.normalising import matching_form
from rag.retrieval.mentions import Mention

_TWO_SUBJECTS = re.compile(
    r"^(?P<lead>.{0,12}?)(?P<first>[^，。？]{2,24}?)(和|与|跟|同|、|以及|及)(?P<second>[^，。？]{2,24}?)(?P<tail>(，|各自|各|分别|相比|比较|哪个|谁|两者|的(区别|差别|异同)|在).*)$"
)
_COMPARING_WORDS = re.compile(r"(相比|比较|对比|哪个|哪家|谁|更(大|多|高|快|早|长|少|低)|各自|分别|各|区别|异同|两者|与|和|跟)")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question over several cases."""

    question: str
    case_number: int | None
    """The case it is about; None where the question names a thing, not a case."""


def parts_of(question: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return the parts of a comparing question, none where it cannot be taken apart."""
    form = matching_form(question)
    if len({mention.case_number for mention in mentions}) >= 2:
        return _by_case(form, mentions)
    match = _TWO_SUBJECTS.match(form)
    if match is None:
        return []
    tail = _COMPARING_WORDS.sub("", match.group("tail"))
    return [Part(f"{match.group('lead')}{match.group(name)}{tail}", None) for name in ("first", "second")]


def _by_case(form: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return, for each case named, the question without the other cases' names and what belongs to them.

    What stands from one name up to the next is taken to belong to that case; what stands before the first and after
    the last comma belongs to all.
    """
    parts = []
    ordered = sorted({mention.case_number: mention for mention in reversed(mentions)}.values(), key=lambda m: m.start)
    last = max(form.rfind("，"), max(mention.end for mention in ordered))
    for i, mention in enumerate(ordered):
        end = ordered[i + 1].start if i + 1 < len(ordered) else last
        own = form[mention.start : end].strip("，、和与跟")
        shared = form[last:].strip("，、") if last > mention.end else form[mention.end :]
        lead = form[: ordered[0].start]
        parts.append(Part(f"{lead}{own}，{_COMPARING_WORDS.sub('', shared)}", mention.case_number))
    return parts
