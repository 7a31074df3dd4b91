"""A question that leans on the ones before it, made to stand alone by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import CaseNames

_LEANING = re.compile(
    r"(它|他们|她|那里|那儿|那边|这里|这边|其中|其他|该(?!怎|如何|不)|此(?!外)|这(个|种|项|些|一|次|样|套|家|份|几)|上述|前者|后者|对此|为此"
    r"|^(那|又|还|再|另外|然后|后来|会后|之后|具体|同时|平均|一共|总共|结果)"
    r"|^(最后|第[一二三四五六两]|头|前面?|后面?)(那|这)?(一|两|几)?(个|项|种|条|点|样|步|类|方面|家)(?!案例|单位|部门)|呢[？?]?$)"
)
_LEANING_ENGLISH = re.compile(
    r"\b(it|its|they|their|them|this|these|those|he|she|his|her|and what about|what about)\b", re.I
)
_OPENING = re.compile(
    r"^(那|它|他们|这|该|此|其|又|还|再|另外|然后|后来|会后|之后|同时|上述|前者|后者|对此|为此)"
    r"|(?<!既)又[^，。？]{0,6}(哪|什么|啥|怎|如何|多少|几|谁)|呢[？?]?$"
)
"""A question that names a case stands alone, unless it opens by pointing back."""
_OPENING_ENGLISH = re.compile(r"^(and|it|its|they|their|this|that|these|those|he|she|what about|how about)\b", re.I)
MAX_TURNS = 6
"""Earlier questions that are looked at: older ones have long been left behind."""
_INTERROGATIVE = re.compile(
    r"(是|在|有|于|为|从)?(什么时候|何时|哪一?年|哪一?天|哪一?[家个项些种位座所]|哪几[家个项种位]|哪里|哪儿|多少[家个项名户人次元种台条]?|几[家个项名户次条台种亩件份]|"
    r"为什么|怎么样|怎样|怎么|如何|叫什么|什么|谁|多大|多长|多久|分别|各)(是|有|为)?"
)
_TAIL = re.compile(r"(的|了|是|有|呢|吗|呀|啊|各|各是|分别|到)+$")
_SHORT_CHARS = 10
"""A question with fewer characters that names no case leans on the one before."""


def standalone_question(question: str, history: Sequence[str], names: CaseNames) -> str:
    """Return `question` with the topic of the question before it put in front, where it leans on it.

    history: the earlier questions, oldest first. A question that stands alone comes back unchanged.
    """
    before = ""
    for turn in [turn for turn in history if re.search(r"\w", turn)][-MAX_TURNS:]:
        before = _joined(before, turn, names)
    return _joined(before, question, names)


def _joined(before: str, question: str, names: CaseNames) -> str:
    return joined(before, question) if before and leans_on_history(question, names) else question


def leans_on_history(question: str, names: CaseNames) -> bool:
    """Return whether a question cannot be understood without the one before it."""
    form = matching_form(question)
    named = bool(names.mentions(form))
    if is_mostly_latin(question):
        return bool((_OPENING_ENGLISH if named else _LEANING_ENGLISH).search(question))
    if (_OPENING if named else _LEANING).search(form):
        return True
    return len(form) < _SHORT_CHARS and not named


def joined(before: str, question: str) -> str:
    """Return a question with the topic of the one before it put in front."""
    separator = " " if is_mostly_latin(question) else "，"
    return f"{topic_of(before)}{separator}{question}"


def topic_of(question: str) -> str:
    """Return what a question is about: its text without the words that ask."""
    stripped = question.strip().rstrip("？?。.!！ ")
    if is_mostly_latin(question):
        return stripped
    return _TAIL.sub("", _INTERROGATIVE.sub("", stripped)) or stripped
