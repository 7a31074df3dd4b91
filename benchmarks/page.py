"""Times the page in a real browser: its weight, when it can be used, and from the key pressed to the first visible words."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.speed import Measurement, percentile, provenance, rounded, step_environment
from benchmarks.workers import read_questions
from rag.errors import CaseChatError
from rag.settings import PROJECT_PATH, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
N_OPENINGS = 5
N_QUESTIONS = 40
SEED = 2018
"""Of the sample of questions."""
QUIET_MS = 5000
"""Without a task over 50 ms: then the page is interactive, as https://web.dev/articles/tti counts."""
START_TIMEOUT_S = 300
TIMEOUT_MS = 60_000

_WATCH_TASKS = """
window.longTasksEnd = 0;
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longTasksEnd = Math.max(window.longTasksEnd, task.startTime + task.duration);
}).observe({ type: "longtask", buffered: true });
"""
# The words are visible with the frame after the one in which they enter the document.
_WATCH_WORDS = """() => {
  window.pressed = 0;
  window.words = 0;
  addEventListener("keydown", (event) => { if (event.key === "Enter") window.pressed = event.timeStamp; }, true);
  const live = document.getElementById("cc-live");
  new MutationObserver(() => {
    const said = live.querySelector(".cc-text, .cc-refusal")?.textContent.trim();
    if (!window.pressed || window.words || !said || live.dataset.before === live.querySelector(".cc-turn").id) return;
    requestAnimationFrame(() => requestAnimationFrame((at) => { window.words = window.words || at; }));
  }).observe(live, { childList: true, subtree: true, characterData: true });
}"""


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of the page, its cache empty."""

    weight_kb: float
    """Sent over the wire, headers included, in KiB."""
    n_requests: int
    painted_ms: float
    """First contentful paint."""
    usable_ms: float
    """The question box takes text."""
    interactive_ms: float
    """The end of the last task over 50 ms, at the earliest `usable_ms`."""


def measure_page(questions_path: Path, settings: Settings, *, report: Callable[[str], None]) -> dict[str, Any]:
    """Return the measurements with what they were made with.

    report: told in one line what is being measured.

    Raises CaseChatError when there is no browser or the server does not start.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as exc:
        raise CaseChatError("测量页面要用 playwright。请运行 make setup-dev，再用 .venv/bin/python 重试。") from exc

    rows = [row for row in read_questions(questions_path) if not row.get("history")]
    chosen = random.Random(SEED).sample(rows, min(N_QUESTIONS, len(rows)))
    with tempfile.TemporaryDirectory(prefix="casechat-bench-") as folder, sync_playwright() as driver:
        report("启动服务，准备模型……")
        with _server(Path(folder), settings) as url:
            report(f"打开页面 {N_OPENINGS} 次……")
            openings = [_open(driver, url) for _ in range(N_OPENINGS)]
            report(f"提问 {len(chosen)} 次……")
            latencies_ms = _ask_all(driver, url, [row["question"] for row in chosen])
    return {
        **provenance(questions_path, settings),
        "n_questions": len(chosen),
        "n_openings": N_OPENINGS,
        "load_average_1min": round(os.getloadavg()[0], 2),
        "left_out": "the first question after loading is asked once before it is timed; follow-ups; a chat model",
        "measurements": [rounded(one) for one in _measurements(openings, latencies_ms)],
        "latencies_ms": [round(value, 1) for value in latencies_ms],
    }


def _measurements(openings: Sequence[Opening], latencies_ms: Sequence[float]) -> list[Measurement]:
    def median(name: str) -> float:
        return float(statistics.median(getattr(one, name) for one in openings))

    return [
        Measurement("page_weight", median("weight_kb"), "KiB", None),
        Measurement("page_requests", median("n_requests"), "", None),
        Measurement("page_painted", median("painted_ms"), "ms", None),
        Measurement("page_usable", median("usable_ms"), "ms", None),
        Measurement("page_interactive", median("interactive_ms"), "ms", None),
        Measurement("first_words_median", statistics.median(latencies_ms), "ms", 300),
        Measurement("first_words_p95", percentile(latencies_ms, 95), "ms", None),
    ]


@contextlib.contextmanager
def _server(home: Path, settings: Settings) -> Iterator[str]:
    """Run `python -m ui` without any conversations until it is ready; yield its address.

    Model and index are those there are: how long they take to make is `speed`'s to measure.
    """
    for name in ("models", "index"):
        if (settings.home / name).is_dir():
            (home / name).symlink_to((settings.home / name).absolute())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = step_environment(home, settings) | {"CASECHAT_QUESTIONS_PER_MINUTE": "6000"}
    command = [sys.executable, "-m", "ui", "--port", str(port), "--llm", "extractive"]
    server = subprocess.Popen(command, cwd=PROJECT_PATH, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < deadline_s:
        try:
            urllib.request.urlopen(f"{url}/ready", timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):  # 503 while it gets ready
            time.sleep(0.2)
        else:
            return
    raise CaseChatError(f"{START_TIMEOUT_S} 秒内服务没有准备好。请运行 python -m ui 查看原因。")


@contextlib.contextmanager
def _page(driver: Playwright) -> Iterator[Page]:
    """Yield a page of a browser of its own, whose cache is empty."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None) or driver.chromium.executable_path
    if not Path(found).exists():
        raise CaseChatError("没有 Chromium。请先运行 apt-get install chromium fonts-noto-cjk。")
    browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
    try:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.set_default_timeout(TIMEOUT_MS)
        yield page
    finally:
        browser.close()


def _open(driver: Playwright, url: str) -> Opening:
    with _page(driver) as page:
        page.add_init_script(_WATCH_TASKS)
        sizes: list[float] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(url)
        page.wait_for_function("document.querySelector('#cc-question textarea')")
        usable_ms = page.evaluate("performance.now()")
        page.wait_for_function(f"performance.now() - Math.max({usable_ms}, window.longTasksEnd) > {QUIET_MS}")
        painted_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        interactive_ms = max(usable_ms, page.evaluate("window.longTasksEnd"))
        return Opening(sum(sizes) / 1024, len(sizes), painted_ms, usable_ms, interactive_ms)


def _ask_all(driver: Playwright, url: str, questions: Sequence[str]) -> list[float]:
    """Return the milliseconds from pressing Enter to the first visible words, for each question but a first one."""
    with _page(driver) as page:
        page.goto(url)
        page.wait_for_selector("#cc-question textarea")
        page.evaluate(_WATCH_WORDS)
        return [_ask(page, question) for question in (questions[0], *questions)][1:]


def _ask(page: Page, question: str) -> float:
    page.evaluate(
        """() => {
          window.pressed = window.words = 0;
          document.getElementById("cc-live").dataset.before = document.querySelector("#cc-live .cc-turn")?.id || "";
        }"""
    )
    box = page.locator("#cc-question textarea")
    box.fill(question)
    page.wait_for_timeout(200)  # the box has told the page what it holds
    box.press("Enter")
    page.wait_for_function("window.words > 0")
    taken_ms = float(page.evaluate("window.words - window.pressed"))
    page.wait_for_selector("#cc-live .cc-turn:not(.is-pending)")
    page.click("#cc-new")
    page.wait_for_selector(".cc-welcome")
    return taken_ms
