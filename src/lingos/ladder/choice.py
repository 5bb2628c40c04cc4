"""The cheapest rung than which no dearer one is significantly better."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import LingosError
from lingos.evaluation.comparison import less_likely, worse_probability
from lingos.ladder.rung import Rung
from lingos.training.corpus import Corpus
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["ALPHA", "Choice", "champion", "choose", "futile"]

ALPHA = 0.05
WORTH = 0.25  # chance of being significantly better below which the other folds are not run
SHARP = 1.0  # points: where smaller gaps in accuracy can be seen, accuracy alone decides


@dataclass(frozen=True)
class Choice:
    """The rung taken, the best one, and one sentence that says why."""

    rung: Rung
    best: Rung
    reason: Said


def choose(rungs: list[Rung], corpus: Corpus, groups: Array | None = None) -> Choice:
    """The cheapest rung than which no dearer one is significantly better, each pair on the rows that both predicted.
    Rungs are given cheapest first.

    Accuracy decides. Where the rows are too few to see a gap of a point, the calibrated likelihood of the right label
    is asked as well: with ten rows a class a method that is two points better would otherwise hardly ever be found.
    Each pair is asked at 5 %: of equally good methods a cheap one is passed over more often than that.
    """
    tried = [rung for rung in rungs if rung.held]
    if not tried:
        raise LingosError(
            "no method could be tried",
            expected="one method whose forecast fits the effort",
            cure="choose a larger --effort, or name a --method",
        )
    whole = [rung for rung in tried if not rung.stopped]
    best, doubts = champion(whole, corpus), list[Said]()
    for rung in whole:
        better = _better(rung, whole[whole.index(rung) + 1 :], corpus, groups)
        if better is None:
            return Choice(rung, best, _reason(rung, best, doubts, corpus, groups))
        doubts += [better.doubt()] if better.worse >= ALPHA else []
    raise AssertionError("nothing is dearer than the last rung")


def _better(rung: Rung, dearer: list[Rung], corpus: Corpus, groups: Array | None) -> _Against | None:
    """The rung beside a dearer one that is significantly better; None where there is none. Not only the best one is
    asked: it may have few rows, or be right by chance where another one is surer.
    """
    for other in dearer:
        found = _against(rung, other, corpus, groups)
        if min(found.worse, found.unsure) < ALPHA:
            return found
    return None


def _reason(rung: Rung, best: Rung, doubts: list[Said], corpus: Corpus, groups: Array | None) -> Said:
    joined: Said | str = ""
    for doubt in reversed(doubts):
        joined = Said("ladder.doubts", {"first": doubt, "others": joined})
    if rung is best:
        return Said("ladder.best", {"rung": best.name, "rows": len(best.rows), "doubts": joined})
    beside = _against(rung, best, corpus, groups).facts
    return Said("ladder.cheapest", {**beside, "doubts": joined})


def champion(rungs: list[Rung], corpus: Corpus) -> Rung:
    """The last one standing when each rung, cheapest first, meets the best so far on the rows that both predicted."""
    best = rungs[0]
    for rung in rungs[1:]:
        rows = np.intersect1d(rung.rows, best.rows)
        if len(rows) and rung.correct(corpus, rows).mean() > best.correct(corpus, rows).mean():
            best = rung
    return best


def futile(rung: Rung, rivals: list[Rung], corpus: Corpus, planned: int) -> Said | None:
    """Why the other folds of a rung are not worth their time; None where they are, or where nothing can be said yet.

    A dearer method is only taken where it is significantly better. After some of the `planned` rows this is the chance
    that it will be, with nothing known but what was seen (predictive power; Spiegelhalter et al. 1986). Where so few
    rows can not show a gap of a point, the likelihood decides in the end and nothing is stopped.
    """
    rows, whole = rung.rows, [rival for rival in rivals if rival.held and not rival.stopped]
    if not whole:
        return None
    rival = champion(whole, corpus)
    planned = min(planned, len(rival.rows))
    shared = np.intersect1d(rows, rival.rows)
    if not 0 < len(shared) < planned:
        return None
    gaps = rung.correct(corpus, shared) - rival.correct(corpus, shared)
    spread = max(float(gaps.std()), len(shared) ** -0.5)  # rows that all agree do not prove that the next ones will
    if 196 * spread / planned**0.5 > SHARP:
        return None
    chance = _reached(float(gaps.mean()) / spread, len(shared), planned)
    if chance >= WORTH:
        return None
    values = {"rung": rung.name, "best": rival.name, "rows": len(shared), "chance": f"{100 * chance:.0f}"}
    return Said("ladder.stopped", values)


def _reached(gap: float, seen: int, planned: int) -> float:
    """Chance that a mean gap (in standard deviations of a row) on all rows is above the significant one."""
    needed, left = NormalDist().inv_cdf(1 - ALPHA) / planned**0.5, (1 / seen - 1 / planned) ** 0.5
    return 1 - NormalDist().cdf((needed - gap) / left)


@dataclass(frozen=True)
class _Against:
    """A rung beside a dearer or the best one on the rows that both predicted. `worse`, `unsure`: p that it is not."""

    rung: Rung
    best: Rung
    rows: int
    gap: float  # points of accuracy
    worse: float
    visible: float  # points: a smaller gap in accuracy these rows can not show
    unsure: float  # of the likelihood; 1 where accuracy alone is sharp enough

    @property
    def facts(self) -> dict[str, object]:
        """Names and numbers for a sentence."""
        names = {"rung": self.rung.name, "best": self.best.name}
        return {**names, "gap": f"{self.gap:.1f}", "rows": self.rows, "chance": f"{self.worse:.2f}"}

    def doubt(self) -> Said:
        """Why the rung is left although it is right as often."""
        numbers = {"unsure": f"{self.unsure:.3f}", "visible": f"{self.visible:.1f}"}
        return Said("ladder.unsure", {**self.facts, **numbers})


def _against(rung: Rung, best: Rung, corpus: Corpus, groups: Array | None) -> _Against:
    rows = np.intersect1d(rung.rows, best.rows)
    own = None if groups is None else groups[rows]
    right, most = rung.correct(corpus, rows), best.correct(corpus, rows)
    visible = 196 * float((most - right).std()) / len(rows) ** 0.5
    unsure, worse = 1.0, worse_probability(right, most, own)
    if visible > SHARP:
        # Few rows: right or wrong says little, how sure of it says more. Two looks halve the level of each.
        unsure = min(1.0, 2 * less_likely(rung.likelihood(corpus, rows), best.likelihood(corpus, rows), own))
        worse = min(1.0, 2 * worse)
    return _Against(rung, best, len(rows), 100 * float(most.mean() - right.mean()), worse, visible, unsure)
