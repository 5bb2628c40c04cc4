"""The cheapest rung that is not significantly worse than the best one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import LingosError
from lingos.evaluation.comparison import worse_probability
from lingos.ladder.rung import Rung
from lingos.training.corpus import Corpus

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["ALPHA", "Choice", "choose"]

ALPHA = 0.05


@dataclass(frozen=True)
class Choice:
    """The rung taken, the best one, and one sentence that says why."""

    rung: Rung
    best: Rung
    reason: str


def choose(rungs: list[Rung], corpus: Corpus, groups: Array | None = None) -> Choice:
    """Compare out-of-fold correctness on the rows that two rungs share; rungs are given cheapest first."""
    tried = [rung for rung in rungs if rung.held]
    if not tried:
        raise LingosError(
            "no method could be tried",
            expected="one method whose forecast fits the effort",
            cure="choose a larger --effort, or name a --method",
        )
    shared = _shared(tried)
    best = tried[int(np.argmax([rung.correct(corpus, shared).mean() for rung in tried]))]
    for rung in tried:
        rows = np.intersect1d(rung.rows, best.rows)
        right, most = rung.correct(corpus, rows), best.correct(corpus, rows)
        chance = worse_probability(right, most, None if groups is None else groups[rows])
        if rung is best or chance >= ALPHA:
            return Choice(rung, best, _sentence(rung, best, float(most.mean() - right.mean()), chance, len(rows)))
    raise AssertionError("the best rung is never worse than itself")


def _shared(rungs: list[Rung]) -> Array:
    rows = rungs[0].rows
    for rung in rungs[1:]:
        rows = np.intersect1d(rows, rung.rows)
    return rows


def _sentence(rung: Rung, best: Rung, gap: float, chance: float, rows: int) -> str:
    if rung is best:
        return f"{rung.name} is best and every cheaper method is significantly worse ({rows} rows out of fold)"
    return (
        f"{rung.name} is the cheapest that is not significantly worse than {best.name}"
        f" ({100 * gap:.1f} points on {rows} rows out of fold, p = {chance:.2f})"
    )
