"""Ctrl-C between two steps: the first one asks the run to write its state and end, the second one ends at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from lingos.errors import LingosError

__all__ = ["Asked", "Interrupted", "listening"]

NOTICE = b"\nstopping after this step, the state is kept; once more stops at once\n"


class Interrupted(LingosError):
    """The person stopped the run; its state is kept and the same command goes on."""


class Asked:
    """Whether a stop was asked for.

    >>> bool(Asked())
    False
    """

    def __init__(self) -> None:
        self.yes = False

    def __bool__(self) -> bool:
        return self.yes


@contextlib.contextmanager
def listening() -> Iterator[Asked]:
    """Catch SIGINT and SIGTERM while the block runs. In other threads than the main one `Asked` stays false."""
    asked = Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.yes:
            raise KeyboardInterrupt
        asked.yes = True
        os.write(2, NOTICE)  # a print can not be used within a handler: it may have been interrupted itself

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
