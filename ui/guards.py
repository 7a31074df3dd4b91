"""ASGI middleware: only the paths the page needs are served, and the browser is told to talk to nobody else.

Written as plain ASGI: Starlette's BaseHTTPMiddleware would buffer between the page and its event stream.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio 6.31 serves more than this page uses (files of the server, uploads, a proxy, an API page, a
# vibe-coding editor). What is not listed here is not there.
_EXACT = frozenset(
    {
        "/",
        "/health",
        "/config",
        "/theme.css",
        "/gradio_api/theme.css",
        "/favicon.ico",
        "/manifest.json",
        "/robots.txt",
        "/gradio_api/startup-events",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/app_id",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
    }
)
_UNDER = ("/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/", "/gradio_api/run/")

# Gradio's page needs inline scripts and `new Function`; everything else comes from this server.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src 'none'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


class PathGuard:
    """Answers 404 for every path the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and not is_served(scope["path"]):
            await PlainTextResponse("没有这个页面。", status_code=404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_served(path: str) -> bool:
    """Return whether the page needs this path."""
    return path in _EXACT or (path.startswith(_UNDER) and ".." not in path)


class SecurityHeaders:
    """Adds the headers that keep the browser from loading anything from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the head of its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
