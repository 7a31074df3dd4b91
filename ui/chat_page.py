"""The chat tab: its components, and which event goes to which handler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import gradio as gr

from ui.handlers import Asked, ChatView
from ui.i18n import Texts
from ui.markup import button
from ui.picker import build_picker
from ui.rendering import render_welcome
from ui.services import Services, visitor
from ui.suggestions import example_questions
from ui.wiring import AT_ONCE, QUIET, Boundary, guarded, hidden_text, html, sent

_NO_LIMIT: dict[str, Any] = {**QUIET, "concurrency_limit": None, "trigger_mode": "multiple"}


@dataclass(frozen=True, slots=True)
class ChatParts:
    """The components of the chat."""

    listing: gr.HTML
    search: gr.Textbox
    history: gr.HTML
    live: gr.HTML
    notice: gr.HTML
    scope: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    new: gr.Button
    picker: gr.HTML
    current: gr.Textbox
    replaces: gr.Textbox
    only: gr.Textbox
    left: gr.Textbox

    @property
    def outputs(self) -> list[Any]:
        """What a ChatView changes, in its order."""
        return [self.history, self.live, self.question, self.notice, self.current, self.replaces, self.listing]


def build_chat(services: Services, texts: Texts) -> ChatParts:
    """Lay out the chat inside the current panel and return its components."""
    with gr.Row(elem_id="cc-chat"):
        with gr.Column(elem_id="cc-list-side"):
            new = gr.Button(texts("chat.new"), elem_id="cc-new")
            search = gr.Textbox(
                label=texts("list.search"),
                show_label=False,
                placeholder=texts("list.search"),
                container=False,
                elem_id="cc-search",
            )
            listing = html("", "cc-listing", script="list.js")
        with gr.Column(elem_id="cc-talk"):
            with gr.Column(elem_id="cc-conversation"):
                welcome = render_welcome(example_questions(services.settings, texts), texts)
                history = html(welcome, "cc-history", script="conversation.js")
                live = html("", "cc-live", script="conversation.js")
            notice = html("", "cc-notice")
            scope = html("", "cc-scope", script="scope.js")
            with gr.Row(elem_id="cc-composer"):
                html(
                    button("☰", classes="cc-tool cc-list-button", title=texts("list.open"), toggle_list="1"),
                    "cc-list-toggle",
                )
                question = gr.Textbox(
                    label=texts("chat.question"),
                    show_label=False,
                    placeholder=texts("chat.placeholder"),
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    container=False,
                    elem_id="cc-question",
                )
                send = gr.Button(texts("chat.send"), variant="primary", elem_id="cc-send")
                stop = gr.Button(texts("chat.stop"), elem_id="cc-stop")
            picker = build_picker(services, texts)
    hidden = [hidden_text() for _ in range(4)]
    return ChatParts(listing, search, history, live, notice, scope, question, send, stop, new, picker, *hidden)


def as_outputs(view: ChatView) -> tuple[Any, ...]:
    """Return the values of a view for `ChatParts.outputs`, as Gradio takes them."""
    values = (view.history, view.live, view.question, view.notice, view.current, view.replaces, view.listing)
    return tuple(gr.skip() if value is None else value for value in values)


def _box_kept(view: ChatView) -> tuple[Any, ...]:
    """Return a view's values where the question came from elsewhere: what is being typed stays in its box."""
    return as_outputs(replace(view, question=None))


def render_scope(only: str, texts: Texts) -> str:
    """Return what says that one case alone is asked; empty where all are."""
    if not only:
        return ""
    label = escape(texts("chat.only", number=only))
    return (
        f'<p class="cc-scope">{label} {button("×", classes="cc-tool", title=texts("chat.only_off"), all_cases="1")}</p>'
    )


def wire_chat(
    services: Services, texts: Texts, parts: ChatParts, *, reader: gr.HTML, opened: Sequence[gr.HTML]
) -> None:
    """Connect the chat, the reader and the parts that open passages with the handlers."""
    _wire_asking(services, texts, parts)
    _wire_conversations(services, texts, parts)
    _wire_turns(services, texts, parts, reader=reader)
    _wire_reader(services, texts, parts, reader=reader, opened=opened)


def _wire_asking(services: Services, texts: Texts, parts: ChatParts) -> None:
    chat = services.chat
    kept = [parts.current, parts.replaces, parts.only]

    def ask(typed: str, current: str, replaces: str, only: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        asked = Asked(typed, current, replaces, int(only) if only.isdecimal() else None)
        with Boundary(texts):
            yield from map(as_outputs, chat.ask(asked, visitor(request, texts)))

    def ask_example(current: str, only: str, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        asked = Asked(sent(event, "question"), current, "", int(only) if only.isdecimal() else None)
        with Boundary(texts):
            yield from map(_box_kept, chat.ask(asked, visitor(request, texts)))

    def retry(current: str, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        with Boundary(texts):
            yield from map(_box_kept, chat.retry(sent(event, "turn"), current, visitor(request, texts)))

    def follow(current: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        with Boundary(texts):
            yield from map(as_outputs, chat.follow(current, visitor(request, texts)))

    inputs = [parts.question, *kept]
    parts.question.submit(ask, inputs, parts.outputs, **_NO_LIMIT)
    parts.send.click(ask, inputs, parts.outputs, **_NO_LIMIT)
    for shown in (parts.history, parts.live):
        shown.ask(ask_example, [parts.current, parts.only], parts.outputs, **_NO_LIMIT)
        shown.retry(retry, parts.current, parts.outputs, **_NO_LIMIT)
    parts.live.follow(follow, parts.current, parts.outputs, **_NO_LIMIT)


def _wire_conversations(services: Services, texts: Texts, parts: ChatParts) -> None:
    chat = services.chat

    @guarded(texts)
    def open_one(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        return as_outputs(chat.open(sent(event, "id"), visitor(request, texts)))

    @guarded(texts)
    def leave(left: str, request: gr.Request) -> tuple[Any, ...]:
        return as_outputs(chat.leave(left, visitor(request, texts)))

    @guarded(texts)
    def rename(current: str, search: str, event: gr.EventData, request: gr.Request) -> str:
        who = visitor(request, texts)
        chat.rename(sent(event, "id"), sent(event, "title"), who)
        return chat.listing(who, current=current, search=search)

    @guarded(texts)
    def delete(current: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        who = visitor(request, texts)
        chat.delete(sent(event, "id"), who)
        if sent(event, "id") == current:
            return as_outputs(chat.begin(who))
        return as_outputs(ChatView(listing=chat.listing(who, current=current)))

    @guarded(texts)
    def find(search: str, current: str, request: gr.Request) -> str:
        return chat.listing(visitor(request, texts), current=current, search=search)

    parts.listing.open(open_one, None, parts.outputs, trigger_mode="always_last", **AT_ONCE)
    parts.listing.rename(rename, [parts.current, parts.search], parts.listing, **AT_ONCE)
    parts.listing.remove(delete, parts.current, parts.outputs, **AT_ONCE)
    # The page begins anew by itself: an answer of the server's would arrive over what was typed or asked meanwhile.
    welcome = json.dumps(render_welcome(example_questions(services.settings, texts), texts))
    fresh = f'(current, replaces, typed) => [current, {welcome}, "", replaces ? "" : typed, "", "", ""]'
    changed = [parts.history, parts.live, parts.question, parts.notice, parts.current, parts.replaces]
    parts.new.click(
        None, [parts.current, parts.replaces, parts.question], [parts.left, *changed], js=fresh, **QUIET
    ).then(leave, parts.left, parts.outputs, **AT_ONCE)
    parts.search.change(find, [parts.search, parts.current], parts.listing, trigger_mode="always_last", **AT_ONCE)


def _wire_turns(services: Services, texts: Texts, parts: ChatParts, *, reader: gr.HTML) -> None:
    chat = services.chat

    @guarded(texts)
    def stop(request: gr.Request) -> None:
        chat.stop(visitor(request, texts))

    @guarded(texts)
    def edit(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        return as_outputs(chat.edit(sent(event, "turn"), visitor(request, texts)))

    @guarded(texts)
    def rate(event: gr.EventData, request: gr.Request) -> str:
        who = visitor(request, texts)
        return chat.rate(sent(event, "turn"), sent(event, "verdict"), sent(event, "reason"), who=who)

    @guarded(texts)
    def cite(event: gr.EventData, request: gr.Request) -> str:
        return chat.open_reference(sent(event, "turn"), sent(event, "ref"), visitor(request, texts))

    parts.stop.click(stop, None, None, **AT_ONCE)
    for shown in (parts.history, parts.live):
        shown.edit(edit, None, parts.outputs, **AT_ONCE)
        shown.rate(rate, None, parts.notice, **AT_ONCE)
        shown.cite(cite, None, reader, trigger_mode="always_last", **AT_ONCE)
    reader.cite(cite, None, reader, trigger_mode="always_last", **AT_ONCE)


def _wire_reader(
    services: Services, texts: Texts, parts: ChatParts, *, reader: gr.HTML, opened: Sequence[gr.HTML]
) -> None:
    @guarded(texts)
    def open_span(event: gr.EventData, request: gr.Request) -> str:
        return services.chat.open_span(sent(event, "span"), visitor(request, texts))

    def only_case(event: gr.EventData) -> tuple[str, str]:
        only = sent(event, "only")
        known = only if only.isdecimal() and len(only) < 6 else ""
        return render_scope(known, texts), known

    reader.close(lambda: "", None, reader, **AT_ONCE)
    for shown in opened:
        shown.span(open_span, None, reader, trigger_mode="always_last", **AT_ONCE)
    for shown in (*opened, reader, parts.scope):
        shown.only(only_case, None, [parts.scope, parts.only], **AT_ONCE)
