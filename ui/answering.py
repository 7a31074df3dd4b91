"""Answers in threads of their own: an answer goes on whoever watches it, and an accident in it stays there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.errors import CaseChatError
from rag.settings import Settings
from rag.types import Answer, Delta
from ui.conversations import Turn
from ui.i18n import Texts
from ui.limits import AtOnce
from ui.logs import log_event, without_paths
from ui.models import ModelChoices, Offer
from ui.places import sections_found
from ui.store import ConversationStore
from ui.suggestions import answerable_questions
from ui.warmup import Warmup

if TYPE_CHECKING:  # importing it would import the model's libraries
    from rag.pipeline import CaseQA

POLL_S = 0.4
HEARTBEAT_S = 2.0
N_NEAREST = 3
N_ALSO_FOUND = 5


@dataclass
class LiveTurn:
    """A turn being answered, and the signal that more of it has come."""

    turn: Turn
    owner: str
    texts: Texts
    offer: Offer
    """Who writes."""
    history: tuple[str, ...] = ()
    n_passages: int | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    version: int = 0
    ended: bool = False

    def announce(self) -> None:
        """Wake whoever watches."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    @property
    def pool(self) -> str:
        """Among whom it counts: answers of chat models take no place of those without one."""
        return "model" if self.offer.is_model else ""


class Answering:
    """Starts, follows and stops answers."""

    def __init__(self, settings: Settings, warmup: Warmup, *, store: ConversationStore, models: ModelChoices) -> None:
        self._settings = settings
        self._store = store
        self._warmup = warmup
        self._models = models
        self._at_once = AtOnce(of_one=settings.questions_at_once, of_all=settings.answers_at_once)
        self._live: dict[str, LiveTurn] = {}

    def start(self, live: LiveTurn) -> bool:
        """Begin answering a turn that is kept already; return False where too many are being answered."""
        if not self._at_once.enter(live.owner, live.pool):
            return False
        self._live[live.turn.turn_id] = live
        threading.Thread(target=self._run, args=(live,), name="casechat-answer", daemon=True).start()
        return True

    def current(self, turn: Turn) -> Turn:
        """Return the turn as it is being answered at this moment; the given one where it is not."""
        live = self._live.get(turn.turn_id)
        return live.turn if live else turn

    def watch(self, turn: Turn) -> Iterator[Turn]:
        """Yield the turn whenever more of it has come, and now and then when nothing has; as given when it is not live.

        Who watches gets control back in between: a page that has gone leaves no thread waiting for a slow model.
        """
        live = self._live.get(turn.turn_id)
        seen = -1
        if live is None:  # it may have ended since the watcher last looked
            yield turn
        while live is not None:
            with live.changed:
                if live.version == seen and not live.ended:
                    live.changed.wait(HEARTBEAT_S if self._warmup.finished else POLL_S)
                seen, ended = live.version, live.ended
            yield live.turn
            if ended:
                return

    def stop(self, owner: str) -> None:
        """Stop what the owner is being answered; what has been said is kept."""
        for live in list(self._live.values()):
            if live.owner == owner and live.turn.pending:
                live.turn.stop_requested = True
                live.turn.state = "stopped"
                live.announce()

    def _run(self, live: LiveTurn) -> None:
        turn, started = live.turn, time.perf_counter()
        try:
            self._answer(live)
        except CaseChatError as exc:
            turn.state, turn.notice = "failed", without_paths(str(exc))
        finally:
            if turn.pending:  # an unexpected error: it goes on to threading.excepthook, which logs it
                turn.state, turn.notice = "failed", live.texts("chat.broken")
            try:
                self._store.save_turn(turn)
            finally:
                self._live.pop(turn.turn_id, None)
                self._at_once.leave(live.owner, live.pool)
                live.ended = True
                live.announce()
                self._log(turn, (time.perf_counter() - started) * 1000)

    def _answer(self, live: LiveTurn) -> None:
        """Bring the turn forward; it ends `done` only with an Answer."""
        turn = live.turn
        while not self._warmup.wait(POLL_S):
            if turn.stop_requested:
                return
        qa = self._warmup.qa
        if qa is None:
            turn.state, turn.notice = "failed", self._warmup.status.error or live.texts("warmup.unexpected")
            return
        turn.state = "answering"
        writer = self._models.writer(qa, live.offer)
        for item in self._stream(writer.qa, live):
            if turn.stop_requested:
                return
            if isinstance(item, Answer):
                self._finish(live, _with_problem(item, writer.problem, live.texts), qa)
                return
            turn.text += item.text
            turn.citations.update({citation.key: citation for citation in item.citations})
            self._store.save_turn(turn)
            live.announce()

    def _stream(self, qa: CaseQA, live: LiveTurn) -> Iterator[Delta | Answer]:
        turn = live.turn
        return qa.stream(
            turn.question,
            live.history,
            only_cases=None if turn.only_case is None else [turn.only_case],
            n_passages=live.n_passages,
            stopped=lambda: turn.stop_requested,
        )

    def _finish(self, live: LiveTurn, answer: Answer, qa: CaseQA) -> None:
        turn = live.turn
        turn.text = answer.text
        turn.citations = {citation.key: citation for citation in answer.citations}
        n = N_NEAREST if answer.refused else N_ALSO_FOUND
        turn.nearest = sections_found(answer.passages, qa.compilations, n=n, cited=answer.citations)
        if answer.refused:  # tried without a chat model: whether a question is answered does not depend on it
            tried = self._models.without_model(qa)
            turn.suggestions = answerable_questions(tried, turn.nearest, texts=live.texts, only_case=turn.only_case)
        turn.answer = answer
        turn.state = "stopped" if turn.stop_requested else "done"

    def _log(self, turn: Turn, latency_ms: float) -> None:
        answer = turn.answer
        log_event(
            "question",
            turn=turn.turn_id,
            state=turn.state,
            chars=len(turn.question),
            refused=answer.refused if answer else None,
            citations=len(turn.citations),
            model=answer.model if answer else None,
            latency_ms=round(latency_ms, 1),
            text=turn.question if self._settings.log_questions else None,
        )


def _with_problem(answer: Answer, problem: str, texts: Texts) -> Answer:
    """Return the answer with a notice of why no model wrote it; a refusal is one whoever writes."""
    if not problem or answer.refused:
        return answer
    return replace(answer, notice=texts("model.unusable", why=problem))


def history_of(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the questions of the finished turns, oldest first."""
    return tuple(turn.question for turn in turns if turn.state == "done")
