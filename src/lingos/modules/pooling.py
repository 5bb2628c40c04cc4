"""Hidden states -> one vector a row."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

__all__ = ["Pooling", "pool"]

Pooling = Literal["mean", "cls"]


def pool(states: Tensor, mask: Tensor, kind: Pooling) -> Tensor:
    """[b, l, d] and [b, l] -> [b, d]: the mean over tokens, or the first token.

    Follow the base: sentence encoders say how they were trained; a plain masked-language model takes the mean.

    >>> import torch
    >>> pool(torch.tensor([[[1.0], [3.0], [9.0]]]), torch.tensor([[1, 1, 0]]), "mean").tolist()
    [[2.0]]
    """
    if kind == "cls":
        return states[:, 0]
    weights = mask.to(states.dtype).unsqueeze(-1)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1.0)
