"""A request that is sent again acts once: its Idempotency-Key brings back the first reply.

A client that got no answer can not know whether its command was done. With a key it may ask again.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from lingos.errors import StateError

__all__ = ["Repeats"]

Reply = dict[str, Any]
MOST = 1_000  # replies that are remembered
LONG = 3_600.0  # seconds for which one is; afterwards and after a restart a key is new again


class Repeats:
    """The replies of the last hour, by person and key, in memory.

    >>> repeats = Repeats()
    >>> repeats(("ana", "k1"), "undo", lambda: {"said": "done"}), repeats(("ana", "k1"), "undo", lambda: 1 / 0)
    ({'said': 'done'}, {'said': 'done'})
    """

    def __init__(self, *, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        self.most, self.now = most, now
        self._kept: OrderedDict[tuple[str, str], _Once] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: tuple[str, str], asked: str, act: Callable[[], Reply]) -> Reply:
        """Act, or give the reply of the first time; who comes while that runs waits for it.

        Raises:
            StateError: the key came with something else, or the first time failed.
        """
        digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).digest()  # no sentence is kept for its key
        with self._lock:
            self._tidy()
            first = key not in self._kept
            once = self._kept.setdefault(key, _Once(digest, self.now()))
        if once.asked != digest:
            raise StateError(
                "this Idempotency-Key came with another request before",
                expected="one key for each request",
                cure="send it with a new key",
            )
        return once.act(act) if first else once.waited()

    def _tidy(self) -> None:
        """Forget what is too old or too much, but nothing that runs: it would act twice."""
        while self._kept:
            key, oldest = next(iter(self._kept.items()))
            if not oldest.ended.is_set() or (len(self._kept) < self.most and self.now() - oldest.since < LONG):
                return
            del self._kept[key]


class _Once:
    """One request; what it asked for as a digest."""

    def __init__(self, asked: bytes, since: float) -> None:
        self.asked, self.since, self.ended = asked, since, threading.Event()
        self._reply: Reply | None = None

    def act(self, act: Callable[[], Reply]) -> Reply:
        try:
            self._reply = act()
            return self._reply
        finally:
            self.ended.set()

    def waited(self) -> Reply:
        self.ended.wait()
        if self._reply is None:
            raise StateError(
                "the first request with this Idempotency-Key failed, and how far it came is not known",
                expected="a request that was answered",
                cure="look into the history, then send it with a new key if it is still wanted",
            )
        return self._reply
