"""The embedding model as it is trained: hidden states of texts, and their means over spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from embeddings.reading.encoding import Encoded
from embeddings.reading.network import make_batch

Tensor = torch.Tensor


class EmbeddingNetwork(nn.Module):
    """The encoder, its embeddings frozen and read from the file. Vectors are means over tokens, L2-normalised, float32."""

    def __init__(self, encoder: Any, words: NDArray[Any]) -> None:
        """Take a `BertModel` and the word embeddings, (vocabulary, dim)."""
        super().__init__()
        self.encoder = encoder
        self.encoder.embeddings.requires_grad_(False)
        self._words = words

    def forward(self, texts: Sequence[Encoded], spans: Sequence[Sequence[tuple[int, int]]]) -> tuple[Tensor, Tensor]:
        """Return the texts' vectors, (n, dim), and those of all their spans one after the other, (n spans, dim).

        texts: each whole; the offsets of its special tokens and its prefix are (0, 0).
        """
        batch = make_batch(texts)
        words = torch.from_numpy(self._words[batch.ids]).to(next(self.encoder.encoder.parameters()).dtype)
        hidden = self.encoder(inputs_embeds=words, attention_mask=batch.attended.long()).last_hidden_state.float()
        weights = batch.attended.float()
        whole = torch.einsum("bn,bnd->bd", weights / weights.sum(1, keepdim=True), hidden)
        pooling = torch.zeros(len(texts), max(map(len, spans), default=0), hidden.shape[1])
        for row, (text, of_text) in enumerate(zip(texts, spans, strict=True)):
            for i, span in enumerate(of_text):
                inside = _inside(text.offsets, *span)
                pooling[row, i, inside] = 1 / max(1, len(inside))
        means = torch.bmm(pooling, hidden)
        stacked = torch.cat([means[row, : len(of_text)] for row, of_text in enumerate(spans)])
        return nn.functional.normalize(whole, dim=-1), nn.functional.normalize(stacked, dim=-1)

    def trained_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield name and parameter of all that training changes: the layers."""
        yield from ((name, value) for name, value in self.named_parameters() if value.requires_grad)


def _inside(offsets: NDArray[np.int32], start: int, end: int) -> Tensor:
    """Return the indices of the tokens that overlap a span."""
    overlapping = (offsets[:, 0] < end) & (offsets[:, 1] > start) & (offsets[:, 0] < offsets[:, 1])
    return torch.from_numpy(np.flatnonzero(overlapping))
