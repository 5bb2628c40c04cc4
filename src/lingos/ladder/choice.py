"""The cheapest rung that is not significantly worse than the best one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import LingosError
from lingos.evaluation.comparison import less_likely, worse_probability
from lingos.ladder.rung import Rung
from lingos.training.corpus import Corpus
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["ALPHA", "Choice", "choose"]

ALPHA = 0.05
SHARP = 1.0  # points: where smaller gaps in accuracy can be seen, accuracy alone decides


@dataclass(frozen=True)
class Choice:
    """The rung taken, the best one, and one sentence that says why."""

    rung: Rung
    best: Rung
    reason: Said


def choose(rungs: list[Rung], corpus: Corpus, groups: Array | None = None) -> Choice:
    """Compare out-of-fold answers on the rows that two rungs share; rungs are given cheapest first.

    Accuracy decides. Where the rows are too few to see a gap of a point, the calibrated likelihood of the right label
    is asked as well: with ten rows a class a method that is two points better would otherwise hardly ever be found.
    """
    tried = [rung for rung in rungs if rung.held]
    if not tried:
        raise LingosError(
            "no method could be tried",
            expected="one method whose forecast fits the effort",
            cure="choose a larger --effort, or name a --method",
        )
    shared = _shared(tried)
    best = tried[int(np.argmax([rung.correct(corpus, shared).mean() for rung in tried]))]
    doubts = []
    for rung in tried[: tried.index(best)]:
        found = _against(rung, best, corpus, groups)
        if found.worse >= ALPHA and found.unsure >= ALPHA:
            return Choice(rung, best, found.sentence())
        doubts += [found.sentence()] if found.worse >= ALPHA else []
    joined: Said | str = ""
    for doubt in reversed(doubts):
        joined = Said("ladder.doubts", {"first": doubt, "others": joined})
    return Choice(best, best, Said("ladder.best", {"rung": best.name, "rows": len(best.rows), "doubts": joined}))


def _shared(rungs: list[Rung]) -> Array:
    rows = rungs[0].rows
    for rung in rungs[1:]:
        rows = np.intersect1d(rows, rung.rows)
    return rows


@dataclass(frozen=True)
class _Against:
    """A rung beside the best one on the rows that both predicted. `worse`, `unsure`: p that it is not."""

    rung: Rung
    best: Rung
    rows: int
    gap: float  # points of accuracy
    worse: float
    visible: float  # points: a smaller gap in accuracy these rows can not show
    unsure: float  # of the likelihood; 1 where accuracy alone is sharp enough

    def sentence(self) -> Said:
        """Why the rung is taken, or left although it is right as often."""
        values = {"rung": self.rung.name, "gap": f"{self.gap:.1f}", "rows": self.rows, "chance": f"{self.worse:.2f}"}
        if self.unsure >= ALPHA:
            return Said("ladder.cheapest", {**values, "best": self.best.name})
        return Said("ladder.unsure", {**values, "unsure": f"{self.unsure:.3f}", "visible": f"{self.visible:.1f}"})


def _against(rung: Rung, best: Rung, corpus: Corpus, groups: Array | None) -> _Against:
    rows = np.intersect1d(rung.rows, best.rows)
    own = None if groups is None else groups[rows]
    right, most = rung.correct(corpus, rows), best.correct(corpus, rows)
    visible = 196 * float((most - right).std()) / len(rows) ** 0.5
    unsure = 1.0
    if visible > SHARP:
        # Few rows: right or wrong says little, how sure of it says more. Two looks halve the level.
        unsure = min(1.0, 2 * less_likely(rung.likelihood(corpus, rows), best.likelihood(corpus, rows), own))
    worse = worse_probability(right, most, own)
    return _Against(rung, best, len(rows), 100 * float(most.mean() - right.mean()), worse, visible, unsure)
