"""Every layer moves, with layer-wise decay. Choose it where the task differs from what the base was trained for."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lingos.contracts import BackboneInfo
from lingos.methods.base import Deep, HeadKind, Layered, Reads

__all__ = ["Full"]


class Full(Layered):
    """All layers; the embedding only when asked for, since it is half of a small model and moves little."""

    class Settings(Deep):
        learning_rate: float = 2e-4
        train_embeddings: bool = Field(False, description="move the embedding as well")

    name = "full"
    reads: Reads = "states"
    cost = 7
    head: HeadKind = "family"

    def start(self, info: BackboneInfo, settings: Any) -> int | None:
        """0: the embedding's output is cached; None: it moves too."""
        return None if settings.train_embeddings else 0
