"""The case that a question calls by what it is about: 节能改造那个案例, 讲足球的那篇."""

from __future__ import annotations

import re
from functools import cached_property

from rag.normalising import matching_form
from rag.retrieval.mentions import Mention
from rag.types import Compilation

_POINTED_AT = re.compile(
    r"(?P<topic>[^，。？！、“”《》]{2,12}?)(?:的)?(?:那|这|该)一?(?:个|篇|家)(?:创新)?(?:案例|文章)?"
    r"|(?:关于|讲|写|介绍|说)(?P<told>[^，。？！、“”《》的]{2,12})的?(?:(?:那|这)一?(?:个|篇)|案例|文章)"
    r"|“(?P<quoted>[^”]{2,12})”(?:的)?(?:那|这|该)?一?(?:个|篇)?(?:案例|文章)"
)
"""What is pointed at is one case: without 那个 or 讲…的案例 a topic may be that of many."""
_LEAD = re.compile(r"^(?:我?说的|关于|有关|讲述?|写|介绍|谈|搞|做|就是|那个|这个|汇编|书|里|中|在|的|是|，)+")
_NO_TOPIC = re.compile(r"[哪几谁第最每\d]|多少|什么|目录|汇编|标题|题目|案例|单位|部门|区市|市直|功能区|页|篇|部分")
_TIMES_AS_OFTEN = 2
"""The case that is meant says its topic at least so many times as often as any other; its title counts as `_TITLE` times."""
_TITLE = 10
_MIN_TIMES = 3


class CaseTopics:
    """How often the cases of a compilation say a word."""

    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation

    @cached_property
    def _forms(self) -> dict[int, tuple[str, str]]:
        """Title and text of each case, in matching form."""
        text = self._compilation.text
        return {
            case.number: (
                matching_form(f"{case.title_in_contents}\n{case.title}"),
                matching_form(text[case.start : case.end]),
            )
            for case in self._compilation.cases
        }

    def mentions(self, form: str) -> list[Mention]:
        """Return the one case that a question's matching form points at by its topic; nothing where that tells no case."""
        for match in _POINTED_AT.finditer(form):
            name = next(name for name, words in match.groupdict().items() if words)
            topic = match.group(name)
            start = match.start(name) + len(topic) - len(_LEAD.sub("", topic))
            topic = form[start : match.end(name)]
            if len(topic) < 2 or _NO_TOPIC.search(topic):
                continue
            if number := self._case_of(topic):
                return [Mention(number, start, start + len(topic), by="title")]
        return []

    def _case_of(self, topic: str) -> int | None:
        """Return the number of the case that is about `topic`; None where none stands out."""
        counts = sorted(
            (_TITLE * (topic in title) + body.count(topic), number) for number, (title, body) in self._forms.items()
        )
        if not counts or counts[-1][0] < _MIN_TIMES:
            return None
        runner_up = counts[-2][0] if len(counts) > 1 else 0
        return counts[-1][1] if counts[-1][0] >= _TIMES_AS_OFTEN * runner_up else None
