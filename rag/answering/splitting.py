"""Cuts a model's reply into sentences as it streams, and reads the passages each cites.

A sentence is complete when its end mark, and the marks `[1]` that may follow it, are certainly over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEYS = r"[\[【［](?:来源|段落|资料|材料|出处|passage|source|id)?\s*[:：=#]?\s*(?P<keys>\d{1,3}(?:\s*(?:[,，、;；]|和|and)\s*\d{1,3})*)\s*[\]】］]"
_MARK = re.compile(_KEYS, re.I)
_MARKS_AFTER = re.compile(rf"(?:\s*{_KEYS.replace('?P<keys>', '?:')}|[\s。．.，,；;、])*", re.I)
_CLOSING = "”’」』）)\"'"
_END = re.compile(r"[。！？!?]|\.(?=[\s\[【])|\n")
_END_MARKS = tuple("。！？!?.")
_BULLET = re.compile(r"^(?:\s|[-*•·#>]+\s|\d{1,2}[.、)）](?!\d)\s*|[（(]\d{1,2}[)）]\s*)+")
_MARKUP = re.compile(r"\*\*|__|`+|</?(?:answer|sentence|passage|p|b|i|br)\b[^>]{0,40}>", re.I)


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence as the model wrote it, without its marks, list bullet and Markdown."""

    text: str
    keys: tuple[int, ...]
    """The passages it cites, in order, each once; empty where it cites none."""
    opens_line: bool
    """Whether it begins a line of its own."""
    complete: bool = True
    """False for what has neither an end mark nor a citation: cut off, or a heading copied."""


class SentenceSplitter:
    """Fed pieces of a reply, gives back its complete sentences."""

    def __init__(self) -> None:
        self._held = ""
        self._opens_line = False

    def feed(self, piece: str) -> list[WrittenSentence]:
        """Return the sentences that are complete with this piece."""
        self._held += piece
        return self._cut(final=False)

    def end(self) -> list[WrittenSentence]:
        """Return what remains: the last sentence, also without an end mark."""
        sentences = self._cut(final=True)
        rest, self._held = self._held, ""
        return sentences + self._sentence(rest)

    def _cut(self, *, final: bool) -> list[WrittenSentence]:
        found: list[WrittenSentence] = []
        while (end := self._end_of_first(final=final)) is not None:
            first, self._held = self._held[:end], self._held[end:]
            found += self._sentence(first)
            if "\n" in first:
                self._opens_line = True
        return found

    def _end_of_first(self, *, final: bool) -> int | None:
        match = _END.search(self._held)
        if match is None:
            return None
        end = match.end()
        while end < len(self._held) and self._held[end] in _CLOSING:
            end += 1
        after = _MARKS_AFTER.match(self._held, end)
        end = after.end() if after else end
        rest = self._held[end:]
        # `[` may open a mark that is not here yet; at the very end one may still come.
        if not final and (
            not rest or (rest[0] in "[【［" and not re.search(r"[\]】］]", rest[:40]) and len(rest) < 40)
        ):
            return None
        return end

    def _sentence(self, raw: str) -> list[WrittenSentence]:
        keys = dict.fromkeys(int(key) for match in _MARK.finditer(raw) for key in re.findall(r"\d+", match["keys"]))
        opens_line = self._opens_line or "\n" in raw[: len(raw) - len(raw.lstrip())]
        text = _BULLET.sub("", _MARKUP.sub("", _MARK.sub("", raw)))
        text = re.sub(r"\s+", " ", text).strip()
        text = re.sub(r"\s+([。！？!?.；，])", r"\1", text)
        text = re.sub(r"([。！？；，、])[。；，、.]+$", r"\1", text)
        if not any(character.isalnum() for character in text):
            return []
        self._opens_line = False
        complete = bool(keys) or text.rstrip(_CLOSING)[-1:] in _END_MARKS
        return [WrittenSentence(text, tuple(keys), opens_line, complete)]
