"""Do the scores mean what they say? Temperature, expected calibration error, reliability points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import DataError
from lingos.evaluation.intervals import wilson

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Point", "calibration_error", "fit_temperature", "reliability"]

BINS = 15
_RANGE = (log(0.02), log(50.0))


@dataclass(frozen=True, slots=True)
class Point:
    """One bin of a reliability plot: mean confidence against accuracy with Wilson bounds."""

    confidence: float
    accuracy: float
    low: float
    high: float
    rows: int


def fit_temperature(logits: Array, targets: Array) -> float:
    """The temperature that makes held-out logits [n, c] most likely (Guo et al. 2017), by golden-section search.

    The targets are smoothed by 1 / (n + 2), as Platt (1999) did: without it a validation set without mistakes would
    ask for endless confidence. Rows with an unknown label (-1) are left out. No known row is a DataError.

    >>> 1.5 < fit_temperature(np.array([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [0.0, 4.0]] * 50), np.zeros(200, int)) < 5
    True
    """
    known = targets >= 0
    if not known.any():
        raise DataError(
            "no row to calibrate on", expected="labelled validation rows", cure="give a larger validation split"
        )
    logits, targets = np.asarray(logits[known], dtype=np.float64), targets[known]
    smooth = 1.0 / (len(targets) + 2)
    pull = (1 - smooth) * logits[np.arange(len(targets)), targets] + smooth * logits.mean(1)

    def loss(log_temperature: float) -> float:
        scaled = logits / exp(log_temperature)
        top = scaled.max(1)
        whole = top + np.log(np.exp(scaled - top[:, None]).sum(1))
        return float((whole - pull / exp(log_temperature)).mean())

    return exp(_golden(loss, *_RANGE))


def calibration_error(confidence: Array, correct: Array, bins: int = BINS) -> float:
    """Expected calibration error, 0 to 1, in bins of equal mass (Nixon et al. 2019).

    >>> round(calibration_error(np.full(10, 0.9), np.array([True] * 9 + [False])), 6)
    0.0
    """
    points = reliability(confidence, correct, bins)
    return sum(abs(point.confidence - point.accuracy) * point.rows for point in points) / max(len(correct), 1)


def reliability(confidence: Array, correct: Array, bins: int = BINS) -> list[Point]:
    """Points of the reliability plot, by rising confidence; bins hold the same number of rows, ties stay together."""
    order = np.argsort(confidence, kind="stable")
    confidence, correct = confidence[order], correct[order]
    edges = np.linspace(0, len(order), min(bins, len(order)) + 1)[1:-1].round().astype(int)
    # A tie across an edge would make the bins depend on the order of the rows.
    edges = np.unique(np.searchsorted(confidence, confidence[edges], side="left"))
    groups = zip(np.split(confidence, edges), np.split(correct, edges), strict=True)
    return [_point(part, right) for part, right in groups if len(part)]


def _point(confidence: Array, correct: Array) -> Point:
    bounds = wilson(int(correct.sum()), len(correct))
    return Point(float(confidence.mean()), bounds.value, bounds.low, bounds.high, len(correct))


def _golden(loss: Callable[[float], float], low: float, high: float, steps: int = 40) -> float:
    ratio = (sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(steps):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = loss(right)
    return (low + high) / 2
