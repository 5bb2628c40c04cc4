"""Temperature and refusal threshold from the out-of-fold rows of the chosen rung: no test row, no row twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lingos.confidence import combination, confidence
from lingos.contracts import Calibration, Refusal
from lingos.evaluation import refusal
from lingos.evaluation.calibration import fit_temperature
from lingos.ladder.rung import Held, Rung
from lingos.training.corpus import Corpus

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["calibrate"]


def calibrate(rung: Rung, corpus: Corpus, rate: float, seed: int) -> tuple[Calibration, Refusal, str]:
    """(temperature, refusal, reason). `rate` = share of in-scope texts that may be refused; 0 = never refuse."""
    logits, targets = rung.logits, corpus.targets[rung.rows]
    temperature = fit_temperature(logits, targets)
    vectors = np.concatenate([held.vectors for held in rung.held])
    frozen = corpus.vectors[rung.rows] if vectors.shape[1] and rung.method.reads != "texts" else None
    choice = refusal.choose(frozen, targets, logits / temperature, seed)
    settings = _settings(choice.score, rung, temperature)
    found = np.concatenate([_confidence(choice.score, held, temperature, settings) for held in rung.held])
    limit = refusal.threshold(found, rate) if rate > 0 else float("-inf")
    return Calibration(temperature), Refusal(choice.score, limit, rate, settings), choice.reason


def _settings(score: str, rung: Rung, temperature: float) -> dict[str, float]:
    if score != "combined":
        return {}
    found = [combination(held.logits / temperature, held.vectors, held.bank) for held in rung.held if held.bank]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def _confidence(score: str, held: Held, temperature: float, settings: dict[str, float]) -> Array:
    vectors = held.vectors if held.vectors.shape[1] else None
    return confidence(score, held.logits / temperature, vectors, held.bank, settings)
