"""Trained layers as a file, the reader's or the embedder's: matrices in 8 bits with a scale a row, the rest in float32.

`reader.safetensors` holds, for a matrix `name` (rows, columns), int8 `name` and float16 `name.scale` (rows,); a weight is
the product. `manifest.json` beside it says what the file must be, what it was trained on and which model it belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.reading.questions import file_sha256
from rag.errors import EmbeddingError, StorageError

if TYPE_CHECKING:
    from torch import Tensor

MODELS_FOLDER = Path(__file__).resolve().parent.parent / "models"
MANIFEST_FILE = "manifest.json"
FORMAT_VERSION = 1
SCALE = ".scale"
LAYERS = "encoder."


@dataclass(frozen=True, slots=True)
class Trained:
    """Something that is trained here and shipped."""

    name: str
    """Of its file, its folder and its identity."""
    label: str
    command: str
    without: str
    """How to do without it."""

    @property
    def file(self) -> str:
        """The name of the file of weights."""
        return f"{self.name}.safetensors"

    @property
    def shipped_folder(self) -> Path:
        """Where the shipped weights lie."""
        return MODELS_FOLDER / self.name

    @property
    def remedy(self) -> str:
        """What mends missing or damaged weights."""
        return f"请用 git checkout 恢复它，或用 python -m embeddings {self.command} 重新训练；也可以{self.without}。"


READER = Trained("reader", "阅读模型", "train-reader", "设 reader 为 none，不用阅读模型")
EMBEDDER = Trained("embedder", "再训练的嵌入层", "train-embedder", "设 embedding_layers 为 original，用原来的嵌入层")
SHIPPED_FOLDER, WEIGHTS_FILE = READER.shipped_folder, READER.file


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of trained layers."""

    name: str
    """Their identity: `reader@` or `embedder@`, and the beginning of the file's SHA-256."""
    base_model: str
    """The embedding model whose layers were trained on, by the name its unpacking gives it."""
    sha256: str
    n_bytes: int
    training: Mapping[str, Any]
    """Data with their hashes, seed, steps and the other parameters."""
    figures: Mapping[str, Any]
    """Measured after training, on the weights as they stand in the file."""


def write_weights(
    folder: Path,
    weights: Mapping[str, Tensor],
    *,
    base_model: str,
    training: Mapping[str, Any],
    figures: Mapping[str, Any] | None = None,
    trained: Trained = READER,
) -> Manifest:
    """Write trained layers and heads into `folder`, the manifest last. Raises StorageError where that is refused.

    weights: by the names of `ReaderNetwork.trained_parameters`, any float dtype.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    path = folder / trained.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(quantise(weights), path)
        digest = file_sha256(path)
        manifest = Manifest(
            name=f"{trained.name}@{digest[:12]}",
            base_model=base_model,
            sha256=digest,
            n_bytes=path.stat().st_size,
            training=training,
            figures=figures or {},
        )
        write_manifest(folder, manifest, trained=trained)
    except (OSError, SafetensorError) as exc:
        raise StorageError(f"写不进 {folder}（{exc}）。请检查权限和磁盘空间，或用 --out 换一个文件夹。") from exc
    return manifest


def write_manifest(folder: Path, manifest: Manifest, *, trained: Trained = READER) -> None:
    """Write `manifest.json`."""
    content = {
        "format_version": FORMAT_VERSION,
        "base_model": manifest.base_model,
        "weights": {"file": trained.file, "bytes": manifest.n_bytes, "sha256": manifest.sha256},
        "training": manifest.training,
        "figures": manifest.figures,
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8", newline="\n")


def read_manifest(folder: Path, *, trained: Trained = READER) -> Manifest:
    """Return what `manifest.json` says. Raises EmbeddingError where it is missing or incomplete."""
    path = folder / MANIFEST_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version, entry = content["format_version"], content["weights"]
        manifest = Manifest(
            name=f"{trained.name}@{entry['sha256'][:12]}",
            base_model=str(content["base_model"]),
            sha256=str(entry["sha256"]),
            n_bytes=int(entry["bytes"]),
            training=content["training"],
            figures=content["figures"],
        )
    except OSError as exc:
        raise EmbeddingError(f"读不出{trained.label}的 {path}（{exc.strerror or exc}）。{trained.remedy}") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise EmbeddingError(f"{trained.label}的 {path} 不完整。{trained.remedy}") from exc
    if version != FORMAT_VERSION:
        raise EmbeddingError(
            f"{trained.label} {folder} 的格式是第 {version} 版，这里读第 {FORMAT_VERSION} 版。{trained.remedy}"
        )
    return manifest


def check_weights(folder: Path, *, trained: Trained = READER) -> Manifest:
    """Return the manifest if the weights are those it names (about 20 ms). Raises EmbeddingError otherwise."""
    manifest = read_manifest(folder, trained=trained)
    path = folder / trained.file
    if not path.is_file():
        raise EmbeddingError(f"找不到{trained.label}的权重 {path}。{trained.remedy}")
    if (size := path.stat().st_size) != manifest.n_bytes:
        raise EmbeddingError(
            f"{trained.label}的权重 {path} 有 {size} 字节，应为 {manifest.n_bytes} 字节。{trained.remedy}"
        )
    if file_sha256(path) != manifest.sha256:
        raise EmbeddingError(f"{trained.label}的权重 {path} 校验和不符。{trained.remedy}")
    return manifest


def read_weights(folder: Path, *, trained: Trained = READER) -> dict[str, Tensor]:
    """Return the weights, checked, as float32 by name. Raises EmbeddingError where they are missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    check_weights(folder, trained=trained)
    path = folder / trained.file
    try:
        return dequantise(load_file(path))
    except (OSError, SafetensorError) as exc:
        raise EmbeddingError(f"读不出{trained.label}的权重 {path}。{trained.remedy}") from exc


def quantise(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors as they are stored: the layers' matrices as int8 with a float16 scale a row."""
    import torch

    stored: dict[str, Tensor] = {}
    for name, weight in weights.items():
        full = weight.detach().float().cpu().contiguous()
        if full.dim() < 2 or not name.startswith(LAYERS):
            stored[name] = full
            continue
        scale = (full.abs().amax(dim=1) / 127).clamp(min=1e-7).half()
        stored[name] = (full / scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8)
        stored[name + SCALE] = scale
    return stored


def dequantise(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights in float32 that `quantise` stored."""
    weights: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if name.endswith(SCALE):
            continue
        scale = stored.get(name + SCALE)
        weights[name] = tensor.float() if scale is None else tensor.float() * scale.float()[:, None]
    return weights
