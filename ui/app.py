"""The web application: FastAPI with the Gradio page at `/` and `/health`, and what keeps it to this machine."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import gradio as gr
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rag.settings import Settings
from ui.guards import PathGuard, SecurityHeaders
from ui.handlers import ChatHandlers
from ui.page import build_page, read_static
from ui.theme import build_theme
from ui.warmup import Build, Warmup

# A name that leads to 127.0.0.1 by somebody else's DNS must not reach the page (DNS rebinding).
ALLOWED_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def create_app(settings: Settings, build: Build) -> FastAPI:
    """Return the application; the warm-up, `build` in a background thread, starts with the server, not here."""
    warmup = Warmup(build)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        warmup.start()
        yield

    app = FastAPI(title="CaseChat", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, object]:
        """Say that the server answers, and whether questions are answered yet. No message: it may name a path."""
        status = warmup.status
        return {"status": "ok", "model": status.state, "done": status.done, "total": status.total}

    gr.mount_gradio_app(
        app,
        build_page(ChatHandlers(settings, warmup)),
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=build_theme(),
        css=read_static("chat.css"),
        head=f"<script>{read_static('page.js')}</script>",
    )
    app.add_middleware(PathGuard)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(ALLOWED_HOSTS), www_redirect=False)
    return app
