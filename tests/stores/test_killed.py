"""Processes killed with SIGKILL while they write an index: afterwards the old one is in use or none, never half of one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.base import Embedder
from rag.factory import build_qa, index_path
from rag.settings import PROJECT_PATH, Settings
from rag.stores.storage import read_manifest, write_version
from rag.types import IndexManifest
from tests.fakes import HashingEmbedder, stored_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")

OLD = {"a": b"old", "b": b"old"}
NEW = {"a": b"new", "b": b"new"}
WAIT_S = 60

DYING = """
import os, shutil, signal, sys
from pathlib import Path
from rag.stores import storage
from rag.types import IndexManifest

root, last_step, n_steps = Path(sys.argv[1]), int(sys.argv[2]), 0

def counted(call):
    def run(*arguments, **options):
        global n_steps
        n_steps += 1
        if n_steps == last_step:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return run

os.fsync, shutil.rmtree = counted(os.fsync), counted(shutil.rmtree)
Path.mkdir, Path.rename, Path.replace, Path.open = map(counted, (Path.mkdir, Path.rename, Path.replace, Path.open))
manifest = IndexManifest(1, {}, "1-200", "new", 64, "float32", "inner_product", 3, "2019-02-01")
storage.write_version(root, {"a": b"new", "b": b"new"}, manifest)
"""

WRITING = """
import sys
from pathlib import Path
from rag.stores.storage import write_version
from rag.types import IndexManifest

number = int(sys.argv[2])
while True:
    number += 1
    manifest = IndexManifest(1, {}, "1-200", str(number), 64, "float32", "inner_product", 3, "2019-02-01")
    write_version(Path(sys.argv[1]), {f"{i}": str(number).encode() * 20_000 for i in range(8)}, manifest)
    print(number, flush=True)
"""

INDEXING = """
import sys
import rag.factory
from rag.cli.main import main
from tests.fakes import HashingEmbedder

rag.factory.build_embedder = lambda settings, **options: HashingEmbedder()
print("begins", flush=True)
while main(sys.argv[1:]) == 0:
    pass
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT_PATH,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def kill(process: subprocess.Popen[str]) -> str:
    """Kill a process with -9 and return what it had printed."""
    process.send_signal(signal.SIGKILL)
    printed = process.communicate(timeout=WAIT_S)[0]
    assert process.returncode == -signal.SIGKILL
    return printed


@pytest.mark.parametrize("has_old", [False, True])
def test_a_kill_before_each_step_leaves_old_or_none_or_all_of_the_new(
    tmp_path: Path, manifest: IndexManifest, has_old: bool
) -> None:
    found = []
    for step in range(1, 100):
        root = tmp_path / f"第 {step} 步"
        if has_old:
            write_version(root, OLD, manifest)
        process = start("-c", DYING, str(root), str(step))
        process.communicate(timeout=WAIT_S)
        in_use = read_manifest(root)
        files = None if in_use is None else dict(stored_files(root))
        assert (in_use, files) in (
            (manifest, OLD) if has_old else (None, None),
            (replace(manifest, compilations={}, embedding_model="new"), NEW),
        )
        found.append(files)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
    else:
        pytest.fail("writing never ended")
    assert len(found) > 10
    assert found == sorted(found, key=lambda files: files == NEW)  # once in use, it stays in use
    assert found[0] == (OLD if has_old else None)
    assert found[-1] == NEW


def test_kills_at_random_moments_never_leave_half_a_version(tmp_path: Path, manifest: IndexManifest) -> None:
    root = tmp_path / "随机 时刻"
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    n_written = 0
    for _ in range(12):
        process = start("-c", WRITING, str(root), str(n_written))
        assert process.stdout is not None
        if n_written or moments.random() < 0.5:
            n_written = int(process.stdout.readline())
        time.sleep(moments.uniform(0, 0.15))
        confirmed = [int(line) for line in kill(process).split()]
        n_written = max([n_written, *confirmed])
        in_use = read_manifest(root)
        if in_use is None:
            assert n_written == 0, f"seed {seed}"
            continue
        number = in_use.embedding_model
        assert int(number) in (n_written, n_written + 1), f"seed {seed}"  # what was confirmed is not lost
        assert stored_files(root) == {f"{i}": number.encode() * 20_000 for i in range(8)}, f"seed {seed}"
        n_written = int(number)
    assert n_written > 0
    write_version(root, NEW, manifest)
    assert sorted(path.name[:2] for path in root.iterdir()) == [".l", "CU", "v-"]  # the remains are cleared away


def test_index_killed_at_random_moments_leaves_an_index_that_answers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "数据", reader="none", refusal_threshold=0.0)
    arguments = ["index", "--force", "--home", str(settings.home)]
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    path = index_path(settings)
    for _ in range(4):
        before = read_manifest(path)
        process = start("-c", INDEXING, *arguments)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        time.sleep(moments.uniform(0.1, 1.5))
        kill(process)
        in_use = read_manifest(path)
        assert in_use is not None or before is None, f"seed {seed}"
        if in_use is not None:
            assert len(stored_files(path)["chunks.jsonl"].splitlines()) == in_use.n_chunks, f"seed {seed}"
    model = HashingEmbedder()
    qa = build_qa(settings, embedder=model)
    assert "161" in qa.ask("西海岸新区军民融合企业有多少家？").text
    assert [passage.chunk.case_number for passage in qa.retrieve("苹果“保险+期货+银行”", k=1)] == [10]


@pytest.fixture
def small(casechat_home: Path, default_embedder: Embedder, tmp_path: Path) -> Iterator[Settings]:
    """Settings for a small compilation beside the real one, its index written."""
    path = tmp_path / "被杀的汇编.txt"
    path.write_text(SMALL, encoding="utf-8")
    settings = Settings(home=casechat_home, compilation=path)
    build_qa(settings, embedder=default_embedder)
    yield settings
    shutil.rmtree(index_path(settings))


@pytest.mark.slow
def test_the_real_command_killed_as_it_writes_leaves_the_old_index(small: Settings, default_embedder: Embedder) -> None:
    path = index_path(small)
    old = (read_manifest(path), dict(stored_files(path)))
    process = start("-m", "rag", "index", "--force", "--home", str(small.home), "--compilation", str(small.compilation))
    deadline_s = time.monotonic() + WAIT_S
    in_use_before = (path / "CURRENT").read_bytes()
    while process.poll() is None and time.monotonic() < deadline_s:
        if list(path.glob("tmp-v-*")) or (path / "CURRENT").read_bytes() != in_use_before:
            break
        time.sleep(0.0005)
    kill(process)
    in_use = read_manifest(path)
    assert in_use is not None
    if in_use == old[0]:
        assert dict(stored_files(path)) == old[1]
    qa = build_qa(small, embedder=default_embedder)
    assert qa.ask("一网通办把多少个系统并入一个平台？").text == "把 36 个系统并入一个平台。[1]"


SMALL = """2021 年临江市 改革案例选编

临江市人民政府办公室

2021 年 3 月

目 录

推行“一网通办” 方便群众办事（市大数据局）\t1
老旧小区改造“三步走”（市住建局）\t6

推行“一网通办” 方便群众办事

市大数据局

一、工作背景

过去群众办事要跑多个部门，材料多、时间长、成本高。

二、主要做法

（一）统一入口。把 36 个系统并入一个平台。

（二）统一标准。编制办事指南 1200 份。

老旧小区改造“三步走”

市住建局

一、基本情况

全市改造小区 58 个，惠及居民 2.3 万户。
"""
