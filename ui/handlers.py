"""What the page's events do: questions in, HTML out. Knows no layout; one object serves all sessions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import CaseChatError, QuestionError
from rag.settings import Settings
from rag.types import Answer
from ui.conversations import Conversation, ConversationStore, Turn
from ui.questions import clean_question, example_questions
from ui.reader import render_missing, render_passage
from ui.rendering import nearest_sections, render_conversation, render_header
from ui.streaming import AnswerStream
from ui.warmup import UNEXPECTED, Warmup

if TYPE_CHECKING:  # importing it would import the model's libraries
    from rag.pipeline import CaseQA

POLL_S = 0.4
BROKEN = (
    "回答时出现程序内部错误。请再问一次；如果还是这样，请在终端用 python -m ui --debug 重新启动，并查看那里的错误信息。"
)


@dataclass(frozen=True, slots=True)
class View:
    """What an event changes on the page; None leaves that part as it is."""

    conversation: str
    question: str | None = None
    notice: str | None = None

    def outputs(self) -> tuple[Any, Any, Any]:
        """Return the values for the conversation, the question box and the notice, as Gradio takes them."""
        question = gr.skip() if self.question is None else self.question
        notice = gr.skip() if self.notice is None else self.notice
        return self.conversation, question, notice


class ChatHandlers:
    """The events of the chat."""

    def __init__(self, settings: Settings, warmup: Warmup) -> None:
        self._settings = settings
        self._warmup = warmup
        self._examples = example_questions(settings)
        self._store = ConversationStore()

    def header(self) -> str:
        """Return the header as of now."""
        qa = self._warmup.qa
        return render_header(self._warmup.status, qa.compilations if qa else {})

    def warming(self) -> bool:
        """Return whether the header can still change."""
        return self._warmup.status.state in ("waiting", "running")

    def conversation(self, session_id: str) -> str:
        """Return the session's conversation."""
        return render_conversation(self._store.get(session_id), self._warmup.status, self._examples)

    def ask(self, typed: str, session_id: str) -> Iterator[View]:
        """Answer a question, yielding the page as it grows; a question that cannot be asked stays in its box."""
        try:
            question = clean_question(typed, max_chars=self._settings.max_question_chars)
        except QuestionError as exc:
            yield View(self.conversation(session_id), notice=str(exc))
            return
        conversation = self._store.get(session_id)
        turn = conversation.add(question)
        yield View(self.conversation(session_id), question="", notice="")
        try:
            for _ in self._answer(turn, conversation):
                yield View(self.conversation(session_id))
        except CaseChatError as exc:
            turn.state, turn.notice = "failed", str(exc)
        finally:
            # Still pending: an unexpected error broke the stream off, or the browser went away.
            if turn.pending:
                turn.state, turn.notice = ("stopped", "") if turn.stop_requested else ("failed", BROKEN)
        yield View(self.conversation(session_id))

    def _answer(self, turn: Turn, conversation: Conversation) -> Iterator[None]:
        """Bring the turn forward, yielding whenever there is more to show; it ends `done` only with an Answer."""
        while not self._warmup.wait(POLL_S):
            if turn.stop_requested:
                return
            yield
        qa = self._warmup.qa
        if qa is None:
            turn.state, turn.notice = "failed", self._warmup.status.error or UNEXPECTED
            return
        turn.state = "answering"
        history = conversation.questions_before(turn)
        stream = AnswerStream(lambda: qa.stream(turn.question, history))
        for item in stream.items(lambda: turn.stop_requested):
            if isinstance(item, Answer):
                _finish(turn, item, qa)
                return
            turn.text += item.text
            turn.citations.update({citation.key: citation for citation in item.citations})
            yield

    def stop(self, session_id: str) -> None:
        """Stop what the session is being answered."""
        self._store.get(session_id).stop()

    def reset(self, session_id: str) -> None:
        """Begin a new conversation."""
        self._store.reset(session_id)

    def open_reference(self, turn_id: object, name: object, session_id: str) -> str:
        """Return the passage behind a chip of this session; a panel that says so when there is none."""
        qa = self._warmup.qa
        turn = self._store.get(session_id).find(str(turn_id))
        citation = turn.reference(str(name)) if turn else None
        if qa is None or citation is None:
            return render_missing()
        return render_passage(citation, qa.compilations)


def _finish(turn: Turn, answer: Answer, qa: CaseQA) -> None:
    turn.answer = answer
    turn.text = answer.text
    turn.citations = {citation.key: citation for citation in answer.citations}
    if answer.refused:
        turn.nearest = nearest_sections(answer.passages, qa.compilations)
    turn.state = "done"
