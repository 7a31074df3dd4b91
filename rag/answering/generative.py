"""Answers written by a chat model: each sentence is checked against what it cites before anybody sees it.

Whether the question is answered at all was decided before. What fails the check is asked for once more, then gives way to
the verbatim sentences of `rag.answering.extractive`; so does everything, when the model fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from prompts.loading import load_prompt, prompt_stamp
from rag.answering.budgeting import FittedPrompt, as_data, fit_prompt
from rag.answering.draft import DraftSentence
from rag.answering.notices import notice_of
from rag.answering.splitting import SentenceSplitter, WrittenSentence
from rag.answering.supporting import SupportChecker, Verdict
from rag.answering.wording import wording
from rag.errors import LlmError
from rag.llms.chat import ChatModel, Message, Pieces
from rag.normalising import matching_form
from rag.stores.passages import PassageIndex
from rag.types import Chunk, ProposedSentence, Writing

MAX_SENTENCES = 30
MAX_REPEATS = 3
"""A model that says the same sentence so often goes round in circles."""
MAX_ASKED_AGAIN = 6
SAYS_THE_SAME = 0.8
"""Share of a verbatim sentence's wording that the model's own sentences must have for it to be left out."""
UNCHECKED = " (figures and names checked, wording not)"
"""Marks an English sentence: its words cannot be compared with the Chinese text."""
Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class WritingTask:
    """What is to be written."""

    question: str
    """Standing alone."""
    chunks: Sequence[Chunk]
    """What to write from, best first; as many are shown as fit."""
    verbatim: Sequence[DraftSentence]
    """The answer without a model, which stands in where the model fails."""
    english: bool
    stopped: Stopped


@dataclass(slots=True)
class _Failed:
    sentence: WrittenSentence
    problem: str


class GenerativeAnswerer:
    """Writes answers over one index with one chat model."""

    def __init__(self, chat: ChatModel, index: PassageIndex) -> None:
        self.chat = chat
        self._index = index
        self._checker = SupportChecker(index)

    def start(self, task: WritingTask) -> WritingRun:
        """Return the answer about to be written; nothing is asked before its sentences are read."""
        return WritingRun(task, self.chat, index=self._index, checker=self._checker)


@dataclass(slots=True)
class WritingRun:
    """One answer being written; its figures are complete when `sentences()` has ended."""

    task: WritingTask
    chat: ChatModel
    index: PassageIndex
    checker: SupportChecker
    fault: LlmError | None = None
    n_proposed: int = 0
    n_asked_again: int = 0
    n_replaced: int = 0
    unknown: dict[int, None] = field(default_factory=dict)
    model_ms: float = 0.0
    """Time spent waiting for the first reply."""
    again_ms: float = 0.0
    """Time spent asking again, all of it."""
    released: dict[str, DraftSentence] = field(default_factory=dict)
    proposed: list[ProposedSentence] = field(default_factory=list)
    prompts: dict[str, str] = field(default_factory=dict)
    _failed: list[_Failed] = field(default_factory=list)
    _ends_s: float = 0.0

    @property
    def language(self) -> Literal["zh", "en"]:
        """The language of question and prompt."""
        return "en" if self.task.english else "zh"

    def sentences(self) -> Iterator[DraftSentence]:
        """Yield each sentence once it is checked. A fault of the model ends in verbatim sentences, never in an exception."""
        self._ends_s = time.monotonic() + self.chat.limits.total_s
        try:
            yield from self._written()
        except LlmError as exc:
            self.fault = exc
        if self.task.stopped():
            return
        if self._failed or self.fault or not self.released:
            self.n_replaced = len(self._failed)
            yield from self._verbatim()

    def report(self) -> Writing:
        """Return what became of the model's sentences."""
        return Writing(
            n_proposed=self.n_proposed,
            n_released=len(self.released),
            n_asked_again=self.n_asked_again,
            n_replaced=self.n_replaced,
            unknown_keys=tuple(self.unknown),
            fault=self.fault.kind if self.fault else "",
            sentences=tuple(self.proposed),
        )

    def notice(self) -> str:
        """Return what the person should know; empty where all went well."""
        return notice_of(
            self.fault, n_replaced=self.n_replaced, any_released=bool(self.released), english=self.task.english
        )

    def _written(self) -> Iterator[DraftSentence]:
        """Ask; when the passages turn out too long for the model, once more with half of them."""
        chunks = list(self.task.chunks)
        try:
            yield from self._first_reply(chunks)
        except LlmError as exc:
            if exc.kind != "window" or len(chunks) < 2 or self.released:
                raise
            yield from self._first_reply(chunks[: len(chunks) // 2])

    def _first_reply(self, chunks: Sequence[Chunk]) -> Iterator[DraftSentence]:
        prompt = fit_prompt(
            self.task.question,
            chunks,
            self.index,
            counter=self.chat.counter,
            answer_tokens=self.chat.answer_tokens,
            language=self.language,
        )
        self.prompts |= prompt_stamp("answer", self.language)
        said: dict[str, int] = {}
        for sentence in self._sentences_of(prompt.text):
            said[sentence.text] = said.get(sentence.text, 0) + 1
            if said[sentence.text] >= MAX_REPEATS or self.n_proposed >= MAX_SENTENCES:
                break
            if said[sentence.text] > 1:
                continue
            self.n_proposed += 1
            yield from self._released_if_true(sentence, prompt, self._failed)
        if self._failed and not self.task.stopped():
            began = time.perf_counter()
            yield from self._asked_again(prompt)
            self.again_ms += (time.perf_counter() - began) * 1000

    def _asked_again(self, prompt: FittedPrompt) -> Iterator[DraftSentence]:
        """Ask once more for what failed. What passes now is given at the end; the rest is left to the verbatim sentences."""
        asked = self._failed[:MAX_ASKED_AGAIN]
        self.n_asked_again = len(asked)
        self.prompts |= prompt_stamp("revise", self.language)
        listed = "\n".join(f"{as_data(one.sentence.text)}（{one.problem}）" for one in asked)
        revise = load_prompt("revise", self.language, sentences=listed)
        still: list[_Failed] = []
        n_passed = 0
        began = self.model_ms
        try:
            for n, sentence in enumerate(self._sentences_of(f"{prompt.text}\n\n{revise}")):
                if n >= 2 * len(asked):
                    break
                for passed in self._released_if_true(sentence, prompt, still):
                    n_passed += 1
                    yield passed
        finally:
            self.model_ms = began  # reported apart, in `again_ms`
        self._failed = self._failed[n_passed:]

    def _released_if_true(
        self, sentence: WrittenSentence, prompt: FittedPrompt, failed: list[_Failed]
    ) -> Iterator[DraftSentence]:
        verdict = self._verdict(sentence, prompt)
        self.proposed.append(
            ProposedSentence(sentence.text, sentence.keys, verdict.problem, again=failed is not self._failed)
        )
        if not verdict.passed:
            failed.append(_Failed(sentence, verdict.problem))
        elif sentence.text not in self.released:
            text = _closed(sentence.text, english=self.task.english) + (UNCHECKED if self.task.english else "")
            draft = DraftSentence(text, verdict.supports, own_line=sentence.opens_line)
            self.released[sentence.text] = draft
            yield draft

    def _verdict(self, sentence: WrittenSentence, prompt: FittedPrompt) -> Verdict:
        ids = [chunk.chunk_id for chunk in prompt.chunks]
        known = [ids[key - 1] for key in sentence.keys if 1 <= key <= len(ids)]
        unknown = [key for key in sentence.keys if not 1 <= key <= len(ids)]
        self.unknown.update(dict.fromkeys(unknown))
        english = self.task.english
        if not sentence.complete:
            return Verdict((), "句子没有写完")
        if matching_form(sentence.text).rstrip("。？！") in matching_form(self.task.question):
            return Verdict((), "重复了问题，没有回答")
        if unknown and not known:
            return Verdict((), f"没有编号为 {'、'.join(map(str, unknown))} 的段落，只有 1 到 {len(ids)}")
        if not known:
            return self.checker.best_passages(sentence.text, ids, english=english)
        return self.checker.check(sentence.text, known, english=english)

    def _sentences_of(self, prompt: str) -> Iterator[WrittenSentence]:
        """Yield the sentences of one reply; the time waited for the model goes to `model_ms`."""
        splitter = SentenceSplitter()
        pieces: Pieces = self.chat.stream([Message("user", prompt)], stopped=self.task.stopped, ends_s=self._ends_s)
        try:
            while True:
                began = time.perf_counter()
                piece = next(pieces, None)
                self.model_ms += (time.perf_counter() - began) * 1000
                if piece is None:
                    break
                yield from splitter.feed(piece)
            yield from splitter.end()
        finally:
            pieces.close()

    def _verbatim(self) -> Iterator[DraftSentence]:
        """Yield the verbatim sentences that say something not yet said. Resting on the same span is not saying the same."""
        said = matching_form("\n".join(sentence.text for sentence in self.released.values()))
        for n, sentence in enumerate(self.task.verbatim):
            if not self.released or wording(matching_form(sentence.text), said) < SAYS_THE_SAME:
                opens = sentence.own_line or (bool(self.released) and n == 0)
                yield DraftSentence(sentence.text, sentence.supports, own_line=opens)


def _closed(text: str, *, english: bool) -> str:
    """Return a sentence with an end mark."""
    return text if text[-1] in "。！？!?.；;…”’」』）)" else text + ("." if english else "。")
