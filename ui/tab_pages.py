"""The tabs beside the chat: their components, and which event goes to which handler."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from rag.errors import QuestionSetError
from ui.i18n import Texts
from ui.logs import without_paths
from ui.picker import ModelParts, build_model_settings
from ui.services import Services, visitor
from ui.tabs.catalogue import render_catalogue
from ui.tabs.evaluation import render_form, render_status
from ui.tabs.preferences import render_preferences, save_preferences
from ui.wiring import AT_ONCE, guarded, html, sent


def build_catalogue(services: Services, texts: Texts) -> gr.HTML:
    """Lay out the catalogue; return the part that opens cases."""

    def show(search: str) -> str:
        return render_catalogue(services.chat.compilations, search, texts)

    with gr.Column(elem_id="cc-panel-catalogue", elem_classes="cc-panel"):
        search = gr.Textbox(
            label=texts("catalogue.search"), placeholder=texts("catalogue.search_hint"), elem_classes="cc-asked"
        )
        table = html("", "cc-catalogue", script="table.js", classes="cc-scroll")
        search.change(guarded(texts)(show), search, table, trigger_mode="always_last", **AT_ONCE)
        table.load(guarded(texts)(show), search, table, **AT_ONCE)
    return table


def build_screening(services: Services, texts: Texts) -> gr.HTML:
    """Lay out the which-cases tab; return the part that opens passages."""

    def show(typed: str, request: gr.Request) -> str:
        return services.screen(typed, visitor(request, texts))

    return _asking_tab("which", texts, show)


def build_inspector(services: Services, texts: Texts) -> gr.HTML:
    """Lay out the retrieval inspector; return the part that opens passages."""

    def show(typed: str, request: gr.Request) -> str:
        return services.inspect(typed, visitor(request, texts))

    return _asking_tab("inspect", texts, show)


def _asking_tab(name: str, texts: Texts, show: Callable[[str, gr.Request], str]) -> gr.HTML:
    """Lay out a tab of one question and what comes of it."""
    with gr.Column(elem_id=f"cc-panel-{name}", elem_classes="cc-panel"):
        with gr.Row(elem_classes="cc-asked"):
            typed = gr.Textbox(
                texts(f"{name}.example"), label=texts(f"{name}.label"), lines=1, max_lines=4, elem_id=f"cc-{name}-typed"
            )
            go = gr.Button(texts(f"{name}.go"), variant="primary", elem_id=f"cc-{name}-go")
        found = html(
            f'<p class="cc-empty">{texts(f"{name}.hint")}</p>',
            f"cc-{name}-found",
            script="table.js",
            classes="cc-scroll",
        )
        answer = guarded(texts)(show)
        for event in (typed.submit, go.click):
            event(answer, typed, found, trigger_mode="always_last", **AT_ONCE)
    return found


def build_evaluation(services: Services, texts: Texts) -> None:
    """Lay out the evaluation tab."""
    evaluations, max_kb = services.evaluations, services.settings.max_upload_kb

    def status(request: gr.Request, notice: str = "") -> str:
        return render_status(evaluations, visitor(request, texts).owner, texts, notice=notice)

    def refresh(request: gr.Request) -> str:
        return status(request)

    def form(request: gr.Request) -> tuple[str, str]:
        owner = visitor(request, texts).owner
        return render_form(evaluations, owner, max_upload_kb=max_kb, texts=texts), status(request)

    def run(event: gr.EventData, request: gr.Request) -> str:
        limit = sent(event, "limit")
        n = int(limit) if limit.isdecimal() and 0 < len(limit) < 7 and int(limit) else None
        try:
            evaluations.start(visitor(request, texts).owner, sent(event, "set"), n, texts=texts)
        except QuestionSetError as exc:
            return status(request, without_paths(str(exc)))
        return status(request)

    def stop(request: gr.Request) -> str:
        evaluations.stop(visitor(request, texts).owner)
        return status(request)

    bound = guarded(texts)
    with gr.Column(elem_id="cc-panel-evaluation", elem_classes="cc-panel"):
        begins = html("", "cc-evaluation-form", script="evaluate.js")
        stands = html("", "cc-evaluation-status", script="runs.js", classes="cc-scroll")
    begins.load(bound(form), None, [begins, stands], **AT_ONCE)
    begins.run(bound(run), None, stands, **AT_ONCE)
    stands.refresh(bound(refresh), None, stands, **AT_ONCE)
    stands.stop(bound(stop), None, stands, **AT_ONCE)


def build_settings(services: Services, texts: Texts) -> ModelParts:
    """Lay out the settings; return the part on who writes."""

    def show(request: gr.Request) -> str:
        owner = visitor(request, texts).owner
        return render_preferences(services.settings, services.store, owner, texts=texts)

    def save(event: gr.EventData, request: gr.Request) -> str:
        owner = visitor(request, texts).owner
        return save_preferences(services.store, owner, sent(event, "n_passages"), texts=texts)

    bound = guarded(texts)
    with gr.Column(elem_id="cc-panel-settings", elem_classes="cc-panel cc-scroll"):
        models = build_model_settings(services, texts)
        form = html("", "cc-settings", script="settings.js")
        notice = html("", "cc-settings-notice")
    form.load(bound(show), None, form, **AT_ONCE)
    form.save(bound(save), None, notice, **AT_ONCE)
    return models
