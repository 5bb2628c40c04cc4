"""The rate over the steps: warm-up, then linear, cosine or constant."""

from __future__ import annotations

from math import cos, pi
from typing import Literal

__all__ = ["rate"]


def rate(step: int, total: int, warmup: float, kind: Literal["linear", "cosine", "constant"]) -> float:
    """Share of the peak rate at 0-based `step` of `total`: 0..1.

    >>> [rate(k, 4, 0.5, "linear") for k in range(4)]
    [0.5, 1.0, 1.0, 0.5]
    """
    rising = max(1, round(total * warmup)) if warmup else 0
    if step < rising:
        return (step + 1) / rising
    if kind == "constant":
        return 1.0
    left = (total - step) / max(1, total - rising)
    return left if kind == "linear" else 0.5 * (1 - cos(pi * left))
