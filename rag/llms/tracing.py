"""No question leaves the machine unasked: LangChain's and LangSmith's tracing variables are not obeyed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def tracing(*, allowed: bool) -> Iterator[None]:
    """Run the block with tracing off, whatever LANGCHAIN_TRACING_V2 or LANGSMITH_TRACING say, unless it is allowed."""
    if allowed:
        yield
        return
    from langsmith.run_helpers import tracing_context

    with tracing_context(enabled=False):
        yield


def forget_old_tracing() -> None:
    """Drop the variables of LangChain's first tracing from this process: where they are set, every model call is an error."""
    for name in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
        os.environ.pop(name, None)
