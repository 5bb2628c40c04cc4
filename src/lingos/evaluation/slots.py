"""How well slots are filled: the parts that stand in the text, the values that are implied, and all of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.contracts import Example, Prediction
from lingos.evaluation.intervals import RESAMPLES, Interval, wilson

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Slots", "slots"]


@dataclass(frozen=True, slots=True)
class Slots:
    """Scores with 95 % intervals, each (value, low, high).

    `marks` is F1 over the parts of texts: place and slot must both be right. `marked`: share of the rows in which all
    of them are. `implied`: share in which all implied values are right. `exact`: intent, marks and implied values.
    """

    rows: int
    marks: tuple[float, float, float]
    marked: tuple[float, float, float]
    implied: tuple[float, float, float]
    exact: tuple[float, float, float]


def slots(predictions: Sequence[Prediction], examples: Sequence[Example], seed: int = 0) -> Slots:
    """Judge predictions by the marks and implied values of their rows.

    >>> from lingos.contracts import Mark
    >>> hall = (Mark(13, 17, "room"),)
    >>> row = Example({"text": "light in the hall"}, "light", "1", marks=hall, implied={"state": "on"})
    >>> found = slots([Prediction("light", 1.0, False, (), marks=hall)], [row])
    >>> found.marks[0], found.implied[0], found.exact[0]
    (1.0, 0.0, 0.0)
    """
    marked = np.array([set(p.marks) == set(e.marks) for p, e in zip(predictions, examples, strict=True)])
    implied = np.array([dict(p.implied) == dict(e.implied) for p, e in zip(predictions, examples, strict=True)])
    intent = np.array([str(p.value) == str(e.target) for p, e in zip(predictions, examples, strict=True)])
    counts = np.array(
        [
            (len(set(p.marks) & set(e.marks)), len(p.marks), len(e.marks))
            for p, e in zip(predictions, examples, strict=True)
        ]
    )
    shares = (wilson(int(one.sum()), len(one)) for one in (marked, implied, marked & implied & intent))
    return Slots(len(examples), _f1(counts, seed), *(_told(one) for one in shares))


def _f1(counts: Array, seed: int) -> tuple[float, float, float]:
    """Rows are drawn anew: the parts of one text are right or wrong together."""
    chance = np.random.default_rng(seed)
    drawn = np.array([counts[chance.integers(len(counts), size=len(counts))].sum(0) for _ in range(RESAMPLES)])
    whole = float(_ratio(counts.sum(0)[None])[0])
    low, high = np.percentile(_ratio(drawn), [2.5, 97.5])
    return whole, float(low), float(high)


def _ratio(sums: Array) -> Array:
    told = sums[:, 1] + sums[:, 2]
    return np.where(told > 0, 2 * sums[:, 0] / np.maximum(told, 1), 1.0)


def _told(one: Interval) -> tuple[float, float, float]:
    return one.value, one.low, one.high
