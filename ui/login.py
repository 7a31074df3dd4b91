"""The login page: a form, and nothing else of the application."""

from __future__ import annotations

import asyncio
from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ui.auth import LOGIN_DAYS, Logins
from ui.i18n import Texts
from ui.identity import LOGIN_COOKIE, chosen_language, cookie, read_cookies
from ui.logs import log_event

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;display:grid;place-items:center;"
    "min-height:90vh;margin:0}form{display:grid;gap:12px;width:min(320px,88vw)}label{display:grid;gap:4px}"
    "input,button{font:inherit;padding:8px 12px}h1{font-size:20px;margin:0}p{margin:0}"
)


def login_routes(logins: Logins) -> APIRouter:
    """Return /login and /logout."""
    router = APIRouter()

    @router.get("/login")
    def form(request: Request) -> Response:
        return _page(_texts(request), "") if logins.required else RedirectResponse("/", status_code=303)

    @router.post("/login")
    async def enter(request: Request) -> Response:
        texts = _texts(request)
        address = request.client.host if request.client else ""
        if wait_s := logins.wait_s(address):
            return _page(texts, texts("login.wait", seconds=int(wait_s) + 1), status=429)
        fields = parse_qs((await request.body()).decode("utf-8", errors="replace"))
        user, password = (fields.get(name, [""])[0] for name in ("user", "password"))
        token = await asyncio.to_thread(logins.enter, user, password)  # half a second of hashing
        log_event("login", ok=token is not None)
        if token is None:
            return _page(texts, texts("login.wrong"), status=401)
        response = RedirectResponse("/", status_code=303)
        response.headers.append("set-cookie", cookie(LOGIN_COOKIE, token, max_age_s=LOGIN_DAYS * 86400))
        return response

    @router.post("/logout")
    def leave(request: Request) -> Response:
        logins.leave(request.cookies.get(LOGIN_COOKIE, ""))
        response = RedirectResponse("/login", status_code=303)
        response.headers.append("set-cookie", cookie(LOGIN_COOKIE, "", max_age_s=0))
        return response

    return router


def _texts(request: Request) -> Texts:
    return Texts(chosen_language(read_cookies(request.scope), request.scope))


def _page(texts: Texts, message: str, *, status: int = 200) -> HTMLResponse:
    said = f'<p role="alert">{escape(message)}</p>' if message else ""
    lang = "zh-CN" if texts.lang == "zh" else texts.lang
    title = escape(texts("header.title"))
    return HTMLResponse(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title}</title><style>{_STYLE}</style></head><body><form method="post" action="/login"><h1>{title}</h1>'
        f'{said}<label>{escape(texts("login.user"))}<input name="user" autocomplete="username" required autofocus></label>'
        f'<label>{escape(texts("login.password"))}<input name="password" type="password" autocomplete="current-password" required>'
        f"</label><button>{escape(texts('login.enter'))}</button></form></body></html>",
        status_code=status,
    )
