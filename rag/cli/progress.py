"""Shows on stderr how far a stage has come: a bar in a terminal, a line a stage elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from tqdm import tqdm  # type: ignore[import-untyped]


class StageProgress:
    """Callable as `rag.factory.Progress`; a context manager that closes the last bar."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        """The stages reported so far, in order; empty when there was nothing to do."""
        self._bar: tqdm | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report that `done` of `total` steps of a stage are done; total 0 where it cannot be counted."""
        if not self.stages or self.stages[-1] != stage:
            self._open(stage, total)
        if self._bar is not None:
            self._bar.total = total or None
            self._bar.update(done - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _open(self, stage: str, total: int) -> None:
        self._close()
        self.stages.append(stage)
        if sys.stderr.isatty():
            self._bar = tqdm(desc=stage, total=total or None, file=sys.stderr)
        else:
            print(f"{stage}……", file=sys.stderr)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
