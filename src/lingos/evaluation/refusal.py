"""When to say "I am not sure": which confidence score, which threshold, what it costs and what it saves.

Everything is decided on in-scope rows. How well foreign texts are caught is simulated: some classes are left out of
a quick classifier, and their rows play the foreigners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lingos.confidence import DISTANCES, GUARDED, PER_CLASS, Bank, bank, combination, confidence, guard
from lingos.errors import DataError, RecipeError
from lingos.evaluation.calibration import fit_temperature
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = [
    "Choice",
    "Curve",
    "Learner",
    "Seen",
    "auroc",
    "caught",
    "choose",
    "choose_by",
    "risk_coverage",
    "threshold",
]

CANDIDATES = ("softmax", "margin", "energy", "entropy", "neighbour", "centroid", "combined", GUARDED)
ROWS = 4_000  # of the simulation
TEXTS = 2_000  # of the simulation by a method that reads texts: it is fitted in each turn
FOLDS = 4
NEAR = 0.005  # a difference in AUROC that is not worth a bank of vectors


@dataclass(frozen=True, slots=True)
class Curve:
    """Answer the surest share `coverage` of the rows: `risk` is their error rate. `area` (AURC) = mean risk."""

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The score chosen. Per candidate: AUROC of foreign against own rows, and of wrong against right answers."""

    score: str
    foreign: Mapping[str, float]  # empty where there are fewer than four classes
    wrong: Mapping[str, float]
    reason: Said


@dataclass(frozen=True, slots=True)
class Seen:
    """What a quick classifier says about n rows: logits [n, c] over the classes [c], ascending, and what the other
    scores want.
    """

    logits: Array
    classes: Array
    vectors: Array | None = None
    memory: Bank | None = None
    known: Array | None = None

    def scores(self, fit: Array) -> dict[str, Array]:
        """Each score [n] that can be computed; scales are taken from the rows `fit`."""
        settings: dict[str, float] = {}
        if self.vectors is not None and self.memory is not None:
            settings |= combination(self.logits[fit], self.vectors[fit], self.memory)
        if self.known is not None:
            settings |= guard(self.logits[fit], self.known[fit])
        lacking = (DISTANCES if self.memory is None else frozenset()) | ({GUARDED} if self.known is None else set())
        able = [name for name in CANDIDATES if name not in lacking]
        return {name: confidence(name, self.logits, self.vectors, self.memory, settings, self.known) for name in able}


Learner = Callable[["Array", "Array"], Seen]  # (rows to learn from, rows to judge) -> what it says about the latter


def choose(
    vectors: Array | None, targets: Array, logits: Array | None = None, seed: int = 0, per_class: int = PER_CLASS
) -> Choice:
    """Choose the confidence score from training rows alone: no text from outside is needed, none is looked at.

    `vectors` [n, d] come from a model that did not learn these labels (frozen) or from out-of-fold models; `logits`
    [n, c], if given, are out-of-fold and say how well the scores of the logits tell right from wrong answers. Without
    vectors the answer is among the scores of the logits. At least 8 rows, else "softmax".
    """
    known = np.flatnonzero(targets >= 0)
    if vectors is None:
        return _from_logits(logits, targets)
    if len(known) < 8:
        return Choice("softmax", {}, {}, Said("refuse.few"))
    known = _some(known, ROWS, seed)
    unit, targets = np.asarray(vectors[known], dtype=np.float32), targets[known]
    foreign, wrong = _turns(_ridge_learner(unit, targets, per_class), targets, np.arange(len(known)), seed)
    if logits is not None:
        wrong |= _from_logits(logits[known], targets).wrong
    return _best(foreign, wrong)


def choose_by(learner: Learner, targets: Array, seen: Seen, seed: int = 0) -> Choice:
    """The same choice for a method without vectors: `learner` fits the method itself on part of the rows.

    `seen` are its out-of-fold outputs for all rows: they say how well each score tells right from wrong answers.
    "guarded" is taken unless it is clearly worse than "softmax": the rows of classes that are left out speak the words
    of the data, so they can not show what it is for, texts about something else.
    """
    rows = _some(np.arange(len(targets)), TEXTS, seed)
    foreign, _ = _turns(learner, targets, rows, seed) if len(rows) >= 8 else ({}, {})
    right = seen.classes[seen.logits.argmax(1)] == targets
    scores = seen.scores(np.arange(len(targets)))
    wrong = {name: auroc(score[right], score[~right]) for name, score in scores.items()}
    return _best(foreign, wrong)


def threshold(in_scope: Array, rate: float) -> float:
    """The confidence below which to refuse, so that a new in-scope text is refused with probability at most `rate`.

    Split conformal (Vovk et al. 2005): the floor(rate (n + 1))-th smallest confidence of n validation rows that were
    not trained on. With too few rows for the rate, or rate 0, nothing is refused (minus infinity).

    >>> threshold(np.arange(100) / 100, 0.05)
    0.04
    """
    if not 0 <= rate < 1:
        raise RecipeError(
            f"can not refuse a share of {rate}", expected="a rate from 0 up to 1", cure="--refuse 5% refuses 1 in 20"
        )
    place = int(rate * (len(in_scope) + 1) + 1e-9)
    return float(np.partition(in_scope, place - 1)[place - 1]) if place else float("-inf")


def risk_coverage(score: Array, correct: Array, points: int = 101) -> Curve:
    """The risk-coverage curve (El-Yaniv and Wiener 2010) of confidence [n] and correctness [n] at up to 101 coverages.

    >>> risk_coverage(np.array([0.9, 0.8, 0.1, 0.1]), np.array([True, True, False, True])).risk[-1]
    0.25
    """
    if len(score) == 0:
        raise DataError("no row for a risk-coverage curve", expected="at least one row", cure="give a larger test file")
    values, inverse, sizes = np.unique(-score, return_inverse=True, return_counts=True)
    # Rows of equal confidence can not be told apart: each carries the error rate of its group.
    errors = np.bincount(inverse, weights=~np.asarray(correct, dtype=bool), minlength=len(values)) / sizes
    rows = np.arange(1, len(score) + 1)
    risk = np.cumsum(np.repeat(errors, sizes)) / rows
    shown = np.unique(np.linspace(0, len(rows) - 1, min(points, len(rows))).round().astype(int))
    coverage = rows[shown] / len(rows)
    return Curve(tuple(map(float, coverage)), tuple(map(float, risk[shown])), float(risk.mean()))


def auroc(high: Array, low: Array) -> float:
    """Probability that a number from `high` exceeds one from `low`, ties count half; 0.5 where a side is empty.

    >>> auroc(np.array([2, 3]), np.array([1, 2]))
    0.875
    """
    if not len(high) or not len(low):
        return 0.5
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / (2 * len(low)))


def caught(foreign: Array, limit: float) -> float:
    """Share of foreign texts that a threshold refuses."""
    return float((np.asarray(foreign) < limit).mean()) if len(foreign) else 0.0


def _left_out(targets: Array) -> Sequence[Array]:
    classes = np.unique(targets)
    return [classes[turn::FOLDS] for turn in range(FOLDS)] if len(classes) >= 4 else [classes[:0]] * 2


def _some(rows: Array, most: int, seed: int) -> Array:
    return rows if len(rows) <= most else np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def _turns(learner: Learner, targets: Array, rows: Array, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Mean AUROCs of foreign and of wrong answers, over turns in which other classes are left out."""
    outs = _left_out(targets[rows])
    rounds = [_simulated(learner, targets, rows, out, seed + turn) for turn, out in enumerate(outs)]
    return _mean([found for found, _ in rounds if found]), _mean([found for _, found in rounds if found])


def _simulated(
    learner: Learner, targets: Array, rows: Array, out: Array, seed: int
) -> tuple[dict[str, float], dict[str, float]]:
    """One turn: learn on half the own rows, then score the other half and the rows of the classes left out."""
    targets = targets[rows]
    outside = np.isin(targets, out)
    own = np.random.default_rng(seed).permutation(np.flatnonzero(~outside))
    learn, fit, test = own[: len(own) // 2], own[len(own) // 2 : 3 * len(own) // 4], own[3 * len(own) // 4 :]
    kept = np.unique(targets[learn])
    if len(kept) < 2 or not len(test):
        return {}, {}
    seen = learner(rows[learn], rows)
    classes = seen.classes
    place = np.where(np.isin(targets, kept), np.searchsorted(classes, targets).clip(max=len(classes) - 1), -1)
    if (place[fit] < 0).all():
        return {}, {}
    seen = replace(seen, logits=seen.logits / fit_temperature(seen.logits[fit], place[fit]))
    scores = seen.scores(fit)
    right = seen.logits[test].argmax(1) == place[test]
    foreign = {name: auroc(score[test], score[outside]) for name, score in scores.items()} if outside.any() else {}
    return foreign, {name: auroc(score[test][right], score[test][~right]) for name, score in scores.items()}


def _ridge_learner(unit: Array, targets: Array, per_class: int) -> Learner:
    def learn(rows: Array, judged: Array) -> Seen:
        kept = np.unique(targets[rows])
        weights = _ridge(unit[rows], np.searchsorted(kept, targets[rows]), len(kept))
        memory = bank(unit[rows], targets[rows], per_class)
        return Seen(_with_one(unit[judged]) @ weights, kept, unit[judged], memory)

    return learn


def _from_logits(logits: Array | None, targets: Array) -> Choice:
    if logits is None:
        return Choice("softmax", {}, {}, Said("refuse.nothing"))
    right = logits.argmax(1) == targets
    scores = Seen(logits, np.arange(logits.shape[1])).scores(np.arange(len(targets)))
    return _best({}, {name: auroc(score[right], score[~right]) for name, score in scores.items()})


def _best(foreign: Mapping[str, float], wrong: Mapping[str, float]) -> Choice:
    """The best mean of both AUROCs; softmax where nothing is clearly better, because it needs no bank; see `choose_by`
    for "guarded".
    """
    merit = {name: np.mean([table[name] for table in (foreign, wrong) if name in table]) for name in wrong}
    if not merit:
        return Choice("softmax", foreign, wrong, Said("refuse.few"))
    best = max(merit, key=lambda name: merit[name])
    chosen = best if merit[best] > merit["softmax"] + NEAR else "softmax"
    if merit.get(GUARDED, 0.0) >= merit["softmax"] - NEAR:
        chosen = GUARDED
    return Choice(chosen, dict(foreign), dict(wrong), _reason(chosen, foreign, wrong))


def _reason(chosen: str, foreign: Mapping[str, float], wrong: Mapping[str, float]) -> Said:
    """The numbers of the chosen score, and those of softmax beside them."""
    beside: Said | str = ""
    if chosen != "softmax":
        other = Said("refuse.beside.foreign", {"value": foreign["softmax"]}) if "softmax" in foreign else ""
        beside = Said("refuse.beside", {"foreign": other, "wrong": wrong["softmax"]})
    part = Said("refuse.foreign", {"value": foreign[chosen]}) if chosen in foreign else ""
    return Said("refuse.best", {"score": chosen, "foreign": part, "wrong": wrong[chosen], "beside": beside})


def _mean(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in rounds])) for name in rounds[0]} if rounds else {}


def _with_one(unit: Array) -> Array:
    return np.hstack([unit, np.ones((len(unit), 1), dtype=unit.dtype)])


def _ridge(unit: Array, place: Array, classes: int, penalty: float = 0.1) -> Array:
    """One-against-rest least squares [d + 1, classes]: a linear classifier in one step."""
    inputs = _with_one(unit)
    wanted = np.eye(classes, dtype=inputs.dtype)[place]
    inverse = inputs.T @ inputs + penalty * np.eye(inputs.shape[1], dtype=inputs.dtype)
    return np.asarray(np.linalg.solve(inverse, inputs.T @ wanted))
