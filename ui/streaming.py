"""Runs one answer in a thread of its own, so that it can be left at any moment and an accident in it stays there."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from rag.errors import CaseChatError
from rag.types import Answer, Delta

POLL_S = 0.1


class AnswerStream:
    """The items of one answer, as they come."""

    def __init__(self, source: Callable[[], Iterator[Delta | Answer]]) -> None:
        self._source = source
        self._items: queue.Queue[Delta | Answer | CaseChatError | None] = queue.Queue()
        self._left = threading.Event()

    def items(self, stopped: Callable[[], bool]) -> Iterator[Delta | Answer]:
        """Yield the items until the stream ends or `stopped()`, which is asked every POLL_S.

        An unexpected exception ends the stream without an Answer and is printed in the terminal by
        threading.excepthook: let through to Gradio, it would put an overlay over the conversation.

        Raises the CaseChatError that the stream raises.
        """
        threading.Thread(target=self._run, name="casechat-answer", daemon=True).start()
        try:
            while not stopped():
                try:
                    item = self._items.get(timeout=POLL_S)
                except queue.Empty:
                    continue
                if item is None:
                    return
                if isinstance(item, CaseChatError):
                    raise item
                yield item
        finally:
            self._left.set()

    def _run(self) -> None:
        try:
            for item in self._source():
                if self._left.is_set():
                    return
                self._items.put(item)
        except CaseChatError as exc:
            self._items.put(exc)
        finally:
            self._items.put(None)
