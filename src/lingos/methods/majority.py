"""Always the most frequent label: the score that costs nothing. Any other method has to beat it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lingos.methods.base import Closed, Features, HeadKind, Promise, Reads, Solution, Solved

__all__ = ["Majority"]


class Majority(Solved):
    """The class shares as constant logits. Choose it as the floor, never to serve."""

    class Settings(Closed):
        """None of its own."""

    name = "majority"
    reads: Reads = "texts"
    cost = 0
    head: HeadKind = "linear"
    promise = Promise(steps=0, loss=1.0)

    def solve(self, features: Features, settings: Any) -> Solution:
        """bias = log of the smoothed class shares."""
        counts = np.bincount(features.targets, weights=features.weights, minlength=len(features.labels)) + 0.5
        bias = np.log(counts / counts.sum()).astype(np.float32)
        return Solution(
            {"weight": np.zeros((1, len(counts)), np.float16), "bias": bias, "idf": np.ones(1, np.float32)}, ("",)
        )
