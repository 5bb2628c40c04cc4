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

    >>> rows, names = np.eye(3, dtype=np.float32)[:2], np.eye(3, dtype=np.float32)[[2, 2]]
    >>> told = Features(["a", "b"], np.array([0, 1]), ["x", "y"], np.ones(2, np.float32), 0, rows, lambda _: names)
    >>> means = Prototype().solve(told, Prototype.Settings(label_names=True)).tensors["head.weight"]
    >>> means.astype(float).round(1).tolist()
    [[0.7, 0.0, 0.7], [0.0, 0.7, 0.7]]
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
        vectors, targets = features.vectors, features.targets
        if settings.label_names:
            assert features.encode is not None
            seen = np.unique(targets)
            vectors = np.concatenate([vectors, features.encode(features.label_texts)[seen]])
            targets = np.concatenate([targets, seen])
        means = class_means(vectors, targets, len(features.labels))
        return Solution({"head.weight": means, "head.scale": np.array(settings.scale, np.float32)})
