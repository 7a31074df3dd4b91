"""The Gradio theme: fonts of the system only (a Google or bundled font would be fetched) and calm colours."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils.fonts import Font

_FONTS = (
    "system-ui",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "sans-serif",
)
_MONO_FONTS = ("ui-monospace", "Noto Sans Mono CJK SC", "monospace")


def build_theme() -> gr.themes.Base:
    """Return the theme; everything of ours is styled in static/chat.css."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        text_size=gr.themes.sizes.text_lg,
        radius_size=gr.themes.sizes.radius_md,
        font=[Font(name) for name in _FONTS],
        font_mono=[Font(name) for name in _MONO_FONTS],
    )
