"""What the page's events are answered by, put together once for all languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr

from rag.errors import CaseChatError
from rag.settings import Settings
from ui.evaluations import Evaluations
from ui.handlers import ChatHandlers, Visitor
from ui.i18n import Texts
from ui.identity import owner_of
from ui.logs import without_paths
from ui.markup import empty, failed
from ui.questions import clean_question
from ui.store import ConversationStore
from ui.tabs.inspector import render_inspection
from ui.tabs.screening import render_screening
from ui.warmup import Warmup

if TYPE_CHECKING:
    from rag.pipeline import CaseQA


@dataclass(frozen=True, slots=True)
class Services:
    """The parts behind the tabs."""

    settings: Settings
    warmup: Warmup
    store: ConversationStore
    chat: ChatHandlers
    evaluations: Evaluations
    needs_login: bool = False

    def screen(self, typed: str, who: Visitor) -> str:
        """Return the which-cases table for what was typed, or why there is none."""
        return self._ask(typed, who, lambda qa, question: render_screening(qa, question, who.texts))

    def inspect(self, typed: str, who: Visitor) -> str:
        """Return the three lists of retrieval for what was typed, or why there are none."""
        chosen = self.store.preferences(who.owner).get("n_passages")
        n = chosen if isinstance(chosen, int) else None
        return self._ask(typed, who, lambda qa, question: render_inspection(qa, question, who.texts, n_passages=n))

    def _ask(self, typed: str, who: Visitor, answer: Callable[[CaseQA, str], str]) -> str:
        qa = self.warmup.qa
        if qa is None:
            return empty(who.texts("tab.warming"))
        try:
            question = clean_question(typed, max_chars=self.settings.max_question_chars, texts=who.texts)
            self.chat.check_rate(who)
            return answer(qa, question)
        except CaseChatError as exc:
            return failed(without_paths(str(exc)))


def visitor(request: gr.Request, texts: Texts) -> Visitor:
    """Return who sent an event of the page in this language."""
    return Visitor(owner_of(request.headers), texts, request.session_hash or "")
