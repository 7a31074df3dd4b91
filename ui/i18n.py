"""The words of the page: one catalogue, `texts.json`, Chinese and English side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
CATALOGUE_PATH = Path(__file__).resolve().parent / "texts.json"

_RANGE = re.compile(r"\s*(?P<name>[a-zA-Z*-]+)\s*(?:;\s*q\s*=\s*(?P<weight>[01](?:\.\d{0,3})?))?\s*")


@dataclass(frozen=True, slots=True)
class Texts:
    """The words in one language; `texts("chat.send")` is the label of the button."""

    lang: Lang

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a key with its `{values}` filled in. KeyError for a key that the catalogue lacks."""
        return load_catalogue()[key][self.lang].format(**values)

    def known(self, key: str) -> str | None:
        """Return the text of a key as it stands; None where the catalogue lacks it."""
        entry = load_catalogue().get(key)
        return entry[self.lang] if entry else None

    @property
    def base(self) -> str:
        """Where the page in this language is mounted: "" or "/en"."""
        return "" if self.lang == "zh" else f"/{self.lang}"


@cache
def load_catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return the texts by key, then language."""
    catalogue: dict[str, dict[str, str]] = json.loads(CATALOGUE_PATH.read_text(encoding="utf-8"))
    return catalogue


def preferred_language(accepted: str) -> Lang:
    """Return the language for an `Accept-Language` header: English where it comes before Chinese, else Chinese."""
    weights: dict[str, float] = {}
    for part in accepted[:500].split(","):
        found = _RANGE.fullmatch(part)
        if found:
            primary = found["name"].lower().split("-")[0]
            weights[primary] = max(weights.get(primary, 0.0), float(found["weight"] or 1.0))
    return "en" if weights.get("en", 0.0) > weights.get("zh", 0.0) else "zh"
