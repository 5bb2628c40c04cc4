"""Is B better than A? Two methods on the same rows: difference, interval, exact test, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import DataError, unknown
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.intervals import LEVEL, counts_of, draw, smallest_visible_gap
from lingos.evaluation.scores import PRIMARY, SCORES, count
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = [
    "Difference",
    "compare",
    "less_likely",
    "mcnemar",
    "paired",
    "significantly_worse",
    "worse_probability",
]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A in one score on the same rows. `p_value` is McNemar's (two-sided), whatever the score."""

    score: str
    first: float
    second: float
    value: float
    low: float
    high: float
    p_value: float
    only_first: int  # rows that only A has right
    only_second: int
    rows: int
    visible_gap: float

    @property
    def real(self) -> bool:
        """True where this data shows a difference: interval without zero and, for accuracy, the exact test agrees."""
        apart = self.low > 0 or self.high < 0
        return apart and (self.score != "accuracy" or self.p_value < ALPHA)

    def sentence(self, names: tuple[str, str] = ("A", "B")) -> Said:
        """The finding in one sentence, in points (hundredths) of the score."""
        if not self.real:
            seen = {"rows": f"{self.rows:,}", "gap": f"{100 * self.visible_gap:.1f}"}
            return Said("compare.none", seen | self._points(1))
        better, sign = (names[1], 1) if self.value > 0 else (names[0], -1)
        return Said("compare.better", {"better": better, **self._points(sign)})

    def _points(self, sign: int) -> dict[str, str]:
        low, high = sorted((sign * self.low, sign * self.high))
        texts = {"points": 100 * sign * self.value, "low": 100 * low, "high": 100 * high}
        return {name: f"{number + 0.0:.1f}".replace("-0.0", "0.0") for name, number in texts.items()}


def compare(first: Evidence, second: Evidence, score: str = PRIMARY, seed: int = 0) -> Difference:
    """Compare two sessions on the same examples in the same order; their label lists may differ.

    Choose `paired` where only arrays are at hand. Other rows or other true labels are a DataError.
    """
    if [example.id for example in first.examples] != [example.id for example in second.examples]:
        raise DataError(
            "the two methods were not asked the same rows",
            expected="the same examples in the same order",
            cure="evaluate both on one file, then compare",
        )
    labels = tuple(dict.fromkeys((*first.labels, *second.labels)))
    places = [np.array([labels.index(label) for label in side.labels]) for side in (first, second)]
    targets = [np.where(s.targets < 0, -1, at[s.targets]) for s, at in zip((first, second), places, strict=True)]
    if ((targets[0] != targets[1]) & (targets[0] >= 0) & (targets[1] >= 0)).any():
        raise DataError(
            "the same rows carry two different labels", expected="one label per row", cure="read the file once"
        )
    truth = np.maximum(targets[0], targets[1])
    return paired(truth, places[0][first.predicted], places[1][second.predicted], len(labels), score, seed)


def paired(
    targets: Array, first: Array, second: Array, classes: int, score: str = PRIMARY, seed: int = 0
) -> Difference:
    """Compare two lists of predicted classes [n] on the same rows, by paired bootstrap and McNemar's exact test.

    >>> truth = np.zeros(200, int)
    >>> a, b = np.array([0] * 150 + [1] * 50), np.array([0] * 180 + [1] * 20)
    >>> paired(truth, a, b, 2).sentence()
    'B is better by 15.0 points [10.0, 20.0]'
    """
    if score not in SCORES:
        raise unknown("score", score, SCORES)
    measure = SCORES[score]
    truth = np.where(targets < 0, classes, targets)
    cells, sizes = np.unique(np.stack([truth, first, second]), axis=1, return_counts=True)
    drawn = draw(sizes, seed)
    many = measure(counts_of(drawn, cells[0], cells[2], classes)) - measure(
        counts_of(drawn, cells[0], cells[1], classes)
    )
    low, high = np.quantile(many, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    before, after = (float(measure(count(targets, guess, classes))) for guess in (first, second))
    right_a, right_b = first == targets, second == targets
    lost, won = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    # Rows that never differ can not show a difference when resampled: the rule of three says what they can rule out.
    hidden = 1 - (1 - LEVEL) ** (1 / len(targets)) if lost + won == 0 else 0.0
    gap = smallest_visible_gap(len(targets), float(right_a.mean()), (lost + won) / len(targets))
    bounds = float(min(low, -hidden)) if hidden else float(low), float(max(high, hidden)) if hidden else float(high)
    return Difference(score, before, after, after - before, *bounds, mcnemar(lost, won), lost, won, len(targets), gap)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value that both are right equally often (McNemar 1947), from the rows where one is right.

    >>> round(mcnemar(1, 9), 4)
    0.0215
    """
    rows = only_first + only_second
    return min(1.0, 2 * _tail(rows, max(only_first, only_second)))


def worse_probability(correct_a: Array, correct_b: Array, groups: Array | None = None, seed: int = 0) -> float:
    """One-sided p-value that A is not worse than B, from correctness [n] on the same rows; small = A is worse.

    Exact binomial over the rows where one is right. With `groups` [n] (conversations, near duplicates) whole groups
    change sides in 10,000 seeded permutations, because their rows are not independent.
    """
    difference = np.asarray(correct_b, dtype=np.int64) - np.asarray(correct_a, dtype=np.int64)
    if groups is None:
        return _tail(int((difference != 0).sum()), int((difference > 0).sum()))
    sums = np.bincount(np.unique(groups, return_inverse=True)[1], weights=difference)
    sums = sums[sums != 0]
    dice, as_far = np.random.default_rng(seed), 1
    for _ in range(50):  # in blocks: all at once are gigabytes for fifty thousand rows
        signs = dice.integers(0, 2, (200, len(sums)), dtype=np.int8) * 2 - 1
        as_far += int((signs @ sums >= sums.sum()).sum())
    return as_far / 10_001


def less_likely(first: Array, second: Array, groups: Array | None = None, seed: int = 0) -> float:
    """One-sided p-value that the first model gives the right labels no less likelihood; small = it gives less.

    Each array is [temperatures, rows]: log-likelihood of the right label at each of some temperatures. In 2,000 seeded
    bootstrap draws of rows, or whole groups, both models take the temperature that is best for them there: otherwise
    one lucky group would make one model surer everywhere, and look significant.

    >>> rows = np.random.default_rng(0).normal(-1.0, 0.1, (1, 200))
    >>> less_likely(rows, rows + 0.1) < 0.01 < 0.99 < less_likely(rows + 0.1, rows)
    True
    """
    count = first.shape[1]
    places = np.arange(count) if groups is None else np.unique(groups, return_inverse=True)[1]
    held = int(places.max()) + 1
    sums = [np.stack([np.bincount(places, row, held) for row in one], 1) for one in (first, second)]
    dice, no_less = np.random.default_rng(seed), 1
    for _ in range(20):
        drawn = dice.multinomial(held, np.full(held, 1 / held), 100)
        low, high = ((drawn @ one).max(1) for one in sums)
        no_less += int((low >= high).sum())
    return no_less / 2_001


def significantly_worse(
    correct_a: Array, correct_b: Array, alpha: float = ALPHA, groups: Array | None = None, seed: int = 0
) -> bool:
    """True when A is worse than B on the same rows beyond chance; the ladder takes the cheapest rung that is not.

    >>> significantly_worse(np.array([0] * 10 + [1] * 90), np.ones(100))
    True
    >>> significantly_worse(np.array([0] * 2 + [1] * 98), np.ones(100))
    False
    """
    return worse_probability(correct_a, correct_b, groups, seed) < alpha


def _tail(rows: int, least: int) -> float:
    """P(X >= least) for X ~ binomial(rows, 1/2), through logarithms: rows may be many thousands."""
    if least <= 0:
        return 1.0
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, rows + 1)))])
    terms = logs[rows] - logs[least:] - logs[: rows - least + 1][::-1] - rows * np.log(2.0)
    return float(min(1.0, np.exp(terms).sum()))
