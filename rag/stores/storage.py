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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock

from rag.errors import IndexError_, StorageError
from rag.types import IndexManifest

REBUILD_COMMAND = "python -m rag index --force"
_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"


def read_manifest(root: Path) -> IndexManifest | None:
    """Return the manifest of the version in use; None where no index has been written.

    IndexError_ when the pointer or the manifest is damaged.
    """
    version_path = _current_version(root)
    if version_path is None:
        return None
    return _parse_manifest(version_path)[0]


def read_version(root: Path) -> Mapping[str, bytes]:
    """Return the files of the version in use, each checked against its hash. IndexError_ when one is damaged.

    A version that another process replaces while it is read is read anew.
    """
    version_path = _current_version(root)
    if version_path is None:
        raise IndexError_(f"{root} 里还没有索引。请运行 python -m rag index 建立索引。")
    try:
        return _read_files(version_path)
    except IndexError_:
        if _current_version(root) == version_path:
            raise
        return read_version(root)


def write_version(root: Path, files: Mapping[str, bytes], manifest: IndexManifest) -> None:
    """Write a version and make it the one in use; earlier versions are removed. StorageError when it cannot be written."""
    with _storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock"):
            version = f"v-{uuid.uuid4().hex}"
            temporary_path = root / f"tmp-{version}"
            temporary_path.mkdir()
            for name, data in files.items():
                _write_flushed(temporary_path / name, data)
            hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
            described = {**asdict(manifest), "files": hashes}
            _write_flushed(temporary_path / _MANIFEST, json.dumps(described, ensure_ascii=False, indent=1).encode())
            _flush_directory(temporary_path)
            temporary_path.rename(root / version)
            pointer_path = root / f"{_CURRENT}.tmp"
            _write_flushed(pointer_path, version.encode())
            pointer_path.replace(root / _CURRENT)
            _flush_directory(root)
            for other in [*root.glob("v-*"), *root.glob("tmp-v-*")]:
                if other.name != version:
                    shutil.rmtree(other, ignore_errors=True)


def _read_files(version_path: Path) -> dict[str, bytes]:
    files = {}
    for name, sha256 in _parse_manifest(version_path)[1].items():
        try:
            data = (version_path / name).read_bytes()
        except OSError as exc:
            raise _damaged(version_path / name, "文件缺失或读不出") from exc
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(version_path / name, "内容与校验值不符")
        files[name] = data
    return files


def _current_version(root: Path) -> Path | None:
    try:
        name = (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):  # the latter is named when the index is written
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise _damaged(root / _CURRENT, "读不出") from exc
    if not name.startswith("v-") or not (root / name).is_dir():
        raise _damaged(root / _CURRENT, "指向的版本不存在")
    return root / name


def _parse_manifest(version_path: Path) -> tuple[IndexManifest, dict[str, str]]:
    path = version_path / _MANIFEST
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        hashes = described.pop("files")
        return IndexManifest(**described), dict(hashes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise _damaged(path, "清单缺失或不完整") from exc


def _damaged(path: Path, what: str) -> IndexError_:
    return IndexError_(f"索引已损坏：{path} {what}。请运行 {REBUILD_COMMAND} 重建索引。")


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
