"""Weights kept at evaluations: the last few, or the best few where there is a score; their mean is the result.

Paper: Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

__all__ = ["PREFIX", "keep", "mean", "patience_ends"]

PREFIX = "snapshot."


def keep(held: dict[str, Tensor], scores: Sequence[float], now: Mapping[str, Tensor], count: int) -> None:
    """Add `now` to `held` as snapshot number len(scores) - 1 if it is among the `count` best; drop what no longer is.

    Of equal scores the later one counts as better.

    >>> import torch
    >>> held = {}
    >>> for step, score in enumerate([0.5, 0.9, 0.7]):
    ...     keep(held, [0.5, 0.9, 0.7][: step + 1], {"w": torch.tensor(float(step))}, count=2)
    >>> sorted(held)
    ['snapshot.1.w', 'snapshot.2.w']
    """
    best = sorted(range(len(scores)), key=lambda k: (scores[k], k))[-count:]
    last = len(scores) - 1
    for name in [name for name in held if int(name.split(".")[1]) not in best]:
        del held[name]
    if last in best:
        held.update({f"{PREFIX}{last}.{name}": tensor.detach().to("cpu", copy=True) for name, tensor in now.items()})


def mean(held: Mapping[str, Tensor], name: str) -> Tensor | None:
    """The mean of one tensor over all snapshots, added in float64 in the order of steps; None without one."""
    numbers = sorted({int(key.split(".")[1]) for key in held})
    if not numbers:
        return None
    found = [held[f"{PREFIX}{number}.{name}"] for number in numbers]
    total = sum((tensor.double() for tensor in found[1:]), found[0].double())
    return (total / len(found)).to(found[0].dtype)


def patience_ends(scores: Sequence[float], patience: int) -> bool:
    """Whether the last `patience` scores brought nothing better; patience 0 = never.

    >>> patience_ends([0.1, 0.9, 0.8, 0.9], 2), patience_ends([0.1, 0.9, 0.8], 2)
    (True, False)
    """
    if not patience or not scores:
        return False
    return len(scores) - 1 - scores.index(max(scores)) >= patience
