"""How much one person may ask: questions a minute, and at once."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable

WINDOW_S = 60.0
_MAX_KEYS = 10_000


class RateLimit:
    """At most `per_minute` events in any minute, for each key."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Count one more event and return 0; where there were too many, count nothing and return the seconds to wait."""
        with self._lock:
            now = self._clock()
            events = self._events.setdefault(key, deque())
            self._events.move_to_end(key)
            while len(self._events) > _MAX_KEYS:
                self._events.popitem(last=False)
            while events and events[0] <= now - WINDOW_S:
                events.popleft()
            if len(events) >= self.per_minute:
                return events[0] + WINDOW_S - now
            events.append(now)
            return 0.0


class AtOnce:
    """At most `of_one` running for each key, and `of_all` for everybody in each pool.

    The pools keep the slow from holding up the quick: answers of a chat model take no place of those without one.
    """

    def __init__(self, *, of_one: int, of_all: int) -> None:
        self.of_one = of_one
        self.of_all = of_all
        self._lock = threading.Lock()
        self._running: Counter[tuple[str, str]] = Counter()

    def enter(self, key: str, pool: str = "") -> bool:
        """Return whether one more may run; where it may, `leave` must follow."""
        with self._lock:
            of_key = sum(n for (other, _), n in self._running.items() if other == key)
            in_pool = sum(n for (_, other), n in self._running.items() if other == pool)
            if of_key >= self.of_one or in_pool >= self.of_all:
                return False
            self._running[key, pool] += 1
            return True

    def leave(self, key: str, pool: str = "") -> None:
        """One has ended."""
        with self._lock:
            self._running[key, pool] -= 1
            if not self._running[key, pool]:
                del self._running[key, pool]
