"""An index on disk: whole or not at all, whatever is written, damaged, full or replaced."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexError_, StorageError
from rag.stores import storage
from rag.stores.storage import read_manifest, read_version, write_version
from rag.types import IndexManifest
from tests.fakes import stored_files

FILES = {"chunks.jsonl": "𠮷案例".encode(), "dense.faiss": b"\x00\x01" * 500, "空.npy": b""}
REMEDY = "请运行 python -m rag index --force 重建索引。"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "数据 目录" / "青岛𠮷"


@pytest.fixture
def version_path(root: Path, manifest: IndexManifest) -> Path:
    """A version written and in use."""
    write_version(root, FILES, manifest)
    return root / (root / "CURRENT").read_text(encoding="utf-8")


def refusal(read: Callable[[Path], object], root: Path) -> str:
    with pytest.raises(IndexError_) as caught:
        read(root)
    return str(caught.value)


def test_where_nothing_was_written_there_is_no_index(root: Path) -> None:
    assert read_manifest(root) is None
    assert read_version(root) is None
    assert not root.exists()


def test_a_folder_without_pointer_holds_no_index(root: Path) -> None:
    (root / "v-unfinished").mkdir(parents=True)
    assert read_manifest(root) is None


@pytest.mark.parametrize("files", [{}, {"one": b"1"}, FILES])
def test_what_is_written_is_read(root: Path, manifest: IndexManifest, files: Mapping[str, bytes]) -> None:
    write_version(root, files, manifest)
    assert read_manifest(root) == manifest
    assert stored_files(root) == files


def test_a_later_version_replaces_the_earlier(root: Path, manifest: IndexManifest, version_path: Path) -> None:
    (root / "tmp-v-left-by-a-killed-process").mkdir()
    later = replace(manifest, embedding_model="other@2")
    write_version(root, {"chunks.jsonl": b"new"}, later)
    assert read_manifest(root) == later
    assert stored_files(root) == {"chunks.jsonl": b"new"}
    assert not version_path.exists()
    assert len([path for path in root.iterdir() if path.is_dir()]) == 1


def test_reading_leaves_the_folder_as_it_is(root: Path, version_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    read_manifest(root)
    read_version(root)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


@pytest.mark.parametrize("name", ["chunks.jsonl", "dense.faiss"])
def test_one_flipped_bit_is_noticed(root: Path, version_path: Path, name: str) -> None:
    data = bytearray((version_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (version_path / name).write_bytes(data)
    assert refusal(read_version, root) == f"索引已损坏：{version_path / name} 内容与校验值不符。{REMEDY}"


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_noticed(root: Path, version_path: Path, name: str) -> None:
    (version_path / name).unlink()
    assert refusal(read_version, root) == f"索引已损坏：{version_path / name} 文件缺失或读不出。{REMEDY}"


def test_a_file_cut_short_is_noticed(root: Path, version_path: Path) -> None:
    os.truncate(version_path / "dense.faiss", 999)
    assert refusal(read_version, root) == f"索引已损坏：{version_path / 'dense.faiss'} 内容与校验值不符。{REMEDY}"


@pytest.mark.parametrize("pointer", [b"", b"v-", b"v-missing", b"../elsewhere", b"v-\x00"])
@pytest.mark.parametrize("read", [read_manifest, read_version])
def test_a_pointer_to_nothing_is_noticed(
    root: Path, version_path: Path, pointer: bytes, read: Callable[[Path], object]
) -> None:
    (root / "CURRENT").write_bytes(pointer)
    assert refusal(read, root) == f"索引已损坏：{root / 'CURRENT'} 指向的版本不存在。{REMEDY}"


@pytest.mark.parametrize("read", [read_manifest, read_version])
def test_a_pointer_that_is_no_text_is_noticed(root: Path, version_path: Path, read: Callable[[Path], object]) -> None:
    (root / "CURRENT").write_bytes(b"\xff\xff")
    assert refusal(read, root) == f"索引已损坏：{root / 'CURRENT'} 读不出。{REMEDY}"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"1", b"null", b"{}", b'{"files": {}}', b"\xff", None])
@pytest.mark.parametrize("read", [read_manifest, read_version])
def test_a_damaged_manifest_is_noticed(
    root: Path, version_path: Path, data: bytes | None, read: Callable[[Path], object]
) -> None:
    path = version_path / "manifest.json"
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    assert refusal(read, root) == f"索引已损坏：{path} 清单缺失或不完整。{REMEDY}"


def test_a_manifest_with_an_unknown_field_is_noticed(root: Path, version_path: Path) -> None:
    path = version_path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "later": 1}), encoding="utf-8")
    assert refusal(read_manifest, root) == f"索引已损坏：{path} 清单缺失或不完整。{REMEDY}"


@pytest.mark.parametrize(("field", "value"), [("compilations", None), ("compilations", ["x"]), ("dim", "64")])
def test_a_manifest_with_a_field_of_another_type_is_noticed(
    root: Path, version_path: Path, field: str, value: object
) -> None:
    path = version_path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), field: value}), encoding="utf-8")
    assert refusal(read_manifest, root) == f"索引已损坏：{path} 清单缺失或不完整。{REMEDY}"


@pytest.mark.parametrize("data", [b"", b"junk"])
def test_a_damaged_index_is_mended_by_writing(
    root: Path, version_path: Path, manifest: IndexManifest, data: bytes
) -> None:
    (root / "CURRENT").write_bytes(data)
    write_version(root, FILES, manifest)
    assert stored_files(root) == FILES


FULL = "磁盘已满，索引写不进 {root}。请清理磁盘，或用环境变量 CASECHAT_HOME 换一个目录。"
UNWRITABLE = "无法写入数据目录 {root}（{why}）。请检查权限，或用环境变量 CASECHAT_HOME 换一个可写的目录。"


def storage_error(root: Path, manifest: IndexManifest, files: Mapping[str, bytes] = FILES) -> str:
    with pytest.raises(StorageError) as caught:
        write_version(root, files, manifest)
    return str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the kernel's full device is Linux's")
def test_a_full_disk_leaves_the_old_index(root: Path, version_path: Path, manifest: IndexManifest) -> None:
    assert storage_error(root, manifest, {"chunks.jsonl": b"new", "/dev/full": b"x"}) == FULL.format(root=root)
    assert stored_files(root) == FILES
    write_version(root, {"chunks.jsonl": b"new"}, manifest)
    assert stored_files(root) == {"chunks.jsonl": b"new"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the kernel's full device is Linux's")
def test_a_full_disk_is_not_kept_full(root: Path, version_path: Path, manifest: IndexManifest) -> None:
    storage_error(root, manifest, {"chunks.jsonl": b"x" * 100_000, "/dev/full": b"x"})
    assert [path for path in root.iterdir() if path.name.startswith("tmp-")] == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_full_at_the_first_folder(
    root: Path, manifest: IndexManifest, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(Path, "mkdir", failing(code))
    assert storage_error(root, manifest) == FULL.format(root=root)


@pytest.mark.parametrize(
    ("code", "why"),
    [(errno.EROFS, "Read-only file system"), (errno.EACCES, "Permission denied"), (errno.EIO, "Input/output error")],
)
@pytest.mark.parametrize("owner_and_name", [(Path, "mkdir"), (Path, "rename"), (Path, "replace"), (os, "fsync")])
def test_a_failing_step_leaves_the_old_index(
    root: Path,
    version_path: Path,
    manifest: IndexManifest,
    monkeypatch: pytest.MonkeyPatch,
    owner_and_name: tuple[Any, str],
    code: int,
    why: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(*owner_and_name, failing(code))
        assert storage_error(root, manifest, {"new": b""}) == UNWRITABLE.format(root=root, why=why)
    assert stored_files(root) == FILES


def failing(code: int) -> Callable[..., None]:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_a_file_in_the_way_is_named(tmp_path: Path, manifest: IndexManifest) -> None:
    (tmp_path / "file").write_text("")
    root = tmp_path / "file" / "index"
    assert read_manifest(root) is None
    assert storage_error(root, manifest) == UNWRITABLE.format(root=root, why="Not a directory")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path, manifest: IndexManifest) -> None:
    tmp_path.chmod(0o555)
    try:
        assert storage_error(tmp_path / "index", manifest) == UNWRITABLE.format(
            root=tmp_path / "index", why="Permission denied"
        )
    finally:
        tmp_path.chmod(0o755)


def replace_once(
    root: Path, manifest: IndexManifest, monkeypatch: pytest.MonkeyPatch, *, owner: Any, name: str, after: bool
) -> None:
    """Let another version take the place of the one in use around the first call of `owner.name`."""
    real = getattr(owner, name)

    def replacing(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        result = real(*arguments, **options) if after else None
        write_version(root, {"chunks.jsonl": b"new"}, replace(manifest, embedding_model="new@2"))
        return result if after else real(*arguments, **options)

    monkeypatch.setattr(owner, name, replacing)


def test_a_version_replaced_while_its_files_are_read_is_read_anew(
    root: Path, version_path: Path, manifest: IndexManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_once(root, manifest, monkeypatch, owner=storage, name="_read_files", after=False)
    assert stored_files(root) == {"chunks.jsonl": b"new"}


def test_a_version_replaced_after_its_manifest_was_read_is_read_anew(
    root: Path, version_path: Path, manifest: IndexManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_once(root, manifest, monkeypatch, owner=storage, name="_parse_manifest", after=True)
    assert stored_files(root) == {"chunks.jsonl": b"new"}


@pytest.mark.parametrize("read", [read_manifest, read_version])
def test_a_version_replaced_after_the_pointer_was_read_is_no_damage(
    root: Path,
    version_path: Path,
    manifest: IndexManifest,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Path], object],
) -> None:
    replace_once(root, manifest, monkeypatch, owner=Path, name="read_text", after=True)
    assert read(root) is not None


def test_a_manifest_replaced_while_it_is_read_is_read_anew(
    root: Path, version_path: Path, manifest: IndexManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_once(root, manifest, monkeypatch, owner=storage, name="_parse_manifest", after=False)
    assert read_manifest(root) == replace(manifest, embedding_model="new@2")
