"""Out-of-fold rows of a class that the fold could not learn spoil no temperature, no refusal and no threshold."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from tests.training import made

from lingos.contracts import Example
from lingos.ladder.rung import Held, Rung
from lingos.methods.base import method
from lingos.training.corpus import Corpus
from lingos.tuning.calibrate import calibrate

PAIRS = 110  # rows of each of two classes


def corpus(alone: int) -> Corpus:
    """Two classes of many rows, and classes of one row each."""
    labels = ["a", "b"] * PAIRS + [f"c{k}" for k in range(alone)]
    return made.corpus_of([Example({"text": f"row {k}"}, label, f"r{k}") for k, label in enumerate(labels)], None)


def rung(found: Corpus, folds: int = 4) -> Rung:
    """Mostly right about "a" and "b"; quite sure, and wrong, about the rows that it could not learn."""
    rows = np.arange(len(found))
    logits = np.full((len(rows), found.classes), -30.0)
    logits[:, :2] = np.where(np.arange(2) == rows[:, None] % 2, 2.0, -2.0)
    logits[::9, :2] *= -1
    known = np.ones(len(rows), np.float32)
    settings = made.settings("tfidf")
    held = [
        Held(part, logits[part], np.zeros((len(part), 0), np.float32), found.targets[part], None, 0.0, known[part])
        for part in np.array_split(rows, folds)
    ]
    return Rung(method("tfidf"), settings, held=held)


def test_rows_of_a_class_that_no_fold_learned_are_left_out_and_counted() -> None:
    said: list[str] = []
    whole, plain = corpus(12), corpus(0)
    spoiled = calibrate(rung(whole), whole, 0.0, 0, said.append)[0]
    clean = rung(whole)
    clean = dataclasses.replace(clean, held=[one for one in map(_only, clean.held) if len(one.rows)])
    assert spoiled.temperature == calibrate(clean, whole, 0.0, 0)[0].temperature
    assert said == ["12 of 232 rows out of fold are left out of the calibration: their class has no row to learn from"]
    calibrate(rung(plain), plain, 0.0, 0, said.append)
    assert len(said) == 1, "nothing to say where each class was learned"


def test_the_threshold_is_that_of_the_rows_that_could_be_answered() -> None:
    whole = corpus(12)
    found = rung(whole)
    for held in found.held:
        held.logits[held.targets >= 2, :2] = 0.1  # unsure of all that it could not learn
    _, refusal, _ = calibrate(found, whole, 0.1, 0)
    kept = dataclasses.replace(found, held=[one for one in map(_only, found.held) if len(one.rows)])
    assert refusal == calibrate(kept, whole, 0.1, 0)[1]


def test_refusal_that_is_no_better_than_chance_is_told() -> None:
    said: list[str] = []
    plain = corpus(0)
    calibrate(rung(plain), plain, 0.1, 0, said.append)  # it is as sure of its wrong answers as of the right ones
    assert len(said) == 1 and said[0].startswith("refusal is hardly better than chance here (AUROC 0.5")
    doubtful = rung(plain)
    for held in doubtful.held:
        held.logits[held.logits.argmax(1) != held.targets, :2] *= 0.1
    calibrate(doubtful, plain, 0.1, 0, said.append)
    perfect = rung(plain)
    for held in perfect.held:
        held.logits[held.logits.argmax(1) != held.targets, :2] *= -1
    calibrate(perfect, plain, 0.1, 0, said.append)  # no wrong answer: nothing is known of how they would look
    calibrate(rung(plain), plain, 0.0, 0, said.append)
    assert len(said) == 1, "nothing to say where doubt tells wrong answers, or where nothing is refused"


def test_one_row_a_class_still_gives_a_temperature() -> None:
    found = made.corpus_of([Example({"text": f"row {k}"}, f"c{k}", f"r{k}") for k in range(8)], None)
    assert calibrate(rung(found, 2), found, 0.05, 0)[0].temperature > 0


def _only(held: Held) -> Held:
    rows, names = held.targets < 2, ("rows", "logits", "vectors", "targets", "known")
    parts: dict[str, Any] = {name: getattr(held, name)[rows] for name in names}
    return dataclasses.replace(held, **parts)
