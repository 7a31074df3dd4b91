"""ASGI middleware: only the paths the page needs are served, and the browser is told to talk to nobody else.

Written as plain ASGI: Starlette's BaseHTTPMiddleware would buffer between the page and its event stream.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.i18n import Texts
from ui.identity import chosen_language, read_cookies

# Gradio 6.31 serves more than this page uses (files of the server, uploads, a proxy, an API page, a
# vibe-coding editor). What is not listed here is not there.
_EXACT = frozenset(
    {
        "/",
        "/health",
        "/ready",
        "/login",
        "/logout",
        "/language",
        "/questions",
        "/ratings.jsonl",
        "/cases.csv",
        "/cases.xlsx",
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
_OURS = ("/export/", "/runs/")
_UNDER = (*_OURS, "/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/", "/gradio_api/run/")

# Gradio's page needs inline scripts and `new Function`; everything else comes from this server.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src 'none'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class PathGuard:
    """Answers 404 for every path the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and not is_served(scope["path"]):
            await PlainTextResponse(_texts(scope)("guard.missing"), status_code=404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _texts(scope: Scope) -> Texts:
    return Texts(chosen_language(read_cookies(scope), scope))


def is_served(path: str) -> bool:
    """Return whether the page needs this path; the English page has its own copy under /en."""
    own = path.removeprefix("/en") if path.startswith("/en/") else path
    return own in _EXACT or path == "/en" or (own.startswith(_UNDER) and ".." not in own)


class OriginGuard:
    """Refuses what another site's page sends on behalf of a person who is known here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it changes something and comes from elsewhere."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and origin.split("://", 1)[-1] != headers.get("host"):
                await PlainTextResponse(_texts(scope)("guard.origin"), status_code=403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Answers 413 for a request body longer than a limit; the limit of some paths is their own."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, of_path: Mapping[str, int]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._of_path = of_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then pass the request on."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        limit = self._of_path.get(scope["path"], self._max_bytes)
        given = Headers(scope=scope).get("content-length", "0")
        body = b"" if not given.isdecimal() or int(given) <= limit else None
        while body is not None:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > limit:
                body = None
            elif not message.get("more_body", False):
                break
        if body is None:
            answer = _texts(scope)("guard.too_large", limit=limit // 1024)
            await PlainTextResponse(answer, status_code=413)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body that was read, then what comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


class SecurityHeaders:
    """Adds the headers that keep the browser from loading anything from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the head of its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
