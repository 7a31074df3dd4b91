"""A question and a text as the reader's input: `<s> question </s></s> header text </s>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.base import BatchTokenizer
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS = 512
"""Positions the encoder has."""
MAX_QUESTION_TOKENS, MAX_HEADER_TOKENS = 96, 80
BEGIN, PAD, END = 0, 1, 2
"""Ids of `<s>`, `<pad>` and `</s>` in XLM-R's vocabulary."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of a question with a text, or with a stretch of it."""

    ids: tuple[int, ...]
    first: int
    """Index in `ids` of the first token read of the text."""
    at: int
    """That token's index among all tokens of the text: 0 but for later stretches of a long text."""
    offsets: np.ndarray
    """int32 (n, 2): for each token read its code points in the text, half-open."""


def load_tokenizer(model_folder: Path) -> Tokenizer:
    """Return the tokenizer of an unpacked model, one of its own. Raises EmbeddingError where it cannot be read."""
    from tokenizers import Tokenizer

    path = model_folder / "tokenizer.json"
    try:
        return Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise EmbeddingError(
            f"读不出分词器 {path}。请运行 python -m embeddings unpack --force 重新解压内置模型。"
        ) from exc


def encode(
    tokenizer: BatchTokenizer,
    questions: Sequence[str],
    texts: Sequence[str],
    *,
    headers: Sequence[str],
    text_tokens: int,
    overlap: int = 0,
) -> list[list[Encoded]]:
    """Return each pair as token ids, a long text in several stretches, each with the question and header again.

    Of a question MAX_QUESTION_TOKENS are read and of a header MAX_HEADER_TOKENS, of a text all.

    text_tokens: most tokens of the text in a stretch.
    overlap: tokens that neighbouring stretches share.
    """
    asked = tokenizer.encode_batch(list(questions), add_special_tokens=False)
    above = tokenizer.encode_batch(list(headers), add_special_tokens=False)
    read = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    pairs = []
    for question, header, text in zip(asked, above, read, strict=True):
        before = [BEGIN, *question.ids[:MAX_QUESTION_TOKENS], END, END, *header.ids[:MAX_HEADER_TOKENS]]
        offsets = np.array(text.offsets, dtype=np.int32).reshape(-1, 2)
        room = min(text_tokens, MAX_TOKENS - len(before) - 1)
        last = max(0, len(text.ids) - room)
        starts = [*range(0, last, room - overlap), last] if last else [0]
        pairs.append(
            [
                Encoded((*before, *text.ids[at : at + room], END), len(before), at, offsets[at : at + room])
                for at in starts
            ]
        )
    return pairs


def token_span(offsets: np.ndarray, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and last token (both inside) that overlap the code points `[start, end)`; None without any."""
    inside = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start) & (offsets[:, 0] < offsets[:, 1]))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None
