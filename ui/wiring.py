"""What the modules that lay out the page share: how an event is sent, how an HTML part is made, what guards a handler."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import gradio as gr

from rag.errors import CaseChatError
from ui.i18n import Texts
from ui.logs import describe_error, log_event, without_paths

STATIC_PATH = Path(__file__).resolve().parent / "static"
Result = TypeVar("Result")

# Private: not in Gradio's API page. Hidden: no spinner over what is being read.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Answered by a plain request. Gradio 6.31's event stream closes when its last event ends, and an event that joins
# at that very moment is never shown: a question asked during the warm-up, beside the header's ticks, was lost
# (1 in 25 clicks made 0 to 300 ms after the page appeared). Only questions, which stream, use the stream.
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


def read_static(name: str) -> str:
    """Return a script or style sheet of the page."""
    return (STATIC_PATH / name).read_text(encoding="utf-8")


def html(value: str, elem_id: str, *, script: str = "", classes: str = "") -> gr.HTML:
    """Return a part of the page that we write ourselves, with its script."""
    return gr.HTML(
        value,
        elem_id=elem_id,
        elem_classes=classes or None,
        apply_default_css=False,
        js_on_load=read_static(script) if script else None,
    )


def hidden_text(value: str = "") -> gr.Textbox:
    """Return a value that the page keeps and sends along; nobody sees it."""
    return gr.Textbox(value, show_label=False, container=False, elem_classes="cc-hidden")


def sent(event: gr.EventData, key: str) -> str:
    """Return a value that a script of ours sent with an event; empty where it sent none. Whatever came is text."""
    data = event._data if isinstance(event._data, dict) else {}
    value = data.get(key, "")
    return value if isinstance(value, str) else str(value)


class Boundary:
    """Where an error leaves our code for Gradio's, which would print its traceback: it is logged and told in a sentence."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise what Gradio shows in place of an error."""
        if raised is None or not isinstance(raised, Exception):
            return
        if isinstance(raised, CaseChatError):
            raise gr.Error(without_paths(str(raised)), print_exception=False) from None
        log_event("unexpected_error", level=logging.ERROR, **describe_error(raised, trace))
        raise gr.Error(self._texts("chat.broken"), print_exception=False) from None


def guarded(texts: Texts) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Return a decorator that puts a handler behind the boundary; Gradio still sees the handler's own parameters."""

    def decorate(handler: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(handler)
        def bounded(*args: Any, **kwargs: Any) -> Result:
            with Boundary(texts):
                return handler(*args, **kwargs)
            raise AssertionError("the boundary swallows nothing")

        return bounded

    return decorate
