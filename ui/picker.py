"""The model picker: a select under the composer, and in the settings with a test of the connection."""

from __future__ import annotations

import time
from dataclasses import dataclass
from html import escape

import gradio as gr

from rag.errors import QuestionError
from ui.handlers import Visitor
from ui.i18n import Texts
from ui.markup import button, empty, failed
from ui.models import ModelChoices, Offer
from ui.services import Services, visitor
from ui.wiring import AT_ONCE, guarded, html, sent


@dataclass(frozen=True, slots=True)
class ModelParts:
    """The components of the settings' part."""

    form: gr.HTML
    result: gr.HTML


def build_picker(services: Services, texts: Texts) -> gr.HTML:
    """Lay out the picker of the chat; it holds its place from the first paint on."""
    models = services.chat.models
    return html(render_picker(models, models.offers[0], texts), "cc-picker", script="picker.js")


def build_model_settings(services: Services, texts: Texts) -> ModelParts:
    """Lay out the part of the settings."""
    models = services.chat.models
    form = html(render_model_settings(models, models.offers[0], texts), "cc-answerer", script="picker.js")
    return ModelParts(form, html("", "cc-model-result"))


def render_picker(models: ModelChoices, chosen: Offer, texts: Texts, *, gone: str = "") -> str:
    """Return the labelled select; no select where there is nothing to choose. gone: what is no longer offered."""
    said = escape(texts("model.gone", gone=gone, name=chosen.shown(texts))) if gone else ""
    notice = f'<p class="cc-gone" role="status">{said}</p>' if gone else ""
    if len(models.offers) < 2:
        return notice
    options = "".join(
        f'<option value="{escape(offer.name)}"{" selected" if offer is chosen else ""}>{escape(offer.shown(texts))}</option>'
        for offer in models.offers
    )
    label = escape(texts("model.label"))
    return f'{notice}<label class="cc-writes"><span>{label}</span><select data-models>{options}</select></label>'


def render_model_settings(models: ModelChoices, chosen: Offer, texts: Texts, *, gone: str = "") -> str:
    """Return the part of the settings: who writes, and the test of the connection where there is one to be made."""
    picker = render_picker(models, chosen, texts, gone=gone)
    if len(models.offers) < 2:
        picker += f"<p><b>{escape(chosen.shown(texts))}</b> {escape(texts('model.only'))}</p>"
    test = button(texts("model.test"), classes="cc-tool", test_model="1")
    testable = f"<p>{test}</p>" if any(offer.is_model for offer in models.offers) else ""
    return (
        f'<div class="cc-form"><fieldset><legend>{escape(texts("model.label"))}</legend>'
        f"<p>{escape(texts('model.hint'))}</p>{picker}{testable}</fieldset></div>"
    )


def wire_models(services: Services, texts: Texts, blocks: gr.Blocks, *, picker: gr.HTML, parts: ModelParts) -> None:
    """Connect both pickers with the handlers; a page that opens, or comes to the front, shows its owner's choice."""
    models = services.chat.models

    @guarded(texts)
    def show(request: gr.Request) -> tuple[str, str]:
        owner = visitor(request, texts).owner
        chosen, gone = models.chosen(owner), models.gone(owner)
        if gone and len(models.offers) < 2:
            models.forget(owner)  # told once: there is nothing to choose instead
        both = render_picker, render_model_settings
        first, second = (_anew(render(models, chosen, texts, gone=gone)) for render in both)
        return first, second

    @guarded(texts)
    def choose(event: gr.EventData, request: gr.Request) -> str:
        return _anew(choose_model(models, sent(event, "name"), visitor(request, texts)))

    @guarded(texts)
    def test(request: gr.Request) -> str:
        return _anew(check_model(services, visitor(request, texts)))

    blocks.load(show, None, [picker, parts.form], **AT_ONCE)
    picker.load(show, None, [picker, parts.form], **AT_ONCE)
    for part in (picker, parts.form):
        part.choose(choose, None, parts.result, trigger_mode="always_last", **AT_ONCE)
    begun = parts.form.test(lambda: _anew(_said(texts("model.testing"))), None, parts.result, **AT_ONCE)
    begun.then(test, None, parts.result, **AT_ONCE)


def choose_model(models: ModelChoices, name: str, who: Visitor) -> str:
    """Keep a choice and return what to say of it; a name that is not offered changes nothing."""
    if not models.choose(name, who.owner):
        return failed(who.texts("model.not_offered"))
    return _said(who.texts("model.saved", name=models.chosen(who.owner).shown(who.texts)))


def check_model(services: Services, who: Visitor) -> str:
    """Return what came of testing the connection to the visitor's model. It counts as a question: it may cost as one."""
    qa = services.warmup.qa
    if qa is None:
        return empty(who.texts("tab.warming"))
    try:
        services.chat.check_rate(who)
        return _said(services.chat.models.test(qa, who.owner, texts=who.texts))
    except QuestionError as exc:
        return failed(str(exc))


def _said(sentence: str) -> str:
    return f'<p role="status">{escape(sentence)}</p>'


def _anew(shown: str) -> str:
    """Return HTML that differs from the last: equal to it, Gradio would leave what the page has changed since."""
    return f"{shown}<i hidden data-at='{time.monotonic_ns()}'></i>"
