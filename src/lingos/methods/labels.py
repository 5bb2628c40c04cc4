"""No labelled row at all: each label's name or description is encoded, and the nearest one is the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from lingos.methods.base import Decided, Features, HeadKind, Promise, Reads, Solution, Solved

__all__ = ["Labels"]


class Labels(Solved):
    """Zero-shot by label names and descriptions. Choose it before anything is labelled; telling names matter.

    Paper: Yin et al., "Benchmarking Zero-shot Text Classification", EMNLP 2019.
    """

    class Settings(Decided):
        scale: float = Field(20.0, gt=0, description="cosine times this = logit")

    name = "labels"
    reads: Reads = "vectors"
    cost = 2
    head: HeadKind = "cosine"
    promise = Promise(steps=0, loss=float("inf"))  # it reads no labelled row, so it can promise nothing

    def solve(self, features: Features, settings: Any) -> Solution:
        """weight [c, d] = vectors of the descriptions; the targets are not read."""
        assert features.encode is not None
        scale = np.array(settings.scale, np.float32)
        return Solution({"head.weight": features.encode(features.label_texts), "head.scale": scale})
