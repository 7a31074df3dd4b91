"""What the chat's events do: questions in, HTML out. Knows no layout; one object serves all sessions and languages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.errors import QuestionError
from rag.settings import Settings
from rag.types import Citation, Compilation
from ui.answering import Answering, LiveTurn, history_of
from ui.conversations import Turn, Verdict
from ui.i18n import Texts
from ui.limits import RateLimit
from ui.models import ModelChoices
from ui.questions import clean_question
from ui.reader import Steps, render_missing, render_passage, whole_case
from ui.rendering import render_header, render_turns, render_welcome
from ui.sidebar import render_list
from ui.store import MAX_TURNS, ConversationStore
from ui.suggestions import example_questions
from ui.warmup import Warmup

MAX_REASON_CHARS = 300
MAX_PAGES = 10_000
_SPAN_PARTS = 3


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent an event, and in which language the page is."""

    owner: str
    texts: Texts
    page_id: str = ""
    """Of the open page: one person may have several."""


@dataclass(frozen=True, slots=True)
class ChatView:
    """What an event changes on the page; None leaves that part as it is."""

    history: str | None = None
    """The turns before the last question."""
    live: str | None = None
    """The last question with its answer, as it grows."""
    question: str | None = None
    notice: str | None = None
    current: str | None = None
    """The conversation's id; empty for a new one."""
    replaces: str | None = None
    """The id of the turn that the next question replaces; empty for none."""
    listing: str | None = None

    @property
    def conversation(self) -> str:
        """What this view shows of the conversation."""
        return (self.history or "") + (self.live or "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page sends it."""

    typed: str
    current: str = ""
    """The conversation's id; empty begins a new one."""
    replaces: str = ""
    """The turn that it replaces; empty for none."""
    only_case: int | None = None


class ChatHandlers:
    """The events of the chat."""

    def __init__(
        self,
        settings: Settings,
        warmup: Warmup,
        *,
        store: ConversationStore,
        answering: Answering,
        models: ModelChoices,
    ) -> None:
        self.models = models
        self._settings = settings
        self._warmup = warmup
        self._store = store
        self._answering = answering
        self._rate = RateLimit(settings.questions_per_minute)
        self._shown: OrderedDict[str, str] = OrderedDict()

    @property
    def compilations(self) -> Mapping[str, Compilation]:
        """The compilations answered from; none before the warm-up is over."""
        qa = self._warmup.qa
        return qa.compilations if qa else {}

    def header(self, texts: Texts) -> str:
        """Return the line under the tabs as of now."""
        return render_header(self._warmup.status, self.compilations, texts)

    def warming(self) -> bool:
        """Return whether that line can still change."""
        return not self._warmup.finished

    def ask(self, asked: Asked, who: Visitor) -> Iterator[ChatView]:
        """Answer a question, yielding the page as it grows; a question that cannot be asked stays in its box."""
        try:
            question = clean_question(asked.typed, max_chars=self._settings.max_question_chars, texts=who.texts)
            self.check_rate(who)
        except QuestionError as exc:
            yield ChatView(notice=str(exc))
            return
        known = bool(asked.current) and self._store.owns(who.owner, asked.current)
        current = asked.current if known else self._store.create(who.owner, question)
        before = [one for one in self._store.turns(who.owner, current) if one.turn_id != asked.replaces]
        turn = Turn(question=question, only_case=asked.only_case)
        offer = self.models.chosen(who.owner)
        live = LiveTurn(turn, who.owner, who.texts, offer, history_of(before), self._n_passages(who))
        if len(before) >= MAX_TURNS:
            yield ChatView(notice=who.texts("limit.turns", n=MAX_TURNS))
            return
        self._show(current, who)
        self._store.add_turn(who.owner, current, turn)
        if not self._answering.start(live):
            self._store.delete_turn(who.owner, turn.turn_id)
            yield ChatView(notice=who.texts("limit.at_once"), current=current)
            return
        if asked.replaces:  # not before: a question that is not taken must not cost the answer there is
            self._store.delete_turn(who.owner, asked.replaces)
        history = self._render(before, current, who) if before else ""
        first = self._render([turn], current, who)
        yield ChatView(history, first, "", "", current, "", self.listing(who, current=current))
        yield from self._follow(turn, current, who)

    def check_rate(self, who: Visitor) -> None:
        """Count one question of the visitor. Raises QuestionError after too many in a minute."""
        wait_s = self._rate.wait_s(who.owner)
        if wait_s:
            raise QuestionError(who.texts("limit.rate", n=self._rate.per_minute, seconds=int(wait_s) + 1))

    def _n_passages(self, who: Visitor) -> int | None:
        chosen = self._store.preferences(who.owner).get("n_passages")
        return chosen if isinstance(chosen, int) else None

    def _follow(self, followed: Turn, current: str, who: Visitor) -> Iterator[ChatView]:
        """Yield the live turn whenever it has changed, and a view without changes now and then."""
        shown = ""
        for turn in self._answering.watch(followed):
            if self._shown.get(who.page_id, current) != current:
                return  # the page went on to another conversation; the answer is kept in its own
            now = self._render([turn], current, who)
            if now != shown:
                shown = now
                yield ChatView(live=now)
            elif turn.pending:
                yield ChatView()

    def _show(self, current: str, who: Visitor) -> None:
        """Remember which conversation a page shows."""
        self._shown[who.page_id] = current
        self._shown.move_to_end(who.page_id)
        while len(self._shown) > MAX_PAGES:
            self._shown.popitem(last=False)

    def follow(self, current: str, who: Visitor) -> Iterator[ChatView]:
        """Yield the last turn of a conversation until it has ended: for a page opened while it is being answered."""
        turns = self._store.turns(who.owner, current)
        if turns and turns[-1].pending:
            yield from self._follow(turns[-1], current, who)
        if self._shown.get(who.page_id, current) == current:
            yield self.open(current, who)

    def _render(self, turns: Sequence[Turn], current: str, who: Visitor) -> str:
        return render_turns(turns, self._warmup.status, self.compilations, conversation_id=current, texts=who.texts)

    def open(self, current: str, who: Visitor) -> ChatView:
        """Return a conversation, its last turn as the live one; a new one where the owner has no such conversation."""
        turns = [self._answering.current(turn) for turn in self._store.turns(who.owner, current)]
        if not turns and current:
            return self.begin(who)
        if not turns:  # the page has just been opened; whatever was typed since is left alone
            return ChatView(listing=self.listing(who, current=""))
        self._show(current, who)
        history = self._render(turns[:-1], current, who) if len(turns) > 1 else ""
        live = self._render(turns[-1:], current, who)
        return ChatView(history, live, None, "", current, "", self.listing(who, current=current))

    def begin(self, who: Visitor) -> ChatView:
        """Return a new conversation: example questions."""
        self._show("", who)
        welcome = render_welcome(example_questions(self._settings, who.texts), who.texts)
        return ChatView(welcome, "", "", "", "", "", self.listing(who, current=""))

    def leave(self, left: str, who: Visitor) -> ChatView:
        """Take a page that has begun anew away from the conversation it has left.

        What that conversation's answer still sent is wiped; a page that has meanwhile asked something stays with that.
        """
        shown = self._shown.get(who.page_id, left)
        if shown != left:
            return ChatView(listing=self.listing(who, current=shown))
        self._show("", who)
        return ChatView(live="", listing=self.listing(who, current=""))

    def listing(self, who: Visitor, *, current: str, search: str = "") -> str:
        """Return the list of conversations."""
        return render_list(self._store.conversations(who.owner, search=search), current=current, texts=who.texts)

    def stop(self, who: Visitor) -> None:
        """Stop what the visitor is being answered."""
        self._answering.stop(who.owner)

    def edit(self, turn_id: str, who: Visitor) -> ChatView:
        """Put a question back into its box; sending replaces it and its answer."""
        turn = self._store.find_turn(who.owner, turn_id)
        if turn is None:
            return ChatView()
        return ChatView(question=turn.question, replaces=turn.turn_id, notice=who.texts("chat.editing"))

    def retry(self, turn_id: str, current: str, who: Visitor) -> Iterator[ChatView]:
        """Ask a question once more in place of its turn."""
        turn = self._store.find_turn(who.owner, turn_id)
        if turn is not None:
            yield from self.ask(Asked(turn.question, current, turn.turn_id, turn.only_case), who)

    def rename(self, conversation_id: str, title: str, who: Visitor) -> None:
        """Give a conversation another title."""
        self._store.rename(who.owner, conversation_id, title)

    def delete(self, conversation_id: str, who: Visitor) -> None:
        """Delete a conversation."""
        self._store.delete(who.owner, conversation_id)

    def rate(self, turn_id: str, verdict: str, reason: str, *, who: Visitor) -> str:
        """Keep what the visitor thinks of an answer and return the notice."""
        turn = self._store.find_turn(who.owner, turn_id)
        verdicts: dict[str, Verdict] = {"up": "up", "down": "down", "": ""}
        if turn is None or turn.pending or verdict not in verdicts:
            return ""
        turn.verdict = verdicts[verdict]
        turn.reason = " ".join(reason.split())[:MAX_REASON_CHARS]
        self._store.save_turn(turn)
        return who.texts("rate.thanks")

    def open_reference(self, turn_id: str, name: str, who: Visitor) -> str:
        """Return the passage behind a chip of this owner's; a panel that says so when there is none."""
        turn = self._store.find_turn(who.owner, turn_id)
        citation = turn.reference(name) if turn else None
        if turn is None or citation is None or citation.compilation_id not in self.compilations:
            return render_missing(who.texts)
        references = [str(key) for key in sorted(turn.citations)] or turn.references()
        steps = Steps(turn.turn_id, references, name) if name in references else None
        return render_passage(citation, self.compilations, who.texts, steps=steps)

    def open_span(self, span: str, who: Visitor) -> str:
        """Return a case with a span of it highlighted; `span` is "case:start:end", or "case" alone for none."""
        parts = span.split(":")
        if not all(part.isdecimal() and len(part) < 12 for part in parts) or len(parts) not in (1, _SPAN_PARTS):
            return render_missing(who.texts)
        for compilation in self.compilations.values():
            citation = _span_of(compilation, [int(part) for part in parts])
            if citation is not None:
                return render_passage(citation, self.compilations, who.texts)
        return render_missing(who.texts)


def _span_of(compilation: Compilation, numbers: Sequence[int]) -> Citation | None:
    """Return a citation of a span inside a case; None when it is not inside one."""
    if numbers[0] not in [case.number for case in compilation.cases]:
        return None
    whole = whole_case(compilation, numbers[0])
    if len(numbers) < _SPAN_PARTS:
        return whole
    case, (_, start, end) = compilation.case(numbers[0]), numbers
    if not case.start <= start < end <= case.end:
        return None
    path = next((section.path for section in case.sections if section.start <= start < section.end), ())
    return Citation(
        key=1,
        compilation_id=compilation.compilation_id,
        case_number=case.number,
        title=case.title,
        department=case.department,
        section_path=path,
        first_page=case.first_page,
        last_page=case.last_page,
        quote=compilation.text[start:end],
        start=start,
        end=end,
    )
