"""The mean vector of each class, compared by cosine: nothing is trained, a new class is one new vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from lingos.methods.base import Case, Decided, Features, HeadKind, Reads, Solution, Solved, class_means

__all__ = ["Prototype"]


class Prototype(Solved):
    """Nearest class mean on frozen vectors. Choose it for a handful of rows a class.

    Where rows are few, the vector of a label's name counts as one more row of it. Paper: Snell et al., "Prototypical
    Networks for Few-shot Learning", NeurIPS 2017.
    """

    class Settings(Decided):
        scale: float = Field(20.0, gt=0, description="cosine times this = logit")
        label_names: bool = Field(False, description="count the name or description of each label as one more text")

    name = "prototype"
    reads: Reads = "vectors"
    cost = 2
    head: HeadKind = "cosine"
    special: Mapping[Case, Mapping[str, Any]] = {"few": {"label_names": True}}

    def solve(self, features: Features, settings: Any) -> Solution:
        """weight [c, d] = unit class means, however many rows a class has."""
        assert features.vectors is not None
        means = class_means(features.vectors, features.targets, len(features.labels))
        return Solution({"head.weight": means, "head.scale": np.array(settings.scale, np.float32)})
