"""Questions over several cases or things: taken apart, one part each, and put together case by case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import Mention

_ADJECTIVE = "大|多|高|快|早|长|少|低|短|晚"
_ASKING_TAIL = re.compile(
    r"(各自|分别|各(?!个|种|类|项|区|部|级|地|单)|相比|比较|比起来|比，|哪(一)?(个|家|边|项|方|种|者|些|几|本|份|件|类)?|谁|孰|两者|的?(区别|差别|差异|异同|不同)|都是?(什么|多少|哪)|多少|几|什么|怎么|如何|有何)"
)
_JOIN = re.compile(
    r"，?(?:(?<![饱温缓共])和(?!谐)|(?<![参给赋授])与(?!会)|跟(?![踪进随])|以及|，还有|、|相比于|比起|较(?![大高多好快强]))"
)
_COMPARING_WORDS = re.compile(
    rf"(相比|比较|对比|比起来|按?(时间)?先后(顺序)?(怎么|如何)?(排(列|序)?)?|(谁|孰|哪个)先(谁|孰|哪个)后|哪(一)?(个|家|边|项|方|种|者|本|份|件)|谁|[更最]({_ADJECTIVE})"
    r"|各自|分别|各(?!个|种|类|项|区|部|级|地|单)|区别|差别|差异|差距|异同|两者"
    r"|[这那]?(?<!第)(三|两|几|四|五|六)(个|项|者|家|方|份|篇|件事?|桩|场)(的?(案例|单位|部门|改革|通知))?(提到的|里的|中的)?)"
)
_SIDES_COUNTED = re.compile(
    r"[这那]?(?<!第)[两三四五六](?:区市?|市|家|个|项|者|份|篇|件事?|桩|场)(?:的?(?:案例|单位|部门|改革|通知))?(?:提到的|里的|中的)?"
)
"""In "崂山、李沧两区的范围" 两区 only counts those named."""
_BOTH = re.compile(r"都(?=[^市区\W]{2})")
_END_ADJECTIVE = re.compile(rf"(?<!多)(?:{_ADJECTIVE}|靠前|占优|在先|领先)(?:吗|呢|些|一些)?(?=[，？?]*$)")
_THAN = re.compile(
    rf"^(?P<first>[^？]{{4,}}?)，?(?:是不是|有没有)?比(?P<second>[^，？]{{4,}}?)(?:更|还|要)?(?:{_ADJECTIVE})(?:吗|多少|些|，|？|$)"
)
_TOPICAL = re.compile(
    r"(?P<n>两|二|2|三|3)(?:个|家|篇)(?:都?(?:讲|写|谈|说)(?:到)?|关于|有关|涉及)?(?P<topic>[^，。？个家的]{2,14}?)的?案例"
)
_QUOTED = re.compile(r"[“《（(][^”》）)]*[”》）)]")
_MIN_SUBJECT_CHARS = 2
_MIN_SUBJECTS = 2
_MIN_OWN_WORDS = 3
"""Words beside a case's name from which they say what is asked of it."""
_ENGLISH_JOIN = re.compile(r"[，,]? ?\b(?:or|and|with|than|versus|vs\.?|to|against)\b ?|，")
_ENGLISH_JOIN_AT_END = re.compile(r"(?:[，,]? ?\b(?:or|and|with|than|versus|vs\.?|to|against)\b ?|，)$")
_SHORT_SUBJECT = 6
_BARE_CHARS = 2
"""Characters beside its names up to which a subject names its case and nothing of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question over several cases."""

    question: str
    case_number: int | None
    """The case it is about; None where the question names a thing, not a case."""
    subject: str = ""
    """What is compared, as the question calls it."""
    aspect: str = ""
    """What is asked of it beside the name of its case; empty where that is all of `question`."""
    of_all: str = ""
    """What is asked of every part alike."""


def parts_of(question: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return the parts of a comparing question, none where it cannot be taken apart."""
    form = matching_form(question)
    if is_mostly_latin(question):
        return _parts_in_english(form, mentions)
    tail_start = _tail_start(form)
    subjects = _subjects(form[:tail_start].rstrip("，、"))
    tail = _asked_of_all(form[tail_start:])
    if than := _THAN.match(form):
        subjects, tail = [than.span("first"), than.span("second")], ""
    named = [[m for m in mentions if start <= m.start < end] for start, end in subjects]
    if len(subjects) >= 2 and len({m.case_number for of in named for m in of}) >= len(
        {m.case_number for m in mentions}
    ):
        return _by_subject(form, subjects, named, tail)
    if len({mention.case_number for mention in mentions}) >= 2:
        return _by_case(form, mentions)
    return []


def _parts_in_english(form: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return one part for each case named: what stands beside its name, up to the joint before the next.

    A name that stands alone ("Pingdu or Laixi") takes along what the question says outside the names.
    """
    ordered = sorted(mentions, key=lambda mention: mention.start)
    if len(ordered) < _MIN_SUBJECTS:
        return []
    cuts = [0]
    for mention, following in pairwise(ordered):
        joint = _ENGLISH_JOIN.search(form, mention.end, following.start)
        cuts.append(joint.end() if joint else following.start)
    outside = f"{form[: ordered[0].start]} {form[ordered[-1].end :]}".strip(" ，？")
    parts = []
    for mention, (start, end) in zip(ordered, pairwise([*cuts, len(form)]), strict=True):
        own = _ENGLISH_JOIN_AT_END.sub("", form[start:end]).strip(" ，？")
        beside = own.replace(form[mention.start : mention.end], " ")
        text = own if len(re.findall(r"\w+", beside)) >= _MIN_OWN_WORDS else f"{outside} {own}"
        parts.append(Part(" ".join(text.split()), mention.case_number, subject=own))
    return parts


@dataclass(frozen=True, slots=True)
class TopicCompared:
    """Cases compared without a name."""

    n: int
    topic: str
    asked: str
    """What is asked of each."""


def topic_compared(question: str) -> TopicCompared | None:
    """Return the topic of cases that are compared without a name ("两个审批改革的案例"); None where there is none."""
    form = matching_form(question)
    match = _TOPICAL.search(form)
    if match is None:
        return None
    asked = _asked_of_all(form[match.end() :])
    return TopicCompared(
        3 if match.group("n") in "三3" else 2, match.group("topic"), f"{match.group('topic')}，{asked}"
    )


def _by_subject(
    form: str, subjects: Sequence[tuple[int, int]], named: Sequence[Sequence[Mention]], tail: str
) -> list[Part]:
    """Return a part for each subject, with what stands after the last one of all where the others are bare names."""
    subjects, tail = _what_all_do(form, subjects, named, tail)
    start, end = subjects[0]
    comma = form.rfind("，", start, named[0][0].start) if named[0] else -1
    lead = form[start : comma + 1] if comma >= 0 else ""
    spans = [(start + len(lead), end), *subjects[1:]]
    shared = _shared_ending(form, spans, named)
    parts = []
    for span, of in zip(spans, named, strict=True):
        own = _SIDES_COUNTED.sub("", form[slice(*span)])
        ending = shared if span != spans[-1] and not _says_its_own(form, span[1], of) else ""
        asked = f"{lead}{own}{ending}，{tail}"
        rest = f"{lead}{_without(form, span, of)}{ending}，{tail}"
        parts.append(Part(asked.strip("，"), of[0].case_number if of else None, own, rest.strip("，"), tail))
    if parts[0].case_number and len({mention.case_number for of in named for mention in of}) == 1:
        parts = [_of_same_case(part, parts[0]) for part in parts]
    return parts


def _what_all_do(
    form: str, subjects: Sequence[tuple[int, int]], named: Sequence[Sequence[Mention]], tail: str
) -> tuple[Sequence[tuple[int, int]], str]:
    """Return subjects and tail with what the last subject says of all of them in the tail: 甲和乙都请了第三方，各让他们做什么？"""
    start, end = subjects[-1]
    both = _BOTH.search(form, named[-1][-1].end if named[-1] else start, end)
    if both is None or both.start() - start < _MIN_SUBJECT_CHARS:
        return subjects, tail
    return [*subjects[:-1], (start, both.start())], f"{form[both.end() : end]}，{tail}"


def _of_same_case(part: Part, first: Part) -> Part:
    """Return a part too short to name a case of its own (和区市配套的钱) as one of the first part's case."""
    short = part.case_number is None and len(part.subject) <= _SHORT_SUBJECT
    return replace(part, case_number=first.case_number, aspect=part.question) if short else part


def _without(form: str, span: tuple[int, int], mentions: Sequence[Mention]) -> str:
    """Return a subject without the names of departments in it: they hold for the whole case."""
    kept = list(form)
    for mention in mentions:
        if mention.by != "title":
            start = mention.start - (form[mention.start - 1 : mention.start] == "市")
            kept[start : mention.end] = [""] * (mention.end - start)
    return _SIDES_COUNTED.sub("", "".join(kept[span[0] : span[1]])).removeprefix("的")


def _asked_of_all(tail: str) -> str:
    """Return what the end of a question asks of all its subjects, without the words that compare."""
    asked = re.sub(r"^比(?=，|$)", "", _COMPARING_WORDS.sub("", tail).strip("，、"))
    clauses = [_END_ADJECTIVE.sub("", clause).strip("？?") for clause in re.split(r"[，？?]", asked)]
    kept = [clause for clause in clauses if clause and clause not in ("有", "是", "吗", "的", "有何")]
    return "，".join(kept) + ("？" if kept and tail.endswith(("？", "?")) else "")


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


def _shared_ending(form: str, subjects: Sequence[tuple[int, int]], named: Sequence[Sequence[Mention]]) -> str:
    """Return what the last subject says after its name, where the others are bare names: 甲、乙的增速 asks for 甲's too."""
    start, end = subjects[-1]
    if any(_SIDES_COUNTED.search(form[start:end]) for _ in named[-1][:1]) and all(map(len, named)):
        rests = [_without(form, span, of) for span, of in zip(subjects, named, strict=True)]
        if all(len(rest) <= _BARE_CHARS for rest in rests[:-1]):
            return re.sub(r"^市(?=$|的)", "", rests[-1])
    particle = form.rfind("的", start, end)
    if particle < 0 or any("的" in form[a:b] or b - a > 12 for a, b in subjects[:-1]):
        return ""
    return _SIDES_COUNTED.sub("", form[particle:end])


def _says_its_own(form: str, end: int, mentions: Sequence[Mention]) -> bool:
    """Return whether a subject names its case and says what of it, before a comma: 崂山区不动产登记，和李沧区的审批服务."""
    return form[end : end + 1] == "，" and any(mention.end < end for mention in mentions)


def _by_case(form: str, mentions: Sequence[Mention]) -> list[Part]:
    """Return, for each case named, what stands from its name up to the next, and what the last clause asks of all."""
    ordered = sorted({mention.case_number: mention for mention in reversed(mentions)}.values(), key=lambda m: m.start)
    comma = form.find("，", ordered[-1].end)
    shared_start = comma if comma >= 0 else ordered[-1].end
    shared = _asked_of_all(form[shared_start:])
    parts = []
    for i, mention in enumerate(ordered):
        end = ordered[i + 1].start if i + 1 < len(ordered) else shared_start
        own = form[mention.start : max(end, mention.end)].strip("，、和与跟")
        own = _SIDES_COUNTED.sub("", own)
        asked = f"{form[: ordered[0].start]}{own}，{shared}".strip("，")
        parts.append(Part(asked, mention.case_number, subject=own))
    return parts


def _masked(text: str) -> str:
    """Return `text` with what stands in quotation marks and brackets blanked, as long as before."""
    return _QUOTED.sub(lambda match: "□" * len(match.group()), text)
