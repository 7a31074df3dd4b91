"""HTML of the list of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ui.i18n import Texts
from ui.markup import empty
from ui.store import Listed


def render_list(listed: Sequence[Listed], *, current: str, texts: Texts) -> str:
    """Return the conversations, newest first, each with what can be done with it."""
    if not listed:
        return empty(texts("list.none"))
    return f'<ul class="cc-list">{"".join(_row(one, one.conversation_id == current, texts) for one in listed)}</ul>'


def _row(one: Listed, is_current: bool, texts: Texts) -> str:
    name = escape(one.title)
    mark = ' aria-current="true"' if is_current else ""
    rename, delete, sure = (escape(texts(f"list.{key}")) for key in ("rename", "delete", "sure"))
    links = "".join(
        f'<a class="cc-tool" href="/export/{one.conversation_id}.{kind}" download>{label}</a>'
        for kind, label in (("md", "Markdown"), ("docx", "Word"), ("json", "JSON"))
    )
    return (
        f'<li data-id="{one.conversation_id}"><button type="button" class="cc-conversation-name"{mark} data-open>{name}</button>'
        f'<details class="cc-more"><summary aria-label="{escape(texts("list.more", title=one.title))}">⋯</summary>'
        f'<div class="cc-menu"><button type="button" class="cc-tool" data-rename>{rename}</button>{links}'
        f'<button type="button" class="cc-tool" data-delete data-sure="{sure}">{delete}</button></div></details></li>'
    )
