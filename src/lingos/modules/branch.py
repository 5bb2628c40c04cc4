"""The part of a skill that is its own: (embedding,) upper layers, pooling, head. One module for every method.

`forward` takes token ids where the branch owns the embedding, else the trunk's hidden states. Frozen methods have no
layers; for them a cached pooled vector is a hidden state of length one.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from lingos.contracts import Backbone, Batch, Hidden
from lingos.modules.pooling import Pooling, pool

__all__ = ["Branch", "is_head", "make_branch"]

HEAD = "head."


class Branch(nn.Module):
    """Batch or Hidden(depth) -> {"logits": [b, c], "vector": [b, d] of unit length}.

    `tensors` and `fill` speak the absolute layer names of the whole model; the head's names begin with "head.".
    """

    def __init__(self, embedding: nn.Module | None, span: nn.Module | None, head: nn.Module, pooling: Pooling) -> None:
        super().__init__()
        self.embedding, self.span, self.head, self.pooling = embedding, span, head, pooling

    def forward(self, batch: Batch | Hidden) -> dict[str, Tensor]:
        hidden = self.hidden(batch)
        device = hidden.states.device.type
        vector = functional.normalize(pool(hidden.states.float(), hidden.mask, self.pooling), dim=-1)
        if not torch.is_autocast_enabled(device):
            return {"logits": self.head(vector), "vector": vector}
        # The head costs nothing and decides between near classes: it stays in float32.
        with torch.autocast(device, enabled=False):
            return {"logits": self.head(vector), "vector": vector}

    def hidden(self, batch: Batch | Hidden) -> Hidden:
        """The states that are pooled."""
        if isinstance(batch, Hidden):
            states = batch
        elif batch.hidden is not None:
            states = batch.hidden
        else:
            assert self.embedding is not None, "a branch without embedding needs hidden states"
            states = self.embedding(batch)
        return self.span(states) if self.span is not None else states

    def tensors(self) -> dict[str, Tensor]:
        """Every parameter and buffer by its absolute name."""
        return {_absolute(name): tensor for name, tensor in self.state_dict().items()}

    def fill(self, tensors: Mapping[str, Tensor]) -> None:
        """Set tensors by absolute name; names that the branch does not have are an error of the caller."""
        own = self.tensors()
        missing = set(tensors) - set(own)
        if missing:
            raise KeyError(f"no such tensors in this branch: {sorted(missing)[:5]}")
        with torch.no_grad():
            for name, tensor in tensors.items():
                own[name].copy_(tensor)


def make_branch(backbone: Backbone, start: int | None, head: nn.Module, pooling: Pooling | None = None) -> Branch:
    """A branch that owns the layers from `start` on; None = it owns the embedding as well."""
    info = backbone.info
    embedding = backbone.embedding() if start is None else None
    first = start or 0
    span = backbone.span(first, info.depth) if first < info.depth else None
    return Branch(embedding, span, head, pooling or info.pooling)


def is_head(name: str) -> bool:
    """Whether a tensor's absolute name is one of the head.

    >>> is_head("head.weight"), is_head("encoder.layer.0.output.dense.weight")
    (True, False)
    """
    return name.startswith(HEAD)


def _absolute(name: str) -> str:
    return name if is_head(name) else name.split(".", 1)[1]
