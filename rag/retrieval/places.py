"""Names of provinces, prefecture-level cities and countries, in simplified characters."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PLACES_PATH = Path(__file__).resolve().parent / "places.txt"


@cache
def known_places() -> tuple[str, ...]:
    """Return the names, one to a line in `places.txt`."""
    return tuple(_PLACES_PATH.read_text(encoding="utf-8").split())
