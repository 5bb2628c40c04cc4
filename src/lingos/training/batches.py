"""Which rows go together in a step: buckets of like length, so that little is padding. A function of the seed alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lingos.engines.base import cut

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["UNLEARNED", "balanced", "beside", "padding", "plan"]

UNLEARNED = -100  # a target that no loss counts

POOL = 50  # steps whose rows are sorted together: enough for like lengths, few enough to stay random


def plan(lengths: Array, rows: int, tokens: int, rng: np.random.Generator) -> list[Array]:
    """Positions of each step's rows; at most `rows` rows and `tokens` padded tokens a step; every row exactly once.

    >>> steps = plan(np.array([3, 9, 3, 9]), rows=2, tokens=100, rng=np.random.default_rng(0))
    >>> sorted(int(k) for step in steps for k in step)
    [0, 1, 2, 3]
    """
    order = rng.permutation(len(lengths))
    steps: list[Array] = []
    for start in range(0, len(order), rows * POOL):
        pool = order[start : start + rows * POOL]
        steps += cut(pool[np.argsort(lengths[pool], kind="stable")], lengths, tokens, rows)
    return [steps[k] for k in rng.permutation(len(steps))]


def beside(arrays: Sequence[Array]) -> Array:
    """Arrays of uneven length as one, int64 [b, longest]; what is filled in is not learned.

    >>> beside([np.array([1, 2]), np.array([3])]).tolist()
    [[1, 2], [3, -100]]
    """
    found = np.full((len(arrays), max(map(len, arrays))), UNLEARNED, dtype=np.int64)
    for place, one in enumerate(arrays):
        found[place, : len(one)] = one
    return found


def balanced(targets: Array, rng: np.random.Generator) -> Array:
    """Positions drawn so that every class comes alike; as many as there are rows, rare rows repeated."""
    groups = [np.flatnonzero(targets == k) for k in np.unique(targets)]
    each = -(-len(targets) // len(groups))
    drawn = [np.resize(rng.permutation(group), each) for group in groups]
    return np.asarray(rng.permutation(np.concatenate(drawn))[: len(targets)])


def padding(steps: list[Array], lengths: Array) -> float:
    """Share of the padded tokens that are padding: 0..1."""
    padded = sum(len(step) * int(lengths[step].max()) for step in steps)
    return 1 - sum(int(lengths[step].sum()) for step in steps) / padded if padded else 0.0
