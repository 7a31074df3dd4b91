"""Progress bars on the terminal, with the time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm  # type: ignore[import-untyped]

from eval.runner import OnResult


class ProgressBars:
    """One bar at a time on the terminal: a stage of building, then the questions."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._label = ""

    def stage(self, label: str, done: int, total: int) -> None:
        """Show how far a stage is; a new label opens a new bar."""
        self._show(label, done, total, unit="")

    def questions(self, label: str) -> OnResult:
        """Return what shows how many questions are answered, with the time left."""
        return lambda done, total: self._show(label, done, total, unit="题")

    def close(self) -> None:
        """End the bar that is open."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, label: str, done: int, total: int, unit: str) -> None:
        if self._bar is None or label != self._label:
            self.close()
            self._bar = tqdm(desc=label, total=total, initial=done, unit=unit, dynamic_ncols=True)
            self._label = label
        self._bar.update(done - self._bar.n)


@contextmanager
def progress_bars() -> Iterator[ProgressBars]:
    """Give bars that are closed at the end, whatever happens."""
    bars = ProgressBars()
    try:
        yield bars
    finally:
        bars.close()
