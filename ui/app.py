"""The web application: FastAPI with a Gradio page for each language, our own routes, and what guards them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import gradio as gr
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rag.settings import Settings
from ui.answering import Answering
from ui.auth import Logins, Users
from ui.evaluations import Evaluations
from ui.guards import BodyLimit, OriginGuard, PathGuard, SecurityHeaders
from ui.handlers import ChatHandlers
from ui.i18n import LANGS, Texts
from ui.identity import Identity
from ui.login import login_routes
from ui.models import ModelChoices
from ui.page import build_page
from ui.routes import file_routes
from ui.server import is_loopback
from ui.services import Services
from ui.store import ConversationStore
from ui.theme import build_theme
from ui.warmup import Build, Warmup
from ui.wiring import read_static

# A name that leads to 127.0.0.1 by somebody else's DNS must not reach the page (DNS rebinding).
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
MAX_BODY_BYTES = 64 * 1024
STYLES = ("base.css", "chat.css", "reader.css", "tabs.css")


def create_app(settings: Settings, build: Build) -> FastAPI:
    """Return the application; the warm-up, `build` in a background thread, starts with the server, not here."""
    warmup = Warmup(build)
    store = ConversationStore(settings.home)
    logins = Logins(Users(settings.home), store)
    evaluations = Evaluations(settings, warmup)
    models = ModelChoices(settings, store)
    answering = Answering(settings, warmup, store=store, models=models)
    chat = ChatHandlers(settings, warmup, store=store, answering=answering, models=models)
    services = Services(settings, warmup, store, chat, evaluations, needs_login=logins.required)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.prepare(notice="chat.interrupted")
        warmup.start()
        yield

    app = FastAPI(title="CaseChat", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(login_routes(logins))
    app.include_router(file_routes(settings, warmup, store=store, evaluations=evaluations))
    # The page at "/" takes every path, so that it is mounted last.
    for lang in sorted(LANGS, key=lambda one: Texts(one).base, reverse=True):
        _mount(app, services, Texts(lang))
    app.add_middleware(PathGuard)
    app.add_middleware(Identity, logins=logins)
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES, of_path={"/questions": settings.max_upload_kb * 1024})
    app.add_middleware(OriginGuard)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(settings), www_redirect=False)
    return app


def allowed_hosts(settings: Settings) -> list[str]:
    """Return the names under which the page is reached: of this machine alone, or any where it listens to others."""
    return list(LOOPBACK_HOSTS) if is_loopback(settings.host) else ["*"]


def _mount(app: FastAPI, services: Services, texts: Texts) -> None:
    gr.mount_gradio_app(
        app,
        build_page(services, texts),
        path=texts.base or "/",
        server_name=services.settings.host,
        server_port=services.settings.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=build_theme(),
        css="\n".join(read_static(name) for name in STYLES),
        head=f'<script>window.casechatLang = "{texts.lang}";\n{read_static("page.js")}</script>',
    )
