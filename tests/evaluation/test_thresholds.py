"""Offsets for imbalance: fitted on held-out rows, they raise macro F1 on others; without a gain there are none."""

from __future__ import annotations

import numpy as np
import pytest

from lingos.evaluation.scores import SCORES, count
from lingos.evaluation.thresholds import fit_offsets
from lingos.tasks.base import softmax

SHARES = np.array([0.85, 0.1, 0.05])


def rows(seed: int, count: int = 6_000, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Log posteriors of three overlapping clouds under an uneven prior: what an honest classifier learns."""
    generator = np.random.default_rng(seed)
    targets = generator.choice(3, count, p=SHARES)
    places = 1.2 * np.eye(3)[targets] + generator.normal(size=(count, 3))
    return scale * (1.2 * places + np.log(SHARES)), targets


def macro_f1(logits: np.ndarray, targets: np.ndarray) -> float:
    return float(SCORES["macro_f1"](count(targets, logits.argmax(1), 3)))


@pytest.mark.parametrize("scale", [0.1, 1.0, 8.0])
def test_macro_f1_rises_on_rows_that_were_not_seen(scale: float) -> None:
    logits, targets = rows(0, scale=scale)
    move = fit_offsets(logits, targets, np.bincount(targets))
    fresh, truth = rows(1, scale=scale)
    assert macro_f1(fresh + move.offsets, truth) > macro_f1(fresh, truth) + 0.03
    assert move.offsets[0] < 0 < move.offsets[2], "away from the large class"
    assert move.said.code == "thresholds.moved" and "折外" in move.said.told("zh")


def test_no_gain_gives_no_offsets() -> None:
    sure = 9.0 * np.eye(3)[np.arange(90) % 3]
    move = fit_offsets(sure, np.arange(90) % 3, np.array([80, 8, 2]))
    assert move.offsets == () and move.said.code == "thresholds.kept"


def test_a_training_that_overdid_it_is_taken_back() -> None:
    logits, targets = rows(0)
    overdone = logits - 2 * np.log(SHARES)
    move = fit_offsets(overdone, targets, np.bincount(targets))
    assert move.offsets[0] > 0 > move.offsets[2]
    assert macro_f1(overdone + move.offsets, targets) > macro_f1(overdone, targets)


def test_a_class_without_a_row_is_no_infinity() -> None:
    logits, targets = rows(0, 200)
    move = fit_offsets(logits, np.where(targets == 2, 0, targets), np.array([180, 20, 0]))
    assert np.isfinite(move.offsets).all()
    assert np.isfinite(softmax(logits + np.array(move.offsets or (0, 0, 0)))).all()
