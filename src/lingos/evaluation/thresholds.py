"""A decision for imbalance: logits moved against the class prior, as far as macro F1 on held-out rows rises.

Papers: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021; Saerens et al., Neural Computation 2002.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.evaluation.calibration import fit_temperature
from lingos.evaluation.scores import SCORES, count
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Move", "fit_offsets"]

# How many times the log prior is taken away; below zero where training has weighed rare classes too much. One number
# for all classes: an offset for each would learn the noise of the few rows that a rare class has.
STRENGTHS = np.round(np.linspace(-1.0, 2.0, 31), 1)


@dataclass(frozen=True)
class Move:
    """Offsets to add to raw logits, one a class; none where nothing is gained; what they change out of fold."""

    offsets: tuple[float, ...]
    said: Said


def fit_offsets(logits: Array, targets: Array, counts: Array) -> Move:
    """The offsets that maximise macro F1 of held-out logits [n, c]; `counts` [c] are the training rows of each class.

    >>> targets = np.array([0] * 90 + [1] * 10)
    >>> logits = np.array([[2.0, 0.0]] * 90 + [[2.0, 1.5]] * 10)
    >>> move = fit_offsets(logits, targets, np.array([90, 10]))
    >>> int(((logits + move.offsets).argmax(1) == targets).sum())
    100
    """
    prior = np.log((np.asarray(counts) + 0.5) / (np.sum(counts) + 0.5 * len(counts)))
    step = -fit_temperature(logits, targets) * (prior - prior.mean())
    found = [_score("macro_f1", logits + strength * step, targets) for strength in STRENGTHS]
    before = _score("macro_f1", logits, targets)
    best = max(range(len(found)), key=lambda k: (found[k], -abs(STRENGTHS[k])))
    if found[best] <= before:
        return Move((), Said("thresholds.kept", {"before": f"{100 * before:.1f}"}))
    offsets = STRENGTHS[best] * step
    accuracy = [_score("accuracy", moved, targets) for moved in (logits, logits + offsets)]
    points = [f"{100 * one:.1f}" for one in (before, found[best], *accuracy)]
    values = dict(zip(("before", "after", "first", "second"), points, strict=True))
    said = Said("thresholds.moved", {"strength": f"{STRENGTHS[best]:.1f}", **values})
    return Move(tuple(float(one) for one in offsets), said)


def _score(name: str, logits: Array, targets: Array) -> float:
    return float(SCORES[name](count(targets, logits.argmax(1), logits.shape[1])))
