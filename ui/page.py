"""The page: the shell with its tabs, and which part of it each module fills."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from ui.chat_page import build_chat, wire_chat
from ui.i18n import LANGS, Texts
from ui.picker import wire_models
from ui.services import Services
from ui.tab_pages import build_catalogue, build_evaluation, build_inspector, build_screening, build_settings
from ui.wiring import AT_ONCE, html

TICK_S = 0.5
TABS = ("chat", "catalogue", "which", "inspect", "evaluation", "settings")


def build_page(services: Services, texts: Texts) -> gr.Blocks:
    """Return the page in one language as Gradio Blocks; theme, CSS and head are given where it is mounted."""
    blocks: gr.Blocks = gr.Blocks(title=f"{texts('header.title')} CaseChat", analytics_enabled=False)
    with blocks:
        with gr.Row(elem_id="cc-shell"):
            with gr.Column(elem_id="cc-main"):
                html(render_top(texts, needs_login=services.needs_login), "cc-top", script="nav.js")
                header = html(services.chat.header(texts), "cc-header")
                with gr.Column(elem_id="cc-panel-chat", elem_classes="cc-panel"):
                    chat = build_chat(services, texts)
                opened = [
                    build_catalogue(services, texts),
                    build_screening(services, texts),
                    build_inspector(services, texts),
                ]
                build_evaluation(services, texts)
                models = build_settings(services, texts)
            with gr.Column(elem_id="cc-side"):
                reader = html("", "cc-reader", script="reader.js")
        timer = gr.Timer(TICK_S)
        wire_chat(services, texts, chat, reader=reader, opened=opened)
        wire_models(services, texts, blocks, picker=chat.picker, parts=models)
        _wire_header(services, texts, blocks, header=header, timer=timer)
    return blocks


def render_top(texts: Texts, *, needs_login: bool) -> str:
    """Return the name, the tabs, and the switch to the other language."""
    tabs = "".join(
        f'<button type="button" role="tab" id="cc-tab-{name}" aria-controls="cc-panel-{name}" data-tab="{name}"'
        f' aria-selected="{str(name == "chat").lower()}" tabindex="{0 if name == "chat" else -1}">{escape(texts(f"tab.{name}"))}</button>'
        for name in TABS
    )
    other = next(lang for lang in LANGS if lang != texts.lang)
    switch = f'<a class="cc-switch" href="/language?to={other}" lang="{other}">{escape(texts(f"language.{other}"))}</a>'
    leave = escape(texts("login.leave"))
    logout = (
        f'<form method="post" action="/logout"><button class="cc-switch">{leave}</button></form>' if needs_login else ""
    )
    offline = escape(texts("chat.offline"))
    return (
        f'<header class="cc-head"><h1>{escape(texts("header.name"))}<span lang="en">CaseChat</span></h1>'
        f'<div role="tablist" aria-label="{escape(texts("tab.label"))}">{tabs}</div>{switch}{logout}</header>'
        f'<p id="cc-offline" role="alert" hidden>{offline}</p>'
    )


def _wire_header(services: Services, texts: Texts, blocks: gr.Blocks, *, header: gr.HTML, timer: gr.Timer) -> None:
    def refresh() -> tuple[Any, gr.Timer]:
        return services.chat.header(texts), gr.Timer(active=services.chat.warming())

    blocks.load(refresh, None, [header, timer], **AT_ONCE)
    timer.tick(refresh, None, [header, timer], **AT_ONCE)
