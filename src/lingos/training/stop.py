"""Ctrl-C between two steps: the first one asks the run to write its state and end, the second one ends at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from lingos.errors import LingosError
from lingos.words.said import LANGUAGES, phrase

__all__ = ["Asked", "Interrupted", "listening"]

TERMINAL = 2


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


def _tell() -> None:
    """Only who pressed the key is told. A print is no use within a handler: it may have been interrupted itself."""
    with contextlib.suppress(OSError):  # nobody reads any more
        if os.isatty(TERMINAL):
            told = (phrase("stop.asked", language) for language in LANGUAGES)
            os.write(TERMINAL, "".join(f"\n{one}\n" for one in told).encode())


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
        _tell()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
