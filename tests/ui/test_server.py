"""Starting: only on this machine, and a port that cannot be had is explained."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest

from rag.errors import ServerError
from rag.settings import Settings
from ui import __main__ as command
from ui.server import address, bind, require_password_elsewhere


@pytest.fixture
def taken() -> socket.socket:
    """A listening socket on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def test_a_port_in_use_names_the_port_and_another(taken: socket.socket, capsys: pytest.CaptureFixture[str]) -> None:
    with taken:
        port = taken.getsockname()[1]
        status = command.main(["--port", str(port)])
    assert status == 2
    assert capsys.readouterr().err == (
        f"错误：端口 {port} 已被占用，可能案例问答已经在运行（看看 http://127.0.0.1:{port}）。"
        f"也可以换一个端口：python -m ui --port {port + 1}\n"
    )


def test_the_default_port_in_use_offers_7861(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(self: socket.socket, address: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(socket.socket, "bind", in_use)
    with pytest.raises(ServerError) as caught:
        bind("127.0.0.1", 7860)
    assert str(caught.value) == (
        "端口 7860 已被占用，可能案例问答已经在运行（看看 http://127.0.0.1:7860）。"
        "也可以换一个端口：python -m ui --port 7861"
    )


def test_debug_shows_the_traceback(taken: socket.socket) -> None:
    with taken, pytest.raises(ServerError, match="已被占用"):
        command.main(["--debug", "--port", str(taken.getsockname()[1])])


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com", ""])
def test_any_host_but_this_machine_needs_a_password(host: str, tmp_path: Path) -> None:
    with pytest.raises(ServerError) as caught:
        require_password_elsewhere(Settings(home=tmp_path, host=host))
    assert str(caught.value) == (
        f"不能在地址 {host} 上提供服务：别的机器能访问的地址必须先设密码。"
        "请先运行 python -m ui password 用户名，或去掉 --host，只在本机使用。"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_no_password(host: str, tmp_path: Path) -> None:
    require_password_elsewhere(Settings(home=tmp_path, host=host))


def test_another_host_is_served_once_there_is_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASECHAT_HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert command.main(["password", "张三"]) == 0
    assert "correct horse" not in capsys.readouterr().out + (tmp_path / "users.json").read_text(encoding="utf-8")
    assert (tmp_path / "users.json").stat().st_mode & 0o077 == 0
    require_password_elsewhere(Settings(home=tmp_path, host="0.0.0.0"))


@pytest.mark.parametrize(("typed", "n"), [("", 0), ("short", 5), ("x" * 1025, 1025)])
def test_a_password_too_short_or_long_is_refused(
    typed: str, n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASECHAT_HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    assert command.main(["password", "张三"]) == 2
    assert capsys.readouterr().err == f"错误：密码有 {n} 个字符，应有 8 到 1024 个。请换一个密码。\n"


def test_a_foreign_host_on_the_command_line_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASECHAT_HOME", str(tmp_path))
    assert command.main(["--host", "0.0.0.0"]) == 2
    assert capsys.readouterr().err.startswith("错误：不能在地址 0.0.0.0 上提供服务：")


def test_a_port_out_of_range_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--port", "99999"]) == 2
    assert capsys.readouterr().err.startswith("错误：设置 port 的值 99999 不合要求")


def test_a_port_that_needs_rights_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbidden)
    with pytest.raises(ServerError) as caught:
        bind("127.0.0.1", 80)
    assert str(caught.value) == (
        "没有权限使用端口 80（小于 1024 的端口归系统管理）。请换一个端口：python -m ui --port 7861"
    )


def test_the_address_can_be_opened_in_a_browser() -> None:
    assert address(Settings(port=7861)) == "http://127.0.0.1:7861"
    assert address(Settings(host="::1")) == "http://[::1]:7860"
