"""The part of a skill that is its own: (embedding,) upper layers, pooling, head. One module for every method.

`forward` takes token ids where the branch owns the embedding, else the trunk's hidden states. Frozen methods have no
layers; for them a cached pooled vector is a hidden state of length one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from lingos.contracts import Backbone, Batch, Hidden
from lingos.modules.heads import JointHead
from lingos.modules.pooling import Pooling, pool

__all__ = ["START", "Branch", "is_head", "make_branch"]

HEAD = "head."
# The scale of a family's first logits, if they start from class means. At the cosine head's 20 they are so sure that
# little is learned: 5 rows a class (hwu64, all-MiniLM read by its first token) end 2 to 5 points lower than at 5.
START = 5.0


class Branch(nn.Module):
    """Batch or Hidden(depth) -> {"logits": [b, c], "vector": [b, d] of unit length: what the last layer reads}.

    A head that `pools` reads the states itself: (states, mask) -> (logits, features). The others read the vector; a
    joint one adds "tags" [b, l, t] and "values" [b, s, v].
    `tensors` and `fill` speak the absolute layer names of the whole model; the head's names begin with "head.".
    """

    def __init__(self, embedding: nn.Module | None, span: nn.Module | None, head: nn.Module, pooling: Pooling) -> None:
        super().__init__()
        self.embedding, self.span, self.head, self.pooling = embedding, span, head, pooling
        self.pools = bool(getattr(head, "pools", False))
        # On pooled vectors alone there are no tokens that could be told apart.
        self.joint = isinstance(head, JointHead) and (embedding is not None or span is not None)

    def forward(self, batch: Batch | Hidden) -> dict[str, Tensor]:
        hidden = self.hidden(batch)
        states, device = hidden.states.float(), hidden.states.device.type
        if not torch.is_autocast_enabled(device):
            return self._answer(states, hidden.mask)
        # The head costs nothing and decides between near classes: it stays in float32.
        with torch.autocast(device, enabled=False):
            return self._answer(states, hidden.mask)

    def _answer(self, states: Tensor, mask: Tensor) -> dict[str, Tensor]:
        if self.pools:
            logits, features = self.head(states, mask)
            return {"logits": logits, "vector": functional.normalize(features, dim=-1)}
        vector = functional.normalize(pool(states, mask, self.pooling), dim=-1)
        found = {"logits": self.head(vector), "vector": vector}
        return {**found, **cast(JointHead, self.head).also(states, vector)} if self.joint else found

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

    def begin(self, tensors: Mapping[str, Tensor], outputs: Mapping[str, Tensor]) -> None:
        """Set the start of training. "head.weight" holds class means [c, d], made from vectors of these `outputs`."""
        head: Any = self.head
        if self.pools:
            found = head.last_layer(START * tensors[f"{HEAD}weight"], outputs["logits"], outputs["vector"])
            tensors = {f"{HEAD}{name}": tensor for name, tensor in found.items()}
        self.fill(tensors)


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
