"""The page: which components there are, and which event goes to which handler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from ui.handlers import ChatHandlers

STATIC_PATH = Path(__file__).resolve().parent / "static"
TICK_S = 0.5
N_ANSWERED_AT_ONCE = 4

# Private: not in Gradio's API page. Hidden: no spinner over what is being read.
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Answered by a plain request. Gradio 6.31's event stream closes when its last event ends, and an event that joins
# at that very moment is never shown: a question asked during the warm-up, beside the header's ticks, was lost
# (1 in 25 clicks made 0 to 300 ms after the page appeared). Only questions, which stream, use the stream.
_AT_ONCE: dict[str, Any] = {**_QUIET, "queue": False}


def read_static(name: str) -> str:
    """Return a script or style sheet of the page."""
    return (STATIC_PATH / name).read_text(encoding="utf-8")


def build_page(handlers: ChatHandlers) -> gr.Blocks:
    """Return the chat as Gradio Blocks; theme, CSS and head are given where it is mounted."""
    blocks: gr.Blocks = gr.Blocks(title="案例问答 CaseChat", analytics_enabled=False)
    with blocks:
        with gr.Row(elem_id="cc-shell"):
            with gr.Column(elem_id="cc-main"):
                header = gr.HTML(handlers.header(), elem_id="cc-header", apply_default_css=False, js_on_load=None)
                conversation = gr.HTML(
                    handlers.conversation(""),
                    elem_id="cc-conversation",
                    apply_default_css=False,
                    js_on_load=read_static("conversation.js"),
                )
                notice = gr.HTML("", elem_id="cc-notice", apply_default_css=False, js_on_load=None)
                with gr.Row(elem_id="cc-composer"):
                    question = gr.Textbox(
                        label="问题",
                        show_label=False,
                        placeholder="输入问题，按回车发送",
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        container=False,
                        elem_id="cc-question",
                    )
                    send = gr.Button("发送", variant="primary", elem_id="cc-send")
                    stop = gr.Button("停止", elem_id="cc-stop")
                    new = gr.Button("新对话", elem_id="cc-new")
            with gr.Column(elem_id="cc-side"):
                reader = gr.HTML("", elem_id="cc-reader", apply_default_css=False, js_on_load=read_static("reader.js"))
        timer = gr.Timer(TICK_S)
        _wire_asking(handlers, conversation, question, notice=notice, send=send)
        _wire_rest(handlers, conversation, reader, notice=notice, stop=stop, new=new)
        _wire_header(handlers, blocks, header, timer=timer)
    return blocks


def _wire_asking(
    handlers: ChatHandlers, conversation: gr.HTML, question: gr.Textbox, *, notice: gr.HTML, send: gr.Button
) -> None:
    outputs = [conversation, question, notice]

    def ask(typed: str, request: gr.Request) -> Iterator[tuple[Any, Any, Any]]:
        for view in handlers.ask(typed, session_of(request)):
            yield view.outputs()

    def ask_example(event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, Any, Any]]:
        for view in handlers.ask(str(event._data.get("question", "")), session_of(request)):
            yield view.outputs()

    shared = {
        **_QUIET,
        "concurrency_limit": N_ANSWERED_AT_ONCE,
        "concurrency_id": "answering",
        "trigger_mode": "multiple",
    }
    question.submit(ask, question, outputs, **shared)
    send.click(ask, question, outputs, **shared)
    conversation.ask(ask_example, None, outputs, **shared)


def _wire_rest(
    handlers: ChatHandlers, conversation: gr.HTML, reader: gr.HTML, *, notice: gr.HTML, stop: gr.Button, new: gr.Button
) -> None:
    def open_reference(event: gr.EventData, request: gr.Request) -> str:
        return handlers.open_reference(event._data.get("turn"), event._data.get("ref"), session_of(request))

    def begin_anew(request: gr.Request) -> tuple[str, str, str]:
        handlers.reset(session_of(request))
        return handlers.conversation(session_of(request)), "", ""

    def stop_answering(request: gr.Request) -> None:
        handlers.stop(session_of(request))

    conversation.cite(open_reference, None, reader, trigger_mode="always_last", **_AT_ONCE)
    reader.close(lambda: "", None, reader, **_AT_ONCE)
    stop.click(stop_answering, None, None, **_AT_ONCE)
    new.click(begin_anew, None, [conversation, reader, notice], **_AT_ONCE)


def _wire_header(handlers: ChatHandlers, blocks: gr.Blocks, header: gr.HTML, *, timer: gr.Timer) -> None:
    def refresh() -> tuple[str, gr.Timer]:
        return handlers.header(), gr.Timer(active=handlers.warming())

    blocks.load(refresh, None, [header, timer], **_AT_ONCE)
    timer.tick(refresh, None, [header, timer], **_AT_ONCE)


def session_of(request: gr.Request) -> str:
    """Return the id of the browser page that sent the event; empty for one that gives none."""
    return request.session_hash or ""
