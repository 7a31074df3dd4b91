"""Conversations of the browser sessions, kept on the server and bounded; citations stay with their turn."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from rag.types import Answer, Citation

TurnState = Literal["waiting", "answering", "done", "failed", "stopped"]

MAX_SESSIONS = 200
MAX_TURNS = 100


@dataclass
class Turn:
    """One question and what has come of it so far."""

    question: str
    turn_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: TurnState = "waiting"
    """`waiting` for the model, `answering` while sentences come, then one of the last three."""
    text: str = ""
    """The answer as far as it has streamed, with its marks `[1]`."""
    citations: dict[int, Citation] = field(default_factory=dict)
    """By key."""
    nearest: tuple[Citation, ...] = ()
    """For a refusal: the nearest sections, each as a citation of its whole passage; else empty."""
    answer: Answer | None = None
    """None until the stream has ended."""
    notice: str = ""
    """Why it failed; empty unless `state` is `failed`."""
    stop_requested: bool = False

    @property
    def pending(self) -> bool:
        """Whether more may come."""
        return self.state in ("waiting", "answering")

    def reference(self, name: str) -> Citation | None:
        """Return what a chip points at: "1" is the citation [1], "n1" the first of the nearest; None when unknown."""
        if name.startswith("n"):
            position = int(name[1:]) if name[1:].isdecimal() else 0
            return self.nearest[position - 1] if 1 <= position <= len(self.nearest) else None
        return self.citations.get(int(name)) if name.isdecimal() else None


@dataclass
class Conversation:
    """The turns of one session, oldest first, at most MAX_TURNS."""

    turns: list[Turn] = field(default_factory=list)

    def add(self, question: str) -> Turn:
        """Append a turn for the question; the oldest turn goes when there are too many."""
        turn = Turn(question=question)
        self.turns.append(turn)
        del self.turns[:-MAX_TURNS]
        return turn

    def find(self, turn_id: str) -> Turn | None:
        """Return the turn with this id; None when there is none (any more)."""
        return next((turn for turn in self.turns if turn.turn_id == turn_id), None)

    def questions_before(self, turn: Turn) -> tuple[str, ...]:
        """Return the questions that were answered or refused before this turn, oldest first."""
        earlier = []
        for other in self.turns:
            if other is turn:
                break
            if other.state == "done":
                earlier.append(other.question)
        return tuple(earlier)

    def stop(self) -> None:
        """Ask every pending turn to stop after its current sentence."""
        for turn in self.turns:
            turn.stop_requested = turn.stop_requested or turn.pending


class ConversationStore:
    """Conversations by session; the one unused for longest goes when there are more than MAX_SESSIONS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()

    def get(self, session_id: str) -> Conversation:
        """Return the session's conversation, a new one where there is none."""
        with self._lock:
            conversation = self._conversations.setdefault(session_id, Conversation())
            self._conversations.move_to_end(session_id)
            while len(self._conversations) > MAX_SESSIONS:
                self._conversations.popitem(last=False)
            return conversation

    def reset(self, session_id: str) -> None:
        """Stop what the session is being answered and forget its conversation."""
        with self._lock:
            conversation = self._conversations.pop(session_id, None)
        if conversation is not None:
            conversation.stop()
