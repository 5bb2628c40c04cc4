"""A vector a row -> logits. Parameters: `weight` [classes, width], and `bias` or `scale`.

The third kind, "family", is transformers' own head (`Backbone.classifier`), which pools by itself.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lingos.contracts import HeadKind

__all__ = ["CosineHead", "LinearHead", "make_head"]


class LinearHead(nn.Module):
    """weight · v + bias on the unit vector v. Choose it for closed-form fits on frozen vectors.

    >>> LinearHead(4, 3)(torch.ones(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(classes, width))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, vector: Tensor) -> Tensor:
        return functional.linear(vector, self.weight, self.bias)


class CosineHead(nn.Module):
    """scale · cos(v, weight). Choose it for training: it starts from class means and never has to learn lengths.

    Paper: Gidaris and Komodakis, "Dynamic Few-Shot Visual Learning without Forgetting", CVPR 2018.

    >>> head = CosineHead(4, 3)
    >>> bool((head(functional.normalize(torch.randn(2, 4), dim=-1)).abs() <= head.scale + 1e-4).all())
    True
    """

    def __init__(self, width: int, classes: int, scale: float = 20.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(functional.normalize(torch.randn(classes, width), dim=-1))
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, vector: Tensor) -> Tensor:
        return self.scale * functional.linear(vector, functional.normalize(self.weight, dim=-1))


def make_head(kind: HeadKind, width: int, classes: int) -> nn.Module:
    """The head of this kind, linear or cosine: unit vector [b, width] -> logits [b, classes]."""
    return CosineHead(width, classes) if kind == "cosine" else LinearHead(width, classes)
