"""The settings tab: language, number of passages, and the data that can be taken along (who writes: `ui.picker`)."""

from __future__ import annotations

from html import escape

from rag.settings import Settings
from ui.i18n import LANGS, Texts
from ui.store import ConversationStore

MAX_PASSAGES = 50


def render_preferences(settings: Settings, store: ConversationStore, owner: str, *, texts: Texts) -> str:
    """Return the form as it stands for this owner."""
    n = store.preferences(owner).get("n_passages") or settings.n_passages
    languages = "".join(
        f'<a class="cc-tool" href="/language?to={lang}"{current}>{escape(texts(f"language.{lang}"))}</a>'
        for lang in LANGS
        for current in (' aria-current="true"' if lang == texts.lang else "",)
    )
    return (
        f'<form class="cc-form"><fieldset><legend>{escape(texts("settings.language"))}</legend><p>{languages}</p></fieldset>'
        f"<fieldset><legend>{escape(texts('settings.passages'))}</legend>"
        f"<p>{escape(texts('settings.passages_hint', default=settings.n_passages, most=MAX_PASSAGES))}</p>"
        f'<p><label class="cc-inline"><span class="cc-sr">{escape(texts("settings.passages"))}</span>'
        f'<input type="number" name="n_passages" min="1" max="{MAX_PASSAGES}" value="{n}" required></label> '
        f'<button class="cc-tool">{escape(texts("settings.save"))}</button></p></fieldset>'
        f"<fieldset><legend>{escape(texts('settings.ratings'))}</legend><p>{escape(texts('settings.ratings_hint'))}</p>"
        f'<p><a class="cc-tool" href="/ratings.jsonl" download>{escape(texts("settings.ratings_file"))}</a></p></fieldset></form>'
    )


def save_preferences(store: ConversationStore, owner: str, n_passages: object, *, texts: Texts) -> str:
    """Keep the number of passages and return the notice; one out of range changes nothing."""
    typed = str(n_passages).strip()
    if not typed.isdecimal() or len(typed) > 4 or not 1 <= int(typed) <= MAX_PASSAGES:
        return texts("settings.passages_wrong", value=typed[:20], most=MAX_PASSAGES)
    store.set_preferences(owner, store.preferences(owner) | {"n_passages": int(typed)})
    return texts("settings.saved")
