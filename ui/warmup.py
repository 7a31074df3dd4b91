"""Builds the CaseQA in the background, so that the page answers before the model is loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.errors import CaseChatError
from ui.i18n import Texts
from ui.logs import without_paths

if TYPE_CHECKING:  # importing it would import the model's libraries
    from rag.pipeline import CaseQA

Progress = Callable[[str, int, int], None]
Build = Callable[[Progress], "CaseQA"]
State = Literal["waiting", "running", "ready", "failed"]


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
    """The sentence to show; empty unless `state` is `failed`, and then where the error was not foreseen."""

    def sentence(self, texts: Texts) -> str:
        """Return the state in words, "正在准备模型… 3/30"; empty when ready."""
        if self.state == "ready":
            return ""
        if self.state == "failed":
            return self.error or texts("warmup.unexpected")
        stage = self.stage.rstrip("….").removeprefix("正在")
        shown = texts.known(f"stage.{stage}") or (texts("warmup.stage", stage=stage) if stage else texts("warmup.any"))
        return f"{shown}… {self.done}/{self.total}" if self.total > 1 else f"{shown}…"


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

    @property
    def finished(self) -> bool:
        """Whether it has ended, well or badly."""
        return self._finished.is_set()

    def start(self) -> None:
        """Start building in a daemon thread; a stopped server does not wait for it."""
        threading.Thread(target=self._run, name="casechat-warmup", daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Return whether it has finished, well or badly, waiting at most `timeout_s`."""
        return self._finished.wait(timeout_s)

    def _run(self) -> None:
        self._status = WarmupStatus(state="running")
        # An unexpected exception goes on to threading.excepthook, which logs it;
        # the page meanwhile must not wait for ever, so this is the status unless it is replaced.
        final = WarmupStatus(state="failed")
        try:
            self._qa = self._build(self._report)
            final = WarmupStatus(state="ready")
        except CaseChatError as exc:
            final = WarmupStatus(state="failed", error=without_paths(str(exc)))
        finally:
            self._status = final
            self._finished.set()

    def _report(self, stage: str, done: int, total: int) -> None:
        self._status = WarmupStatus(state="running", stage=stage, done=done, total=total)
