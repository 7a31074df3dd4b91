"""Starts the web server: checks the address, takes the port, then builds the page and serves it."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import TYPE_CHECKING

from rag.errors import ServerError
from rag.settings import Settings
from ui.auth import Users
from ui.logs import log_event, start_logging

if TYPE_CHECKING:  # for the annotations only: these import the model's libraries, which the page does not wait for
    from rag.pipeline import CaseQA
    from ui.warmup import Progress

BACKLOG = 128
STOP_TIMEOUT_S = 2


def serve(settings: Settings, *, debug: bool = False) -> None:
    """Serve the page until interrupted; prints one line with its address.

    Raises ServerError when others reach the host and nobody has a password, or the port cannot be taken.
    """
    require_password_elsewhere(settings)
    listener = bind(settings.host, settings.port)
    start_logging(debug=debug)
    with listener:
        # Gradio takes a second or two to import: after the port is ours, so that a port in use is said at once.
        import uvicorn

        from ui.app import create_app

        app = create_app(settings, lambda on_progress: _build_qa(settings, on_progress))
        config = uvicorn.Config(
            app,
            log_level="info" if debug else "warning",
            log_config=None,
            access_log=debug,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        print(f"案例问答：{address(settings)}（按 Ctrl+C 停止）", flush=True)
        log_event("started", host=settings.host, port=settings.port)
        uvicorn.Server(config).run(sockets=[listener])


def _build_qa(settings: Settings, on_progress: Progress) -> CaseQA:
    # Here, not at the top: this import brings in torch, and it happens in the warm-up's thread.
    from rag.factory import build_qa

    return build_qa(settings, on_progress=on_progress)


def require_password_elsewhere(settings: Settings) -> None:
    """Raise ServerError where others reach the host and nobody has a password."""
    if not is_loopback(settings.host) and not Users(settings.home).read():
        raise ServerError(
            f"不能在地址 {settings.host} 上提供服务：别的机器能访问的地址必须先设密码。"
            "请先运行 python -m ui password 用户名，或去掉 --host，只在本机使用。"
        )


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches the host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises ServerError, naming the port and the remedy, when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # A restart must not wait for old connections to time out. Not on Windows, where it would share the port.
    if hasattr(socket, "SO_REUSEPORT"):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as exc:
        listener.close()
        raise ServerError(_reason(exc, host, port)) from exc
    return listener


def _reason(exc: OSError, host: str, port: int) -> str:
    other = port + 1 if 1024 <= port < 65535 else 7861
    remedy = f"python -m ui --port {other}"
    if exc.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用，可能案例问答已经在运行（看看 http://{host}:{port}）。也可以换一个端口：{remedy}"
    if exc.errno == errno.EACCES:
        return f"没有权限使用端口 {port}（小于 1024 的端口归系统管理）。请换一个端口：{remedy}"
    return f"不能在 {host} 的端口 {port} 上提供服务：{exc.strerror}。请检查 --host 和 --port，例如：{remedy}"


def address(settings: Settings) -> str:
    """Return the URL of the page."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
