"""ASGI middleware: whose request it is. A login where there is one, else a random id in an HttpOnly cookie.

The owner reaches the handlers as a request header that no client can set: what a client sends under its name is dropped.
"""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.auth import Logins, sha256
from ui.i18n import LANGS, Lang, Texts, preferred_language

OWNER_HEADER = "x-casechat-owner"
ID_COOKIE = "casechat_id"
LOGIN_COOKIE = "casechat_login"
LANG_COOKIE = "casechat_lang"
COOKIE_S = 400 * 86400
_OPEN_PATHS = ("/login", "/health", "/ready", "/favicon.ico", "/robots.txt")
_PAGES = ("/", "/en", "/en/")
_ID = re.compile(r"[A-Za-z0-9_-]{32}")


class Identity:
    """Names the owner of every request; without a login, where one is needed, only the login page is served."""

    def __init__(self, app: ASGIApp, *, logins: Logins) -> None:
        self._app = app
        self._logins = logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its owner, or send the browser to the login or to its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookies = read_cookies(scope)
        new_id = ""
        if self._logins.required:
            user = self._logins.user_of(cookies.get(LOGIN_COOKIE, ""))
            if user is None and scope["path"] not in _OPEN_PATHS:
                await self._refuse(scope)(scope, receive, send)
                return
            owner = f"user:{user}" if user else ""
        else:
            given = cookies.get(ID_COOKIE, "")
            new_id = "" if _ID.fullmatch(given) else secrets.token_urlsafe(24)
            owner = f"browser:{sha256(new_id or given)[:40]}"
        lang = chosen_language(cookies, scope)
        if scope["path"] == "/" and lang != "zh" and scope["method"] == "GET":
            response = RedirectResponse(f"{Texts(lang).base}/", status_code=307)
            if new_id:
                response.headers.append("set-cookie", cookie(ID_COOKIE, new_id))
            await response(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and new_id and scope["path"] in _PAGES:
                MutableHeaders(scope=message).append("set-cookie", cookie(ID_COOKIE, new_id))
            await send(message)

        named = OWNER_HEADER.encode()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != named]
        headers.append((named, owner.encode("utf-8")))
        await self._app({**scope, "headers": headers}, receive, send_with_cookie)

    def _refuse(self, scope: Scope) -> Response:
        if scope["path"] in _PAGES and scope["method"] == "GET":
            return RedirectResponse("/login", status_code=303)
        texts = Texts(chosen_language(read_cookies(scope), scope))
        return PlainTextResponse(texts("login.needed"), status_code=401)


def read_cookies(scope: Scope) -> dict[str, str]:
    """Return the cookies of a request; none where they cannot be read."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def chosen_language(cookies: dict[str, str], scope: Scope) -> Lang:
    """Return the language switched to, else the browser's."""
    for lang in LANGS:
        if cookies.get(LANG_COOKIE) == lang:
            return lang
    return preferred_language(Headers(scope=scope).get("accept-language", ""))


def cookie(name: str, value: str, *, max_age_s: int = COOKIE_S, http_only: bool = True) -> str:
    """Return a Set-Cookie header; an age of 0 removes the cookie."""
    return f"{name}={value}; Max-Age={max_age_s}; Path=/; SameSite=Lax{'; HttpOnly' if http_only else ''}"


def owner_of(headers: object) -> str:
    """Return the owner that the middleware named. KeyError where it did not run."""
    raw: str = headers[OWNER_HEADER]  # type: ignore[index]
    return raw.encode("latin-1").decode("utf-8")
