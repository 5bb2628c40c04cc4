"""What happens, told to all who listen at that time. A reader that falls behind is let go: memory does not grow.

    events = Events()
    events.tell("reply", {"said": "the light in the kitchen is on"})     # from any thread; it never waits
    StreamingResponse(events.read(), media_type="text/event-stream")

Nothing is kept for those who come later: the history has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from typing import Any

__all__ = ["Events"]

BEHIND = 100  # events that a reader may be behind; with one more it gets these, and then the end
READERS = 100  # at a time
QUIET = 15.0  # seconds of silence after which a sign of life is sent


class Events:
    """Tells every reader what happens, as server-sent events.

    >>> async def heard():
    ...     lines = events.read()
    ...     first = await anext(lines)
    ...     events.tell("ring", {"text": "灯"})
    ...     return first + await anext(lines)
    >>> events = Events()
    >>> print(asyncio.run(heard()).strip())
    : listening
    <BLANKLINE>
    data: {"kind": "ring", "text": "灯"}
    """

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._open = 0
        self._lock = threading.Lock()

    @property
    def full(self) -> bool:
        """Whether nobody else should be let in."""
        return self._open >= READERS

    def tell(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Tell all readers. `person` among the facts says whose it is; what has none is everybody's."""
        told = f"data: {json.dumps({'kind': kind, **facts}, ensure_ascii=False, default=str)}\n\n"
        with self._lock:
            self._readers -= {one for one in self._readers if not one.give(told, facts.get("person", ""))}

    async def read(self, quiet: float = QUIET, person: str = "") -> AsyncGenerator[str, None]:
        """What one reader gets, until it goes or is let go. `person`: only what is theirs or everybody's."""
        reader = _Reader(person)
        with self._lock:
            self._open += 1
            self._readers.add(reader)
        try:
            yield ": listening\n\n"
            while reader.kept or not reader.behind:
                yield reader.kept.popleft() if reader.kept else await reader.waited(quiet)
        finally:
            with self._lock:
                self._open -= 1
                self._readers.discard(reader)


class _Reader:
    """What one reader did not take yet. Given from any thread, taken in its own loop."""

    def __init__(self, person: str) -> None:
        self.person, self.behind = person, False
        self.kept: deque[str] = deque()
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()

    def give(self, told: str, person: str) -> bool:
        """Whether the reader keeps up."""
        if self.person and person not in ("", self.person):
            return True
        self.behind = len(self.kept) >= BEHIND
        if not self.behind:
            self.kept.append(told)
        with contextlib.suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self._news.set)
        return not self.behind

    async def waited(self, quiet: float) -> str:
        """A comment: nothing happened for so long, or something did just now."""
        self._news.clear()
        if not (self.kept or self.behind):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), quiet)
        return "" if self.kept or self.behind else ": still here\n\n"
