"""Layer-wise rates: lower layers know more of the language and move less.

Paper: Howard and Ruder, "Universal Language Model Fine-tuning", ACL 2018 (discriminative fine-tuning).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["decays", "layer_of", "rate_of", "shared"]

LAYER = re.compile(r"\.(\d+)\.")


def layer_of(name: str) -> int | None:
    """The layer that an absolute parameter name belongs to; None for embedding, norms and head.

    >>> layer_of("encoder.layer.3.attention.self.query.weight")
    3
    """
    found = LAYER.search(name)
    return int(found[1]) if found else None


def rate_of(name: str, depth: int, decay: float) -> float:
    """Rate of a parameter relative to the top layer's: decay to the power of the layers above it.

    >>> rate_of("encoder.layer.5.output.dense.weight", 6, 0.5), rate_of("embeddings.word_embeddings.weight", 6, 0.5)
    (1.0, 0.015625)
    """
    layer = layer_of(name)
    if layer is None:
        layer = -1 if "embedding" in name and "rel_embeddings" not in name else depth - 1
    return float(decay ** (depth - 1 - layer))


def decays(name: str) -> bool:
    """Weight decay is for matrices; biases, norms and scales stay free of it.

    >>> decays("encoder.layer.0.attention.output.LayerNorm.weight"), decays("encoder.layer.0.output.dense.weight")
    (False, True)
    """
    last = name.lower()
    return last.endswith("weight") and "norm" not in last and not name.startswith("head.")


def shared(rates: Iterable[tuple[str, float, float]]) -> dict[tuple[float, float], list[str]]:
    """Names grouped by (rate, decay), in order."""
    groups: dict[tuple[float, float], list[str]] = {}
    for name, rate, decay in rates:
        groups.setdefault((rate, decay), []).append(name)
    return groups
