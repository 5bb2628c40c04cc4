"""The top layers move; the rest is trunk: frozen, cached once, shared by every skill. The best score for the time.

Papers: Lee et al., "What Would Elsa Do? Freezing Layers During Transformer Fine-Tuning", 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from lingos.contracts import BackboneInfo
from lingos.methods.base import Case, Deep, HeadKind, Layered, Reads

__all__ = ["Top"]


class Top(Layered):
    """The last `layers` layers and a head that was fitted before they move. Choose it before `full`.

    >>> from lingos.backbones.text import load
    >>> Top().start(load("default").info, Top.Settings())
    3
    """

    class Settings(Deep):
        begin: Literal["head", "means"] = "head"
        epochs: int = 4
        learning_rate: float = 4e-4
        head_rate: float = 1e-3
        adversarial: float = 0.05
        adversarial_after: float = 0.5
        average: int = 1  # the rate ends at nothing: earlier weights only pull back
        layers: int = Field(0, ge=0, description="layers that move; 0 = half of them")

    name = "top"
    reads: Reads = "states"
    cost = 5
    special: Mapping[Case, Mapping[str, Any]] = {
        "few": {
            "label_names": True,
            "begin": "means",
            "learning_rate": 1e-4,
            "head_rate": 3e-3,
            "adversarial_after": 0.0,
            "average": 3,
        },
        "means": {
            "begin": "means",
            "epochs": 5,
            "learning_rate": 3e-4,
            "head_rate": 3e-3,
            "adversarial": 0.0,
            "average": 3,
        },
    }
    head: HeadKind = "family"

    def start(self, info: BackboneInfo, settings: Any) -> int | None:
        """The trunk's depth."""
        return max(0, info.depth - (settings.layers or (info.depth + 1) // 2))
