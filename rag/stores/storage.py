"""How an index lies on disk: one directory a version, and a pointer that is replaced in one step.

    <root>/CURRENT            the name of the version in use
    <root>/<version>/         manifest.json and the files whose hashes it lists

A version is written under a temporary name, flushed to disk, renamed, and only then does CURRENT name it.
A process killed at any moment leaves the old version in use, or none.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from filelock import FileLock
from pydantic import TypeAdapter

from rag.errors import IndexError_, StorageError
from rag.types import IndexManifest

REBUILD_COMMAND = "python -m rag index --force"
_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
N_READS = 5
"""How often a version is read anew when another process replaces it meanwhile."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """A version of an index as it lies on disk: its files belong to its manifest."""

    manifest: IndexManifest
    files: Mapping[str, bytes]


def read_manifest(root: Path) -> IndexManifest | None:
    """Return the manifest of the version in use; None where no index has been written.

    IndexError_ when the pointer or the manifest is damaged.
    """
    return _of_current(root, lambda version_path: _parse_manifest(version_path)[0])


def read_version(root: Path) -> StoredIndex | None:
    """Return the version in use, each file checked against its hash; None where no index has been written.

    IndexError_ when the pointer, the manifest or a file is damaged.
    """
    return _of_current(root, lambda version_path: _read_files(version_path))


def _of_current(root: Path, read: Callable[[Path], T]) -> T | None:
    """Return what `read` makes of the version in use; one that another process replaces meanwhile is read anew."""
    for attempt in range(N_READS):
        name = _current_name(root)
        if name is None:
            return None
        try:
            if not name.startswith("v-") or not (root / name).is_dir():
                raise _damaged(root / _CURRENT, "指向的版本不存在")
            return read(root / name)
        except IndexError_:
            if attempt == N_READS - 1 or _current_name(root) == name:
                raise
    return None


def write_version(root: Path, files: Mapping[str, bytes], manifest: IndexManifest) -> None:
    """Write a version and make it the one in use; earlier versions are removed. StorageError when it cannot be written."""
    with _storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock"):
            version = f"v-{uuid.uuid4().hex}"
            temporary_path = root / f"tmp-{version}"
            try:
                _write_files(temporary_path, files, manifest)
                temporary_path.rename(root / version)
            except OSError:
                shutil.rmtree(temporary_path, ignore_errors=True)
                raise
            pointer_path = root / f"{_CURRENT}.tmp"
            _write_flushed(pointer_path, version.encode())
            pointer_path.replace(root / _CURRENT)
            _flush_directory(root)
            for other in [*root.glob("v-*"), *root.glob("tmp-v-*")]:
                if other.name != version:
                    shutil.rmtree(other, ignore_errors=True)


def _read_files(version_path: Path) -> StoredIndex:
    manifest, hashes = _parse_manifest(version_path)
    files = {}
    for name, sha256 in hashes.items():
        try:
            data = (version_path / name).read_bytes()
        except OSError as exc:
            raise _damaged(version_path / name, "文件缺失或读不出") from exc
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(version_path / name, "内容与校验值不符")
        files[name] = data
    return StoredIndex(manifest, files)


def _current_name(root: Path) -> str | None:
    try:
        return (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):  # the latter is named when the index is written
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise _damaged(root / _CURRENT, "读不出") from exc


def _parse_manifest(version_path: Path) -> tuple[IndexManifest, dict[str, str]]:
    path = version_path / _MANIFEST
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        hashes = TypeAdapter(dict[str, str]).validate_python(described.pop("files"), strict=True)
        IndexManifest(**described)  # pydantic would pass over a field it does not know
        return TypeAdapter(IndexManifest).validate_json(json.dumps(described), strict=True), hashes
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise _damaged(path, "清单缺失或不完整") from exc


def _damaged(path: Path, what: str) -> IndexError_:
    return IndexError_(f"索引已损坏：{path} {what}。请运行 {REBUILD_COMMAND} 重建索引。")


def _write_files(folder: Path, files: Mapping[str, bytes], manifest: IndexManifest) -> None:
    folder.mkdir()
    for name, data in files.items():
        _write_flushed(folder / name, data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    described = {**asdict(manifest), "files": hashes}
    _write_flushed(folder / _MANIFEST, json.dumps(described, ensure_ascii=False, indent=1).encode())
    _flush_directory(folder)


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(path: Path) -> None:
    if os.name != "posix":  # Windows opens no directory for flushing
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _storage_errors(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"磁盘已满，索引写不进 {root}。请清理磁盘，或用环境变量 CASECHAT_HOME 换一个目录。"
            ) from exc
        raise StorageError(
            f"无法写入数据目录 {root}（{exc.strerror or exc}）。请检查权限，或用环境变量 CASECHAT_HOME 换一个可写的目录。"
        ) from exc
