"""The style sheet: text has the contrast WCAG 2.1 AA asks for, and nothing is fetched."""

from __future__ import annotations

import re

import pytest

from ui.app import STYLES
from ui.wiring import STATIC_PATH, read_static

AA = 4.5
PAIRS = (
    ("ink", "bg"),
    ("ink", "surface"),
    ("ink", "soft"),
    ("ink", "warn-soft"),
    ("muted", "bg"),
    ("muted", "surface"),
    ("muted", "warn-soft"),
    ("accent", "bg"),
    ("accent", "surface"),
    ("accent", "soft"),
    ("surface", "accent"),
    ("mark-ink", "mark"),
    ("warn", "bg"),
    ("warn", "surface"),
    ("warn", "warn-soft"),
)


def colours(selector: str) -> dict[str, str]:
    """Return the colours a block of the style sheet defines, by name without `--cc-`."""
    block = re.search(re.escape(selector) + r" \{(.*?)\n\}", read_static("base.css"), flags=re.DOTALL)
    assert block
    return dict(re.findall(r"--cc-([a-z-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """Return the relative luminance, https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize(("text", "behind"), PAIRS)
def test_text_stands_out_from_what_is_behind_it(selector: str, text: str, behind: str) -> None:
    known = colours(selector)
    lighter, darker = sorted((luminance(known[text]), luminance(known[behind])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= AA


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC_PATH.iterdir()))
def test_no_file_of_the_page_names_another_address(name: str) -> None:
    assert not re.search(r"https?:(?!//www\.w3\.org/WAI/)|url\(|@import", read_static(name))


def test_every_style_sheet_is_served() -> None:
    assert set(STYLES) == {path.name for path in STATIC_PATH.glob("*.css")}
