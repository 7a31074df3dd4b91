"""Starting: only on this machine, and a port that cannot be had is explained."""

from __future__ import annotations

import socket

import pytest

from rag.errors import ServerError
from rag.settings import Settings
from ui import __main__ as command
from ui.server import address, bind, require_loopback


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
def test_any_host_but_this_machine_is_refused(host: str) -> None:
    with pytest.raises(ServerError) as caught:
        require_loopback(host)
    assert str(caught.value) == (
        f"不能在地址 {host} 上提供服务：这一版没有密码保护，只允许本机访问（密码保护在以后的版本提供）。"
        "请去掉 --host，或使用 --host 127.0.0.1。"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_is_accepted(host: str) -> None:
    require_loopback(host)


def test_a_foreign_host_on_the_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
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
