"""What the machine tells of itself."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from rag.machine import (
    describe_machine,
    folder_bytes,
    free_disk_bytes,
    installed_version,
    memory_bytes,
    pinned_versions,
)


def test_pins_are_read_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("# 注释\n-c constraints.txt\n\na_b.c==1.0\nd==2 ; sys_platform == 'linux'\n", encoding="utf-8")
    assert pinned_versions(path) == {"a_b.c": "1.0", "d": "2"}


def test_an_empty_file_pins_nothing(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("")
    assert pinned_versions(path) == {}


def test_a_package_that_is_not_installed_has_no_version() -> None:
    assert installed_version("no-such-package-here") is None
    assert installed_version("pytest") == pytest.__version__


def test_the_machine_names_its_cores_and_python() -> None:
    machine = describe_machine()
    assert machine["n_cores"] >= 1
    assert machine["processor"]
    assert machine["python"] == platform.python_version()


def test_memory_is_read_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:       24000000 kB\nMemAvailable:    2048 kB\n")
    assert memory_bytes("MemAvailable", path) == 2048 * 1024
    assert memory_bytes("SwapTotal", path) is None


def test_a_system_without_meminfo_tells_nothing(tmp_path: Path) -> None:
    assert memory_bytes("MemTotal", tmp_path / "none") is None


def test_the_disk_of_a_folder_yet_to_be_made_is_that_of_its_parent(tmp_path: Path) -> None:
    assert free_disk_bytes(tmp_path / "案例" / "数据") > 0


def test_a_folder_weighs_what_its_files_do(tmp_path: Path) -> None:
    assert folder_bytes(tmp_path / "none") == 0
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "𠀀.bin").write_bytes(b"12345")
    (tmp_path / "b.bin").write_bytes(b"123")
    assert folder_bytes(tmp_path) == 8
