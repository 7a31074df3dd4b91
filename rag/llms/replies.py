"""Runs a model's reply as a task on an event loop of its own, so that it can be left at any moment.

Cancelling the task closes the connection, which a thread blocked in a read would not do; a slow model holds no thread.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import aclosing
from functools import cache
from typing import Any

from rag.errors import LlmError
from rag.llms.faults import fault_of

POLL_S = 0.05
Stopped = Callable[[], bool]
_END = object()


class Reply:
    """One reply being made; `pieces()` reads it, `close()` leaves it."""

    def __init__(
        self, source: Callable[[], AsyncIterator[Any]], *, name: str, silence_s: float, max_chars: int
    ) -> None:
        """Start the reply. source: makes the stream of message chunks; it is called on the event loop.

        silence_s: the longest wait for each chunk. max_chars: a reply that goes on for ever is cut there.
        """
        self._source = source
        self._name = name
        self._silence_s = silence_s
        self._max_chars = max_chars
        self._items: queue.Queue[Any] = queue.Queue()
        # The caller's context goes along: who counts tokens (get_usage_metadata_callback) and whether tracing is off.
        context = contextvars.copy_context()
        self._future = asyncio.run_coroutine_threadsafe(self._spawn(context), _loop())

    def pieces(self, *, ends_s: float, stopped: Stopped) -> Generator[str, None, None]:
        """Yield the text of each chunk; ends without a word when `stopped()`.

        ends_s: when to give up, by `time.monotonic`. Raises LlmError for every fault of the model or the way to it.
        """
        try:
            while not stopped():
                try:
                    item = self._items.get(timeout=POLL_S)
                except queue.Empty:
                    if time.monotonic() > ends_s:
                        raise LlmError(f"模型 {self._name} 用的时间超过了上限。", kind="late") from None
                    continue
                if item is _END:
                    return
                if isinstance(item, BaseException):
                    fault = fault_of(item, where=self._name)
                    # `from None`: the client's own text may hold the key.
                    raise (item if fault is None else fault) from None
                yield item
                if time.monotonic() > ends_s:
                    raise LlmError(f"模型 {self._name} 用的时间超过了上限。", kind="late")
        finally:
            self.close()

    def close(self) -> None:
        """Stop the reply and its connection, wherever it is."""
        self._future.cancel()

    async def _spawn(self, context: contextvars.Context) -> None:
        task = asyncio.get_running_loop().create_task(self._run(), context=context)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        failure = None if task.cancelled() else task.exception()
        self._items.put(_END if failure is None else failure)

    async def _run(self) -> None:
        n_chars = 0
        async with aclosing(self._source()) as chunks:  # type: ignore[type-var]
            while True:
                try:
                    chunk = await asyncio.wait_for(anext(chunks), self._silence_s)
                except StopAsyncIteration:
                    return
                text = str(chunk.text)
                n_chars += len(text)
                if text:
                    self._items.put(text)
                if n_chars > self._max_chars:
                    return


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of all replies of this process, its thread started."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="casechat-replies", daemon=True).start()
    return loop
