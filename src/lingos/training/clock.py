"""The clock of budgets and forecasts: what this machine needs when it has nothing else to do."""

from __future__ import annotations

import time

import torch

__all__ = ["seconds"]


def seconds() -> float:
    """Processor seconds of this process divided by its threads; the clock on the wall where a GPU works.

    A neighbour on a shared machine slows the wall clock tenfold; a choice of method must not hang on that.

    >>> before = seconds()
    >>> sum(range(100_000)) > 0 and seconds() >= before
    True
    """
    return time.perf_counter() if torch.cuda.is_available() else time.process_time() / torch.get_num_threads()
