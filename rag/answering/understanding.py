"""What a question asks: made to stand alone, its kind, and the cases it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rag.answering.asked import Asked, Kind, what_is_asked
from rag.answering.numbered import numbered_cases
from rag.answering.rewriting import rewrite
from rag.answering.scope import is_instruction, is_other_work
from rag.llms.chat import ChatModel
from rag.normalising import clean_question, matching_form
from rag.retrieval.followup import MAX_TURNS, joined, leans_on_history, standalone_question
from rag.retrieval.mentions import CaseNames, Mention
from rag.retrieval.retriever import Retriever
from rag.types import Compilation

Stopped = Callable[[], bool]
"""Asked while a chat model writes: True once it is to be left."""


def never() -> bool:
    """Return False: nobody stops."""
    return False


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is answered."""

    question: str
    standalone: str
    asked: Asked
    mentions: tuple[Mention, ...]
    prompts: Mapping[str, str]
    """Those used to make it stand alone."""
    only_cases: tuple[int, ...] | None = None
    """Cases to answer from alone; None answers from all and from the catalogue."""

    @property
    def named(self) -> tuple[int, ...]:
        """Numbers of the cases that it names."""
        return tuple(mention.case_number for mention in self.mentions)

    @property
    def focus(self) -> str:
        """The question as it was put, where it had to be made to stand alone; else empty."""
        return self.question if self.question != self.standalone else ""


class Interpreter:
    """Reads questions. Nothing is changed by one."""

    def __init__(
        self, compilation: Compilation, names: CaseNames, retriever: Retriever, *, max_question_chars: int
    ) -> None:
        self._compilation = compilation
        self._names = names
        self._retriever = retriever
        self._max_question_chars = max_question_chars

    def understand(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        chat: ChatModel | None = None,
        stopped: Stopped = never,
        only_cases: Sequence[int] | None = None,
    ) -> Understood:
        """Return what a cleaned question asks.

        history: the earlier questions, oldest first; the last few count.
        chat: the model that makes the question stand alone; None does it by rule, as does a model that fails.
        """
        recent = [clean_question(turn[: self._max_question_chars]) for turn in history[-MAX_TURNS:]]
        before = cache(lambda: self._before(recent))
        case_before = cache(lambda: self._case_of(before()))
        standalone, prompts = self._standalone(
            question, recent, before=before, chat=chat, stopped=stopped, case_before=case_before
        )
        mentions = tuple(self._names.mentions(matching_form(standalone)))
        if not mentions and recent and standalone != question:
            mentions = case_before()
        if numbered := numbered_cases(matching_form(standalone), self._compilation):
            by_number = {mention.case_number: mention for mention in (*numbered, *mentions)}
            mentions = tuple(sorted(by_number.values(), key=lambda mention: mention.start))
        asked = what_is_asked(question, n_cases_named=len(mentions))
        if standalone != question and asked.kind is Kind.OTHER:
            asked = what_is_asked(f"{recent[-1]}{question}", n_cases_named=len(mentions))
        within = None if only_cases is None else tuple(only_cases)
        return Understood(question, standalone, asked, mentions, prompts, within)

    def _standalone(
        self,
        question: str,
        history: Sequence[str],
        *,
        before: Callable[[], str],
        chat: ChatModel | None,
        stopped: Stopped,
        case_before: Callable[[], tuple[Mention, ...]],
    ) -> tuple[str, Mapping[str, str]]:
        """Return the question standing alone, by the chat model where one writes, else by rule; and the prompts used."""
        by_rule = self._following(question, before, case_before)
        if chat is None or not history or is_instruction(question) or is_other_work(question):
            return by_rule, {}
        rewritten = rewrite(chat, question, history, stopped=stopped)
        return rewritten.question or by_rule, rewritten.prompts

    def _before(self, history: Sequence[str]) -> str:
        """Return the last of the earlier questions standing alone by rule; empty without any."""
        turns = [turn for turn in history if re.search(r"\w", turn)]
        if not turns:
            return ""
        *oldest, last = turns
        if not oldest:
            return last
        before = standalone_question(oldest[-1], oldest[:-1], self._names)
        return self._following(last, lambda: before, lambda: self._case_of(before))

    def _following(
        self, question: str, before: Callable[[], str], case_before: Callable[[], tuple[Mention, ...]]
    ) -> str:
        """Return a question standing alone by rule: with the topic of the one before where it leans on it or goes on from it."""
        if leans_on_history(question, self._names) or self._goes_on(question, case_before):
            return joined(before(), question) if before() else question
        return question

    def _goes_on(self, question: str, case_before: Callable[[], tuple[Mention, ...]]) -> bool:
        """Return whether a question that names no case and points at nothing is about the case spoken of before.

        It is where that case's passages, lifted as those of a case that is named, come first: "参加的果农有多少户？"
        after a question on apples, and not where another case answers it clearly better.
        """
        if self._names.mentions(matching_form(question)) or numbered_cases(matching_form(question), self._compilation):
            return False
        before = [mention.case_number for mention in case_before()]
        if not before or what_is_asked(question).kind is Kind.WHICH_CASES:
            return False
        best = self._retriever.retrieve(question, k=1, case_numbers=before, read=False).passages
        return bool(best) and best[0].chunk.case_number == before[0]

    def _case_of(self, before: str) -> tuple[Mention, ...]:
        """Return the case that the question before names, or that answers it."""
        if not before:
            return ()
        named = {mention.case_number for mention in self._names.mentions(matching_form(before))}
        if len(named) == 1:
            return (Mention(named.pop(), 0, 0, by="history"),)
        best = self._retriever.retrieve(before, k=1, read=False).passages
        if not best or best[0].chunk.case_number is None:
            return ()
        return (Mention(best[0].chunk.case_number, 0, 0, by="history"),)
