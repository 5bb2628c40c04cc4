"""How far a score can be trusted: Wilson and bootstrap intervals, and the smallest gap that a test set can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import unknown
from lingos.evaluation.scores import SCORES, Counts, count, f1

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Interval", "bootstrap", "bootstrap_f1", "bootstrap_mean", "resampled", "smallest_visible_gap", "wilson"]

RESAMPLES = 2_000
LEVEL = 0.95
_BLOCK = 4_000_000  # numbers drawn at once


@dataclass(frozen=True, slots=True)
class Interval:
    """A score and the bounds within which it would fall on most test sets like this one."""

    value: float
    low: float
    high: float


def wilson(right: int, rows: int, level: float = LEVEL) -> Interval:
    """Interval of a share; choose it for accuracy, it stays honest for few rows and near 0 or 1 (Wilson 1927).

    >>> interval = wilson(10, 10)
    >>> round(interval.low, 3), interval.high
    (0.722, 1.0)
    """
    if rows == 0:
        return Interval(0.0, 0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = right / rows, 1 + z * z / rows
    middle = (share + z * z / (2 * rows)) / weight
    half = z * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / weight
    low = 0.0 if right == 0 else middle - half
    return Interval(share, low, 1.0 if right == rows else middle + half)


def bootstrap(
    targets: Array, predicted: Array, classes: int, names: Sequence[str] = tuple(SCORES), seed: int = 0
) -> dict[str, Interval]:
    """Percentile intervals of any scores in `SCORES` from 2,000 resamples of the rows (Efron 1979).

    Resampling rows is drawing from the filled cells of the confusion table, so the cost does not grow with the rows.
    A set of rows without one mistake can not show one when resampled: there Wilson's bound is taken.

    >>> bootstrap(np.array([0, 1, 1, 0] * 50), np.array([0, 1, 0, 0] * 50), 2, ["macro_f1"])["macro_f1"].low > 0.66
    True
    """
    for name in names:
        if name not in SCORES:
            raise unknown("score", name, SCORES)
    once, many = count(targets, predicted, classes), resampled(targets, predicted, classes, seed)
    right = int(once.hits.sum())
    found = {}
    for name in names:
        interval = _percentile(float(SCORES[name](once)), SCORES[name](many))
        found[name] = _floor(interval, right, len(targets)) if right in (0, len(targets)) else interval
    return found


def bootstrap_f1(targets: Array, predicted: Array, classes: int, seed: int = 0) -> list[Interval]:
    """The F1 of each class with its interval, from the same resamples as `bootstrap`."""
    once = f1(count(targets, predicted, classes))
    many = f1(resampled(targets, predicted, classes, seed))
    return [_percentile(float(once[k]), many[:, k]) for k in range(classes)]


def bootstrap_mean(values: Array, seed: int = 0) -> Interval:
    """Interval of a mean of per-row numbers (log loss, Brier, differences).

    >>> bootstrap_mean(np.ones(5))
    Interval(value=1.0, low=1.0, high=1.0)
    """
    if len(values) == 0:
        return Interval(0.0, 0.0, 0.0)
    generator = np.random.default_rng(seed)
    size = max(1, _BLOCK // len(values))
    blocks = [min(size, RESAMPLES - start) for start in range(0, RESAMPLES, size)]
    means = [values[generator.integers(0, len(values), (block, len(values)))].mean(1) for block in blocks]
    return _percentile(float(values.mean()), np.concatenate(means))


def resampled(targets: Array, predicted: Array, classes: int, seed: int = 0) -> Counts:
    """Counts [2000, c + 1] of resampled rows."""
    truth = np.where(targets < 0, classes, targets)
    pairs, sizes = np.unique(np.stack([truth, predicted]), axis=1, return_counts=True)
    drawn = draw(sizes, seed)
    return counts_of(drawn, pairs[0], pairs[1], classes)


def draw(sizes: Array, seed: int) -> Array:
    """[2000, cells] how often each cell comes up when its rows are drawn with replacement."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(int(sizes.sum()), sizes / sizes.sum(), RESAMPLES).astype(np.float64)


def counts_of(drawn: Array, truth: Array, guess: Array, classes: int) -> Counts:
    """Counts [2000, c + 1] from drawn cells with a true and a guessed class each."""
    is_truth, is_guess = np.eye(classes + 1)[truth], np.eye(classes + 1)[guess]
    return Counts(drawn @ (is_truth * is_guess), drawn @ is_truth, drawn @ is_guess)


def smallest_visible_gap(
    rows: int, accuracy: float, disagreement: float | None = None, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The smallest difference in accuracy (0 to 1) that a paired test on `rows` rows finds with this power.

    `disagreement` is the share of rows where exactly one of the two methods is right; unless given it is taken as the
    error rate, as for two methods that share half of their mistakes (Miettinen 1968 for the formula).

    >>> round(smallest_visible_gap(3_080, 0.94), 4)
    0.0124
    >>> round(smallest_visible_gap(100, 0.94), 2)
    0.08
    """
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    given = 1 - accuracy if disagreement is None else disagreement

    def seen(gap: float) -> bool:
        differ = max(given, gap)
        return z_alpha * sqrt(differ) + z_power * sqrt(max(differ - gap * gap, 0.0)) <= gap * sqrt(rows)

    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


def _percentile(value: float, many: Array) -> Interval:
    low, high = np.quantile(many, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))


def _floor(interval: Interval, right: int, rows: int) -> Interval:
    bound = wilson(right, rows)
    return Interval(interval.value, min(interval.low, bound.low), max(interval.high, bound.high))
