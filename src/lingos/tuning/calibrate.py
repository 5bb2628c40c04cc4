"""Temperature, refusal threshold and, if asked for, a decision for imbalance, all from the out-of-fold rows of the
chosen rung: no test row, no row twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from lingos.confidence import GUARDED, combination, confidence, guard
from lingos.contracts import Calibration, Refusal
from lingos.evaluation import refusal
from lingos.evaluation.calibration import fit_temperature
from lingos.evaluation.thresholds import fit_offsets
from lingos.ladder.rung import Held, Rung
from lingos.training.corpus import Corpus
from lingos.training.fit import fit, outputs
from lingos.tuning.outside import learns
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["calibrate"]

JUDGED = 20  # wrong answers, at least; the error of an AUROC over so many is 0.07
LOGITS = ("energy", "entropy", "softmax")  # scores that texts from outside can move, as the loss moves them
NEAR = 0.005  # a difference in AUROC that decides nothing: the texts were learned
BLIND = 0.6  # an AUROC below this is hardly better than chance, 0.5


def calibrate(
    rung: Rung, corpus: Corpus, rate: float, seed: int, say: Callable[[str], None] = lambda text: None
) -> tuple[Calibration, Refusal, Said]:
    """(calibration, refusal, reason). `rate` = share of in-scope texts that may be refused; 0 = never refuse."""
    rung = _learned(rung, corpus, say)
    offsets = _offsets(rung, corpus, say)
    rung = _moved(rung, offsets)
    logits, targets = rung.logits, corpus.targets[rung.rows]
    temperature = fit_temperature(logits, targets)
    if corpus.outside and not learns(rung.method):
        say(Said("outside.untrained", {"method": rung.method.name}))
    choice = _choice(rung, corpus, temperature, seed, rate)
    settings = _settings(choice.score, rung, temperature)
    found = np.concatenate([_confidence(choice.score, held, temperature, settings) for held in rung.held])
    limit = refusal.threshold(found, rate) if rate > 0 else float("-inf")
    if rate > 0:
        _warn_if_blind(choice, int((logits.argmax(1) != targets).sum()), say)
    return Calibration(temperature, offsets), Refusal(choice.score, limit, rate, settings), choice.reason


def _warn_if_blind(choice: refusal.Choice, wrong: int, say: Callable[[str], None]) -> None:
    """Say where refusing is hardly better than chance: neither wrong answers nor foreign texts stand out. A few wrong
    answers say nothing about it.
    """
    if wrong < JUDGED:
        return
    found = [one[choice.score] for one in (choice.wrong, choice.foreign) if choice.score in one]
    if found and max(found) < BLIND:
        say(Said("refuse.blind", {"best": max(found)}))


def _learned(rung: Rung, corpus: Corpus, say: Callable[[str], None]) -> Rung:
    """The rung without rows whose class its fold's training rows lack: no model could have answered them, while the
    skill, which learns all rows, can. Where no row is left, as with one row a class, all count.
    """
    held = [_part(one, np.isin(one.targets, np.delete(corpus.targets, one.rows))) for one in rung.held]
    held = [one for one in held if len(one.rows)]
    lost = len(rung.rows) - sum(len(one.rows) for one in held)
    if not lost or not held:
        return rung
    values = {"count": lost, "rows": len(rung.rows)}
    say(Said("calibrate.left", values))
    return dataclasses.replace(rung, held=held)


def _part(held: Held, rows: Array) -> Held:
    names = ("rows", "logits", "vectors", "targets", "known")
    parts = {name: getattr(held, name)[rows] for name in names if getattr(held, name) is not None}
    return dataclasses.replace(held, **parts)


def _offsets(rung: Rung, corpus: Corpus, say: Callable[[str], None]) -> tuple[float, ...]:
    """What the setting `thresholds` asks to add to the logits; none is the default."""
    if getattr(rung.settings, "thresholds", "none") == "none":
        return ()
    counts = np.bincount(corpus.targets, minlength=corpus.classes)
    move = fit_offsets(rung.logits, corpus.targets[rung.rows], counts)
    say(move.said)
    return move.offsets


def _moved(rung: Rung, offsets: tuple[float, ...]) -> Rung:
    """The rung as if its logits had been moved: temperature and refusal are fitted on what will be answered."""
    if not offsets:
        return rung
    step = np.asarray(offsets)
    held = [
        dataclasses.replace(
            held, logits=held.logits + step, outside=None if held.outside is None else held.outside + step
        )
        for held in rung.held
    ]
    return dataclasses.replace(rung, held=held)


def _choice(rung: Rung, corpus: Corpus, temperature: float, seed: int, rate: float) -> refusal.Choice:
    if corpus.outside and learns(rung.method):
        return _by_outside(rung, corpus, temperature)
    targets, known, logits = corpus.targets[rung.rows], _known(rung), rung.logits / temperature
    if known is not None and rate > 0:  # without refusal the fits of the simulation are not worth their time
        seen = refusal.Seen(logits, np.arange(corpus.classes), known=known)
        return refusal.choose_by(_learner(rung, corpus, seed), targets, seen, seed)
    frozen = corpus.vectors[rung.rows] if rung.method.reads != "texts" and rung.held[0].vectors.shape[1] else None
    return refusal.choose(frozen, targets, logits, seed)


def _by_outside(rung: Rung, corpus: Corpus, temperature: float) -> refusal.Choice:
    """The score of the logits that tells rows out of fold best from texts from outside, energy where it is as good. The
    texts were learned: no score is as good on others, and which is best depends on how much of the trunk could move.
    """
    pairs = [(one.logits / temperature, one.outside / temperature) for one in rung.held if one.outside is not None]
    found = {
        name: float(np.mean([refusal.auroc(confidence(name, own), confidence(name, other)) for own, other in pairs]))
        for name in LOGITS
    }
    best = next(name for name in LOGITS if found[name] >= max(found.values()) - NEAR)
    wrong = refusal.choose(None, corpus.targets[rung.rows], rung.logits / temperature).wrong
    return refusal.Choice(best, {}, wrong, Said("outside.score", {"score": best, "value": found[best]}))


def _learner(rung: Rung, corpus: Corpus, seed: int) -> refusal.Learner:
    """The rung's own method, fitted on part of its rows."""

    def learn(rows: Array, judged: Array) -> refusal.Seen:
        fitted = fit(corpus, rung.method, rung.settings, rung.rows[rows], seed)
        found = outputs(fitted, corpus, rung.rows[judged])
        kept = np.unique(corpus.targets[rung.rows[rows]])
        return refusal.Seen(found["logits"][:, kept], kept, known=found["known"])

    return learn


def _known(rung: Rung) -> Array | None:
    parts = [held.known for held in rung.held if held.known is not None]
    return np.concatenate(parts) if len(parts) == len(rung.held) else None


def _settings(score: str, rung: Rung, temperature: float) -> dict[str, float]:
    known = _known(rung)
    if score == GUARDED and known is not None:
        return guard(rung.logits / temperature, known)
    if score != "combined":
        return {}
    found = [combination(held.logits / temperature, held.vectors, held.bank) for held in rung.held if held.bank]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def _confidence(score: str, held: Held, temperature: float, settings: dict[str, float]) -> Array:
    vectors = held.vectors if held.vectors.shape[1] else None
    return confidence(score, held.logits / temperature, vectors, held.bank, settings, held.known)
