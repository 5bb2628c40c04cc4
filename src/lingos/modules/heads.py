"""A vector a row -> logits. Parameters: `weight` [classes, width], and `bias` or `scale`.

The third kind, "family", is transformers' own head (`Backbone.classifier`), which pools by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lingos.contracts import HeadKind, Schema

__all__ = ["CosineHead", "JointHead", "LinearHead", "joint_head", "make_head"]

ABSENT = -1e4  # the logit of a value that a slot does not have


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


class JointHead(CosineHead):
    """A cosine head for the whole text, and beside it linear ones: for each token a tag, for each closed slot a value.

    Paper: Chen et al., "BERT for Joint Intent Classification and Slot Filling", 2019.

    >>> found = JointHead(4, 3, tags=5, sizes=(2, 3)).also(torch.ones(2, 7, 4), torch.ones(2, 4))
    >>> found["tags"].shape, found["values"].shape, bool(found["values"][0, 0, 2] < -1000)
    (torch.Size([2, 7, 5]), torch.Size([2, 2, 3]), True)
    """

    def __init__(self, width: int, classes: int, tags: int, sizes: Sequence[int]) -> None:
        super().__init__(width, classes)
        slots, most = max(1, len(sizes)), max(sizes, default=1)
        self.tags, self.values = nn.Linear(width, tags), nn.Linear(width, slots * most)
        closed = torch.full((slots, most), ABSENT)
        for slot, size in enumerate(sizes or (1,)):
            closed[slot, :size] = 0
        self.register_buffer("closed", closed, persistent=False)
        self.closed: Tensor

    def also(self, states: Tensor, vector: Tensor) -> dict[str, Tensor]:
        """What it says beside the logits: "tags" [b, l, tags], "values" [b, closed slots, most values of one]."""
        # Unit vectors are small: the root of their width brings them to the size of a state's components.
        values = self.values(vector * vector.shape[-1] ** 0.5)
        return {"tags": self.tags(states), "values": values.unflatten(1, self.closed.shape) + self.closed}


def joint_head(schema: Schema, width: int) -> JointHead:
    """The joint head of a schema with "labels", "slots" and "closed" (slot -> values)."""
    sizes = [1 + len(values) for values in schema["closed"].values()]
    return JointHead(width, len(schema["labels"]), 1 + 2 * len(schema["slots"]), sizes)


def make_head(kind: HeadKind, width: int, classes: int) -> nn.Module:
    """The head of this kind, linear or cosine: unit vector [b, width] -> logits [b, classes]."""
    return CosineHead(width, classes) if kind == "cosine" else LinearHead(width, classes)
