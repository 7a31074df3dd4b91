"""What a which-cases question asks of a case: one criterion or several, of which some must not be met."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answering.frame import without_frame

_SAYING = r"(?:提到|提及|提过|写到|写过|涉及|谈到|说到|讲到|讲述|介绍了?|出现过?|包含|包括|含有|采用|使用|运用|引入|开展|建立|获得|得到)"
_LINK = r"(?:既|又|也|还|同时|并且?|而且?|但是?|却|，|、)*"
_NOT = r"(?:(?<!有)没有?|未曾?|从未|不曾|并未|并没有|(?<!要)不(?!断|仅|同))"
_CLAUSE = re.compile(
    rf"(?P<link>{_LINK})(?:(?P<not>{_NOT})?(?P<saying>{_SAYING})|(?P<never>{_NOT})(?:提|讲|写|说|谈|用)(?![高升供出前案速话座解明]))(?:到|过|了)*"
)
_LACKING = re.compile(
    r"(?P<link>)(?P<not>(?<!有)没有|不含|不包括|未)(?P<saying>)(?P<never>(?!))?(?=[^，。？]{2,}的(?:案例|单位|部门|□))"
)
_OWNER = re.compile(r"的(?:市直|市级|市属)?(?:部门|案例|单位|做法).*$")
_QUOTED = re.compile(r"[“《]([^”》]{1,30})[”》]")
_PRIVATE = 0xE000
"""Code points of private use stand for what is quoted while the rest is taken apart."""
_TOGETHER = re.compile(r"同时|既|都(?=提|写|讲|说|谈|有)|一起|一并|兼")
_AND = re.compile(r"和|与|跟|、|以及|及")
_WHICH = re.compile(r"哪|多少|几(?:个|篇|家)|谁|有没有")
_ALSO = re.compile(r"[（(](?P<name>[^，。？（）()]{2,6})[）)]")
_BESIDES = re.compile(
    r"(?:排?除[了去]?|不算|不计|撇开|抛开|刨去|刨除|去掉)(?P<what>[^，。？]{2,14}?)(?:自己)?(?:的?那?篇)?(?:以外|之外|外)?(?:，|还有)(?:还有)?"
)
_BESIDES_IN_ENGLISH = re.compile(
    r"\b(?:other than|besides|except(?: for)?|apart from|aside from|excluding)\s+(?:the\s+)?[\w'’ ]{2,40}?"
    r"(?=\s+(?:mention|use|talk|describe|involve|discuss|deal|refer|cover|are|is|have|has|also|which|what|contribut|submit)|[^\w'’ ]|$)"
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that a case says, or must not say."""

    text: str
    """A question's matching form about this alone, its frame left out."""
    negated: bool = False


def criteria_of(form: str) -> list[Criterion]:
    """Return the criteria of a which-cases question's matching form; none where nothing is left to look for.

    What stands in quotation marks is taken whole and without them: the 获得 of “获得感” is no verb.
    """
    quoted = _QUOTED.findall(form)
    marks = iter(range(len(quoted)))
    hidden = _QUOTED.sub(lambda _: chr(_PRIVATE + next(marks)), form)
    return [Criterion(_shown(one.text, quoted), one.negated) for one in _criteria(hidden)]


def _shown(text: str, quoted: list[str]) -> str:
    for i, words in enumerate(quoted):
        text = text.replace(chr(_PRIVATE + i), words)
    return text


def _criteria(form: str) -> list[Criterion]:
    clauses = [*_CLAUSE.finditer(form)] or [*_LACKING.finditer(form)]
    lacking = [match for match in clauses if match.group("not") or match.group("never")]
    if len(clauses) < 2 and not lacking:
        return _joined(form, without_frame(form))
    starts = [match.start() for match in clauses]
    found = []
    before = "" if _WHICH.search(form[: starts[0]]) else _bare(without_frame(form[: starts[0]]))
    if len(before) > 1 or _is_quotation(before):
        found.append(Criterion(before))
    for match, end in zip(clauses, [*starts[1:], len(form)], strict=True):
        text = without_frame(f"哪些案例提到{form[match.end() : end]}")
        negated = bool(match.group("not") or match.group("never"))
        found += [Criterion(one.text, negated) for one in _joined(form, text)]
    return found


def _is_quotation(text: str) -> bool:
    return len(text) == 1 and ord(text) >= _PRIVATE


def excluded_in(form: str) -> str:
    """Return what a question leaves aside at its head ("除了莱西市自己那篇，…"); empty where it leaves nothing aside."""
    match = _BESIDES.search(form) or _BESIDES_IN_ENGLISH.search(form)
    return match.group() if match else ""


def also_called(form: str) -> list[str]:
    """Return other names in brackets ("台账（台帐）"), which stand for what is looked for as well."""
    return [name for name in _ALSO.findall(form) if not re.search(r"不|除|含|算|请|列", name)]


def _joined(form: str, text: str) -> list[Criterion]:
    """Return each of several things that a case must say together: 同时讲到甲和乙."""
    text = _bare(text)
    if _TOGETHER.search(form) and len(pieces := [piece.strip() for piece in _AND.split(text) if piece.strip()]) > 1:
        return [Criterion(piece) for piece in pieces]
    return [Criterion(text)] if text else []


def _bare(text: str) -> str:
    return _OWNER.sub("", text).strip(" ，。、；？?！!")
