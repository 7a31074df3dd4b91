"""Builds the CaseQA in the background, so that the page answers before the model is loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.errors import CaseChatError

if TYPE_CHECKING:  # importing it would import the model's libraries
    from rag.pipeline import CaseQA

Progress = Callable[[str, int, int], None]
Build = Callable[[Progress], "CaseQA"]
State = Literal["waiting", "running", "ready", "failed"]

UNEXPECTED = "准备时出现程序内部错误。请在终端用 python -m ui --debug 重新启动，并查看那里的错误信息。"


@dataclass(frozen=True, slots=True)
class WarmupStatus:
    """How far the warm-up has come."""

    state: State
    stage: str = ""
    """What is being done, in Chinese."""
    done: int = 0
    total: int = 0
    """0 or 1 where there is nothing to count."""
    error: str = ""
    """The sentence to show; empty unless `state` is `failed`."""

    def sentence(self) -> str:
        """Return the state in words, "正在准备模型… 3/30"; empty when ready."""
        if self.state == "ready":
            return ""
        if self.state == "failed":
            return self.error
        stage = self.stage.rstrip("….") or "正在准备"
        if not stage.startswith("正在"):
            stage = f"正在{stage}"
        return f"{stage}… {self.done}/{self.total}" if self.total > 1 else f"{stage}…"


class Warmup:
    """One background build of a CaseQA; safe to read from every thread."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._finished = threading.Event()
        self._status = WarmupStatus(state="waiting")
        self._qa: CaseQA | None = None

    @property
    def status(self) -> WarmupStatus:
        """How far it has come at this moment."""
        return self._status

    @property
    def qa(self) -> CaseQA | None:
        """The pipeline; None until ready."""
        return self._qa

    def start(self) -> None:
        """Start building in a daemon thread; a stopped server does not wait for it."""
        threading.Thread(target=self._run, name="casechat-warmup", daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Return whether it has finished, well or badly, waiting at most `timeout_s`."""
        return self._finished.wait(timeout_s)

    def _run(self) -> None:
        self._status = WarmupStatus(state="running")
        # An unexpected exception goes on to threading.excepthook, which prints it in the terminal;
        # the page meanwhile must not wait for ever, so this is the status unless it is replaced.
        final = WarmupStatus(state="failed", error=UNEXPECTED)
        try:
            self._qa = self._build(self._report)
            final = WarmupStatus(state="ready")
        except CaseChatError as exc:
            final = WarmupStatus(state="failed", error=str(exc))
        finally:
            self._status = final
            self._finished.set()

    def _report(self, stage: str, done: int, total: int) -> None:
        self._status = WarmupStatus(state="running", stage=stage, done=done, total=total)
