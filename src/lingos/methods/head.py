"""Only the head moves, by gradient, on frozen vectors: seconds, and a cosine head that calibrates well."""

from __future__ import annotations

from typing import Any

from lingos.contracts import BackboneInfo
from lingos.methods.base import Descent, HeadKind, Layered, Reads

__all__ = ["Head"]


class Head(Layered):
    """A cosine head on the frozen trunk, from class means. Choose it first: as good as `logistic` or better, and sooner
    where there are many classes; `logistic` has no seed and nothing to set but its penalty.
    """

    class Settings(Descent):
        epochs: int = 20
        head_rate: float = 1e-2
        batch_rows: int = 256

    name = "head"
    reads: Reads = "states"
    cost = 4
    head: HeadKind = "cosine"

    def start(self, info: BackboneInfo, settings: Any) -> int | None:
        """No layer of its own."""
        return info.depth
