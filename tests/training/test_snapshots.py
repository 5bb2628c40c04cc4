"""Best-k averaging and patience."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from lingos.training.snapshots import keep, mean, patience_ends

SCORES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4]), min_size=1, max_size=12)


@given(SCORES, st.integers(1, 4))
def test_the_mean_is_that_of_the_best(scores: list[float], count: int) -> None:
    held: dict[str, torch.Tensor] = {}
    for step in range(len(scores)):
        keep(held, scores[: step + 1], {"layer.0.w": torch.tensor([float(step)])}, count)
        assert len(held) == min(count, step + 1)
    best = sorted(range(len(scores)), key=lambda k: (scores[k], k))[-count:]
    assert torch.allclose(mean(held, "layer.0.w"), torch.tensor([sum(best) / len(best)]))


def test_a_snapshot_is_a_copy() -> None:
    held: dict[str, torch.Tensor] = {}
    weight = torch.zeros(1)
    keep(held, [1.0], {"w": weight}, 3)
    weight += 5
    assert mean(held, "w").item() == 0.0


def test_there_is_no_mean_without_a_snapshot() -> None:
    assert mean({}, "w") is None


def test_patience_counts_evaluations_without_gain() -> None:
    assert not patience_ends([0.5, 0.6, 0.7], 1)
    assert patience_ends([0.5, 0.7, 0.7], 1), "as good as before is no gain"
    assert not patience_ends([0.7, 0.1, 0.1], 3) and patience_ends([0.7, 0.1, 0.1, 0.1], 3)
    assert not patience_ends([0.7] * 50, 0) and not patience_ends([], 2)
