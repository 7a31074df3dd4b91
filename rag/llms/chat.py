"""A chat model as the answerer uses it: a reply in pieces, with time limits, retries and a way to stop it at once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import LlmError
from rag.llms.reasoning import without_reasoning
from rag.llms.replies import POLL_S, Reply, Stopped
from rag.llms.tokens import TokenCounter
from rag.llms.tracing import tracing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from tenacity import RetryCallState

BACKOFF_S = 0.5
MAX_BACKOFF_S = 8.0

Pieces = Generator[str, None, None]


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """How long to wait for a model, and how much to take from it."""

    silence_s: float
    """Longest wait for each piece of a reply."""
    total_s: float
    """Longest time for one reply, its retries included."""
    retries: int
    max_chars: int
    """An answer that goes on for ever is cut here."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to the model."""

    role: str
    """`system` or `user`."""
    text: str


class ChatModel:
    """A LangChain chat model behind time limits. Safe to use from several threads."""

    def __init__(
        self,
        model: Callable[[], BaseChatModel],
        *,
        name: str,
        limits: ChatLimits,
        counter: TokenCounter,
        answer_tokens: int,
        tracing_allowed: bool = False,
    ) -> None:
        """Keep the parts; `rag.llms.building` makes them.

        model: returns LangChain's model, before each reply: that of a child process changes when it is started again.
        """
        self._model = model
        self.name = name
        self.limits = limits
        self.counter = counter
        self.answer_tokens = answer_tokens
        self._tracing_allowed = tracing_allowed

    def stream(
        self, messages: Sequence[Message], *, stopped: Stopped | None = None, ends_s: float | None = None
    ) -> Pieces:
        """Yield the reply in pieces, without reasoning; ends early when `stopped()`.

        A fault that passes is tried again, as long as nothing of the reply came.
        ends_s: when to give up, by `time.monotonic`, if that is before the limit's own.

        Raises LlmError, also for an empty reply.
        """
        until_s = min(time.monotonic() + self.limits.total_s, ends_s or float("inf"))
        ask = _Asking(self, messages, stopped or _never, until_s)
        first, rest = ask.begin()
        try:
            if first:
                yield first
            yield from rest
        finally:
            rest.close()

    def reply(self, messages: Sequence[Message], *, stopped: Stopped | None = None, ends_s: float | None = None) -> str:
        """Return the whole reply. Raises LlmError."""
        return "".join(self.stream(messages, stopped=stopped, ends_s=ends_s)).strip()

    def chunks(self, messages: Sequence[Message]) -> Callable[[], AsyncIterator[Any]]:
        """Return what makes LangChain's stream of the reply. Raises LlmError when a child process does not start."""
        model = self._model()
        return lambda: model.astream([(message.role, message.text) for message in messages])

    def tracing(self) -> contextlib.AbstractContextManager[None]:
        """Return the context in which a reply is to be started."""
        return tracing(allowed=self._tracing_allowed)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One request with its attempts."""

    chat: ChatModel
    messages: Sequence[Message]
    stopped: Stopped
    ends_s: float

    def begin(self) -> tuple[str, Pieces]:
        """Return the first piece of the first attempt that gives one, and the rest of that reply."""
        from tenacity import Retrying, retry_if_exception

        attempts = Retrying(
            stop=self._is_last,
            wait=_wait_s,
            retry=retry_if_exception(lambda error: isinstance(error, LlmError) and error.passing),
            sleep=self._sleep,
            reraise=True,
        )
        return attempts(self._attempt)

    def _attempt(self) -> tuple[str, Pieces]:
        rest = without_reasoning(self._pieces())
        for piece in rest:
            if piece.strip():
                return piece.lstrip(), rest
        if self.stopped():
            return "", rest
        raise LlmError(f"模型 {self.chat.name} 的回复是空的。", kind="empty", passing=True)

    def _pieces(self) -> Pieces:
        limits = self.chat.limits
        with self.chat.tracing():
            reply = Reply(
                self.chat.chunks(self.messages),
                name=self.chat.name,
                silence_s=limits.silence_s,
                max_chars=limits.max_chars,
            )
        return reply.pieces(ends_s=self.ends_s, stopped=self.stopped)

    def _is_last(self, state: RetryCallState) -> bool:
        if state.attempt_number > self.chat.limits.retries or self.stopped():
            return True
        return time.monotonic() + state.upcoming_sleep > self.ends_s

    def _sleep(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s and not self.stopped():
            time.sleep(min(POLL_S, max(0.0, until_s - time.monotonic())))


def _wait_s(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: what the server asks for, else doubled each time."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, LlmError) and error.retry_after_s is not None:
        return error.retry_after_s
    return min(BACKOFF_S * 2.0 ** (state.attempt_number - 1), MAX_BACKOFF_S)


def _never() -> bool:
    return False
