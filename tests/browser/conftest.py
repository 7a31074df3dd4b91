"""Chromium, the real server, and pages whose every request and script error is looked at."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from rag.settings import PROJECT_PATH, Settings
from ui.app import create_app
from ui.warmup import Build

# Read here: the session hides CASECHAT_… variables from everything it runs.
NO_BROWSER = os.environ.get("CASECHAT_NO_BROWSER") == "1"
KEEP_IMAGES = os.environ.get("CASECHAT_KEEP_IMAGES") == "1"

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_TIMEOUT_S = 60
# The first answer of a run may wait until the model is unpacked and the index built, on two busy cores.
FIRST_ANSWER_TIMEOUT_MS = 300_000
TIMEOUT_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip this folder where the environment asks for it; a missing browser alone is a failure."""
    for item in items:
        if NO_BROWSER and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason="CASECHAT_NO_BROWSER=1"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A real Chromium: the system's, else the one playwright installed."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None) or playwright.chromium.executable_path
    if not Path(found).exists():
        pytest.fail(
            "没有 Chromium，浏览器测试无法运行。请先运行 apt-get install chromium fonts-noto-cjk；"
            "不想运行浏览器测试，请设置 CASECHAT_NO_BROWSER=1。",
            pytrace=False,
        )
    browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def server_url(clean_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`python -m ui` with the real compilation and model, on a free port."""
    port = free_port()
    log_path = tmp_path_factory.mktemp("server") / "log.txt"
    with log_path.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "ui", "--port", str(port)], cwd=PROJECT_PATH, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, lambda: server.poll() is None, lambda: log_path.read_text(encoding="utf-8"))
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serve a pipeline of the test's own in this process, with a data directory of its own; return the URL."""
    with contextlib.ExitStack() as stack:

        def start(build: Build, **options: Any) -> str:
            port = free_port()
            app = create_app(Settings(port=port, **{"home": tmp_path / "home", **options}), build)
            server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            stack.callback(thread.join, 20)
            stack.callback(setattr, server, "should_exit", True)
            url = f"http://127.0.0.1:{port}"
            wait_for(url, thread.is_alive, lambda: "")
            return url

        yield start


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a browser session of its own.

    At the end of the test every request must have gone to this machine and no script may have failed.
    """
    contexts: list[BrowserContext] = []
    hosts: set[str] = set()
    failures: list[str] = []

    def open_one(
        url: str, *, width: int = 1440, height: int = 900, color_scheme: str = "light", locale: str = "zh-CN"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=color_scheme,  # type: ignore[arg-type]
            locale=locale,
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc.split(":")[0]))
        context.on("weberror", lambda error: failures.append(str(error.error)))
        context.on("dialog", lambda dialog: failures.append(f"dialog: {dialog.message}"))
        page = context.new_page()
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert hosts == {"127.0.0.1"}
    assert failures == []


@pytest.fixture
def keep_image(tmp_path: Path) -> Callable[[Page, str], Path]:
    """Take a screenshot: into docs/images/ with CASECHAT_KEEP_IMAGES=1, else into the test's own folder."""

    def keep(page: Page, name: str) -> Path:
        path = (PROJECT_PATH / "docs" / "images" if KEEP_IMAGES else tmp_path) / name
        page.screenshot(path=path)
        return path

    return keep


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, alive: Callable[[], bool], log: Callable[[], str]) -> None:
    """Wait until the server answers; fail with its log when it ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while alive() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the server at {url} did not answer:\n{log()}")
