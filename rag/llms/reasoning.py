"""Takes a model's reasoning (`<think>…</think>`) out of its stream; it is never shown or quoted."""

from __future__ import annotations

import re
from collections.abc import Generator

_OPEN = re.compile(r"<(think|thinking|thought|reasoning)>", re.I)
_CLOSE = re.compile(r"</(think|thinking|thought|reasoning)>", re.I)
_LONGEST_TAG = len("</reasoning>")


class ReasoningFilter:
    """Fed pieces of a reply, gives back what is no reasoning. A tag may be cut anywhere between two pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, piece: str) -> str:
        """Return what can be shown of the reply up to this piece and was not returned before."""
        self._held += piece
        shown = []
        while match := (_CLOSE if self._inside else _OPEN).search(self._held):
            if not self._inside:
                shown.append(self._held[: match.start()])
            self._held = self._held[match.end() :]
            self._inside = not self._inside
        keep = self._possible_tag()
        if not self._inside:
            shown.append(_CLOSE.sub("", self._held[: len(self._held) - keep]))
        self._held = self._held[len(self._held) - keep :]
        return "".join(shown)

    def end(self) -> str:
        """Return what was held back as a possible tag; nothing of reasoning that never ended."""
        held, self._held = self._held, ""
        return "" if self._inside else held

    def _possible_tag(self) -> int:
        """Return how many characters at the end could be the beginning of a tag."""
        at = self._held.rfind("<", max(0, len(self._held) - _LONGEST_TAG + 1))
        return 0 if at < 0 or ">" in self._held[at:] else len(self._held) - at


def without_reasoning(pieces: Generator[str, None, None]) -> Generator[str, None, None]:
    """Yield the pieces without reasoning, none of them empty. Closing it closes `pieces`."""
    kept = ReasoningFilter()
    try:
        for piece in pieces:
            if shown := kept.feed(piece):
                yield shown
    finally:
        pieces.close()
    if shown := kept.end():
        yield shown
