"""Questions over several cases or things: taken apart, one part each, and put together case by case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.normalising import matching_form
from rag.retrieval.mentions import Mention

_ASKING_TAIL = re.compile(
    r"(各自|分别|各(?!个|种|类|项|区|部|级|地|单)|相比|比较|比起来|比，|哪(一)?(个|家|边|项|方|种|者|些|几)?|谁|孰|两者|的?(区别|差别|差异|异同|不同)|都是?(什么|多少|哪)|多少|几|什么|怎么|如何|有何)"
)
_JOIN = re.compile(r"，?(?:和|与|跟|以及|，还有|、|相比于|比起|较)")
_COMPARING_WORDS = re.compile(
    r"(相比|比较|对比|比起来|哪(一)?(个|家|边|项|方|种|者)|谁|更(大|多|高|快|早|长|少|低|短|晚)|各自|分别|各|区别|差别|差异|异同|两者|(三|两|几)(个|项|者|家|方)?案例)"
)
_QUOTED = re.compile(r"[“《（(][^”》）)]*[”》）)]")
_MIN_SUBJECT_CHARS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question over several cases."""

    question: str
    case_number: int | None
    """The case it is about; None where the question names a thing, not a case."""
    subject: str = ""
    """What is compared, as the question calls it."""


def parts_of(question: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return the parts of a comparing question, none where it cannot be taken apart."""
    form = matching_form(question)
    tail_start = _tail_start(form)
    subjects = _subjects(form[:tail_start].rstrip("，、"))
    tail = _COMPARING_WORDS.sub("", form[tail_start:]).strip("，、")
    named = [[m for m in mentions if start <= m.start < end] for start, end in subjects]
    if len(subjects) >= 2 and len({m.case_number for of in named for m in of}) >= len(
        {m.case_number for m in mentions}
    ):
        shared = _shared_ending(form, subjects)
        parts = []
        for (start, end), of in zip(subjects, named, strict=True):
            own = form[start:end]
            ending = shared if end != subjects[-1][1] and not _says_its_own(form, end, of) else ""
            parts.append(Part(f"{own}{ending}，{tail}", of[0].case_number if of else None, subject=own))
        return parts
    if len({mention.case_number for mention in mentions}) >= 2:
        return _by_case(form, mentions)
    return []


def _tail_start(form: str) -> int:
    """Return where the words that ask about all the subjects begin: at the clause that asks, or inside the only one."""
    match = _ASKING_TAIL.search(form)
    if match is None:
        return len(form)
    comma = form.rfind("，", 0, match.start())
    clause = form[comma + 1 : match.start()]
    joined_before = _JOIN.search(_masked(form[:comma])) if comma > 0 else None
    return comma + 1 if joined_before and not _JOIN.search(_masked(clause)) else match.start()


def _subjects(head: str) -> list[tuple[int, int]]:
    spans = []
    start = 0
    joins = list(_JOIN.finditer(_masked(head)))
    if any(join.group().startswith("，") for join in joins):  # "A，和B与C的会，…": the joint after a comma divides
        joins = [join for join in joins if join.group().startswith("，")]
    for match in joins:
        if match.start() - start >= _MIN_SUBJECT_CHARS and len(head) - match.end() >= _MIN_SUBJECT_CHARS:
            spans.append((start, match.start()))
            start = match.end()
    return [*spans, (start, len(head))] if spans else []


def _shared_ending(form: str, subjects: Sequence[tuple[int, int]]) -> str:
    """Return what follows the last 的 of the last subject, where the others lack one: 甲、乙的增速 asks for 甲's too."""
    start, end = subjects[-1]
    particle = form.rfind("的", start, end)
    if particle < 0 or any("的" in form[a:b] or b - a > 12 for a, b in subjects[:-1]):
        return ""
    return form[particle:end]


def _says_its_own(form: str, end: int, mentions: Sequence[Mention]) -> bool:
    """Return whether a subject names its case and says what of it, before a comma: 崂山区不动产登记，和李沧区的审批服务."""
    return form[end : end + 1] == "，" and any(mention.end < end for mention in mentions)


def _by_case(form: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return, for each case named, what stands from its name up to the next, and what the last clause asks of all."""
    ordered = sorted({mention.case_number: mention for mention in reversed(mentions)}.values(), key=lambda m: m.start)
    comma = form.find("，", ordered[-1].end)
    shared_start = comma if comma >= 0 else ordered[-1].end
    shared = _COMPARING_WORDS.sub("", form[shared_start:]).strip("，、")
    parts = []
    for i, mention in enumerate(ordered):
        end = ordered[i + 1].start if i + 1 < len(ordered) else shared_start
        own = form[mention.start : max(end, mention.end)].strip("，、和与跟")
        parts.append(Part(f"{form[: ordered[0].start]}{own}，{shared}", mention.case_number, subject=own))
    return parts


def _masked(text: str) -> str:
    """Return `text` with what stands in quotation marks and brackets blanked, as long as before."""
    return _QUOTED.sub(lambda match: "□" * len(match.group()), text)
