"""The reader's network: the bundled encoder, its embeddings frozen and read from the file, and two small heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from embeddings.reading.encoding import PAD, Encoded
from rag.errors import EmbeddingError

Tensor = torch.Tensor
WORDS = "embeddings.word_embeddings.weight"
"""The matrix that makes up most of the model: never copied, its rows are taken from the file (mapped) as they occur."""
EMBEDDINGS, LAYERS = "embeddings.", "encoder."
"""What the names of frozen and of trained tensors of a `BertModel` begin with."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs padded to one length."""

    ids: NDArray[np.int64]
    """(b, n)."""
    attended: Tensor
    """bool (b, n): what is no padding."""
    readable: Tensor
    """bool (b, n): the tokens of the text."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Logits, float32. Starts and ends are -inf on what is neither text nor `<s>`, which stands for "no answer"."""

    starts: Tensor
    ends: Tensor
    evidence: Tensor
    """(b, n): that a token lies in a sentence that answers."""
    relevance: Tensor
    """(b,): that the text answers the question."""


class ReaderNetwork(nn.Module):
    """An encoder with token and text heads. The heads compute in float32 whatever the encoder's dtype."""

    def __init__(self, encoder: Any, words: NDArray[Any], *, seed: int = 0) -> None:
        """Take a `BertModel`, whose embeddings are frozen, and the word embeddings, (vocabulary, dim), of any float.

        seed: of the heads' first values.
        """
        super().__init__()
        self.encoder = encoder
        self.encoder.embeddings.requires_grad_(False)
        self.token_head = nn.Linear(encoder.config.hidden_size, 3)
        self.text_head = nn.Linear(encoder.config.hidden_size, 1)
        chance = torch.Generator().manual_seed(seed)
        for head in (self.token_head, self.text_head):
            nn.init.normal_(head.weight, std=0.02, generator=chance)
            nn.init.zeros_(head.bias)
        self._words = words

    def forward(self, batch: Batch) -> Outputs:
        """Return the logits of a batch."""
        words = torch.from_numpy(self._words[batch.ids]).to(next(self.encoder.encoder.parameters()).dtype)
        hidden = self.encoder(inputs_embeds=words, attention_mask=batch.attended.long()).last_hidden_state.float()
        starts, ends, evidence = self.token_head(hidden).unbind(-1)
        unreadable = ~batch.readable
        unreadable[:, 0] = False
        return Outputs(
            starts.masked_fill(unreadable, -torch.inf),
            ends.masked_fill(unreadable, -torch.inf),
            evidence,
            self.text_head(hidden[:, 0]).squeeze(-1),
        )

    def trained_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield name and parameter of all that training changes: the layers and the heads."""
        yield from ((name, value) for name, value in self.named_parameters() if value.requires_grad)


def load_network(
    model_folder: Path, *, dtype: str, weights: Mapping[str, Tensor] | None = None, seed: int = 0
) -> ReaderNetwork:
    """Return the network on an unpacked model.

    dtype: of the encoder, `bfloat16` or `float32`.
    weights: trained layers and heads by the names of `trained_parameters`; None for the model's own layers, and heads
        that are untrained.
    seed: of untrained heads.

    Raises EmbeddingError where the model cannot be read.
    """
    encoder, words = load_encoder(model_folder, dtype=dtype, weights=weights)
    network = ReaderNetwork(encoder, words, seed=seed)
    if weights is not None:
        heads = {name: value for name, value in weights.items() if not name.startswith("encoder.")}
        network.load_state_dict(heads, strict=False)
    return network.eval()


def load_encoder(
    model_folder: Path, *, dtype: str, weights: Mapping[str, Tensor] | None = None
) -> tuple[Any, NDArray[Any]]:
    """Return the `BertModel` of an unpacked model without its word embeddings, and those, mapped, (vocabulary, dim).

    weights: trained layers, their names with `encoder.` before those of the model; None for the model's own.

    Raises EmbeddingError where the model cannot be read.
    """
    from safetensors import SafetensorError, safe_open
    from transformers import BertConfig, BertModel

    path = model_folder / "model.safetensors"
    try:
        config = BertConfig.from_pretrained(
            str(model_folder), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, vocab_size=PAD + 1
        )
        wanted = (EMBEDDINGS,) if weights is not None else (EMBEDDINGS, LAYERS)
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys() if name.startswith(wanted) and name != WORDS}  # noqa: SIM118
        words = map_words(path)
    except (OSError, ValueError, KeyError, SafetensorError) as exc:
        raise EmbeddingError(
            f"模型文件夹 {model_folder} 读不出来，可能已损坏。请运行 python -m embeddings unpack --force 重新解压。"
        ) from exc
    with torch.device("meta"):
        # torch's fused attention is slower in bfloat16 on the CPU (403 passages in 9.6 s against 7.0 s)
        config._attn_implementation = "eager"
        encoder = BertModel(config, add_pooling_layer=False)
    encoder.to_empty(device="cpu")
    _fill_buffers(encoder)
    tensors[WORDS] = torch.zeros(PAD + 1, config.hidden_size)
    if weights is not None:
        prefix = "encoder."
        tensors |= {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
    encoder.load_state_dict({name: value.float() for name, value in tensors.items()})
    return encoder.to(getattr(torch, dtype)), words


def map_words(path: Path) -> NDArray[Any]:
    """Return the word embeddings of a safetensors file, (vocabulary, dim), mapped and not read.

    The file begins with the length of its header (8 bytes) and the header, which says where a tensor's bytes are:
    https://github.com/huggingface/safetensors#format
    """
    import json

    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(n_header))[WORDS]
    dtype = {"F16": np.float16, "F32": np.float32}[entry["dtype"]]
    start = 8 + n_header + int(entry["data_offsets"][0])
    return np.memmap(path, dtype=dtype, mode="r", offset=start, shape=tuple(entry["shape"]))


def make_batch(pairs: Sequence[Encoded]) -> Batch:
    """Return encoded pairs padded to the longest of them."""
    n_tokens = max(len(pair.ids) for pair in pairs)
    ids = np.full((len(pairs), n_tokens), PAD, dtype=np.int64)
    readable = np.zeros((len(pairs), n_tokens), dtype=bool)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = pair.ids
        readable[row, pair.first : pair.first + len(pair.offsets)] = True
    attended = np.arange(n_tokens) < np.array([len(pair.ids) for pair in pairs])[:, None]
    return Batch(ids, torch.from_numpy(attended), torch.from_numpy(readable))


def _fill_buffers(encoder: Any) -> None:
    """Give the positions and token types, which are no weights and in no file, their values."""
    embeddings = encoder.embeddings
    embeddings.position_ids = torch.arange(encoder.config.max_position_embeddings).expand(1, -1)
    embeddings.token_type_ids = torch.zeros_like(embeddings.position_ids)
