"""Scores of a classifier. Most need only three counts per class, so they take all resamples at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["PRIMARY", "SCORES", "Counts", "brier", "count", "f1", "log_loss", "precision", "recall"]

PRIMARY = "accuracy"


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, true and guessed rows per class [..., c + 1]; leading axes are resamples, the last class "unknown"."""

    hits: Array
    truth: Array
    guess: Array


def count(targets: Array, predicted: Array, classes: int) -> Counts:
    """Counts of one set of rows. Targets of -1 become an extra class that is never guessed, as in scikit-learn.

    >>> SCORES["accuracy"](count(np.array([0, 1, -1]), np.array([0, 0, 1]), 2)).round(3).item()
    0.333
    """
    targets = np.where(targets < 0, classes, targets)
    hits = np.bincount(targets[targets == predicted], minlength=classes + 1)
    return Counts(hits, np.bincount(targets, minlength=classes + 1), np.bincount(predicted, minlength=classes + 1))


def precision(counts: Counts) -> Array:
    """Per class [..., c + 1]: of those guessed, the share that is right; 0 where none was guessed."""
    return _ratio(counts.hits, counts.guess)


def recall(counts: Counts) -> Array:
    """Per class [..., c + 1]: of those that are, the share that was found; 0 where there are none."""
    return _ratio(counts.hits, counts.truth)


def f1(counts: Counts) -> Array:
    """Per class [..., c + 1]: harmonic mean of precision and recall."""
    return _ratio(2 * counts.hits, counts.truth + counts.guess)


def accuracy(counts: Counts) -> Array:
    """Share of rows that are right."""
    return _ratio(counts.hits.sum(-1), counts.truth.sum(-1))


def balanced_accuracy(counts: Counts) -> Array:
    """Mean recall of the classes that occur."""
    return _ratio(recall(counts).sum(-1), (counts.truth > 0).sum(-1))


def mcc(counts: Counts) -> Array:
    """Matthews correlation of many classes (Gorodkin 2004): 1 perfect, 0 no better than chance."""
    rows, right = counts.truth.sum(-1).astype(float), counts.hits.sum(-1)
    both = (counts.truth * counts.guess).sum(-1)
    spread = (rows**2 - (counts.truth**2).sum(-1)) * (rows**2 - (counts.guess**2).sum(-1))
    return _ratio(right * rows - both, np.sqrt(spread))


def log_loss(probabilities: Array, targets: Array) -> Array:
    """[rows with a known label] -log p(label), natural logarithm; p is cut at 1e-12.

    >>> log_loss(np.array([[0.5, 0.5]]), np.array([0])).round(3).tolist()
    [0.693]
    """
    known = targets >= 0
    return np.asarray(-np.log(np.clip(probabilities[known, targets[known]], 1e-12, 1.0)))


def brier(probabilities: Array, targets: Array) -> Array:
    """[rows with a known label] squared distance of the probabilities from the truth, 0 to 2 (Brier 1950).

    >>> brier(np.array([[0.5, 0.5]]), np.array([0])).tolist()
    [0.5]
    """
    known = targets >= 0
    truth = np.eye(probabilities.shape[1])[targets[known]]
    return np.asarray(((probabilities[known] - truth) ** 2).sum(1))


def _macro(part: Callable[[Counts], Array]) -> Callable[[Counts], Array]:
    return lambda counts: _ratio(part(counts).sum(-1), (counts.truth + counts.guess > 0).sum(-1))


def _weighted(part: Callable[[Counts], Array]) -> Callable[[Counts], Array]:
    return lambda counts: _ratio((part(counts) * counts.truth).sum(-1), counts.truth.sum(-1))


def _ratio(top: Array, bottom: Array) -> Array:
    bottom = np.asarray(bottom, dtype=float)
    return np.asarray(np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom > 0))


SCORES: Mapping[str, Callable[[Counts], Array]] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_precision": _macro(precision),
    "macro_recall": _macro(recall),
    "macro_f1": _macro(f1),
    "weighted_precision": _weighted(precision),
    "weighted_recall": _weighted(recall),
    "weighted_f1": _weighted(f1),
    "mcc": mcc,
}
