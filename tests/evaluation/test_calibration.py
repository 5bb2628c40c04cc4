from __future__ import annotations

import numpy as np
import pytest

from lingos.errors import DataError
from lingos.evaluation.calibration import calibration_error, fit_temperature, reliability
from lingos.tasks.base import softmax


def sample(rows: int = 4_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(rows, 5)) * 2
    draws = generator.random((rows, 1))
    return logits, (softmax(logits).cumsum(1) < draws).sum(1).clip(max=4)


@pytest.mark.parametrize("blown_up", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_put_in_is_found(blown_up: float) -> None:
    logits, targets = sample()
    assert fit_temperature(blown_up * logits, targets) == pytest.approx(blown_up, rel=0.06)


def test_calibration_mends_the_error() -> None:
    logits, targets = sample()
    fresh, truth = sample(seed=1)
    before = softmax(4 * fresh)
    after = softmax(4 * fresh, fit_temperature(4 * logits, targets))
    right = fresh.argmax(1) == truth
    assert calibration_error(before.max(1), right) > 0.15
    assert calibration_error(after.max(1), right) < 0.03


def test_few_rows_without_a_mistake_do_not_give_endless_confidence() -> None:
    logits = np.eye(3)[np.arange(30) % 3] * 4.0
    probabilities = softmax(logits, fit_temperature(logits, np.arange(30) % 3))
    assert 0.9 < probabilities.max() < 0.999


def test_unknown_rows_are_left_out_and_no_row_is_an_error() -> None:
    logits, targets = sample(500)
    more = np.vstack([logits, np.full((100, 5), 9.0)])
    assert fit_temperature(more, np.append(targets, [-1] * 100)) == fit_temperature(logits, targets)
    with pytest.raises(DataError, match="no row to calibrate on"):
        fit_temperature(logits, np.full(500, -1))


def test_huge_logits_do_not_overflow() -> None:
    assert softmax(np.array([[1e4, 0.0]])).tolist() == [[1.0, 0.0]]
    assert fit_temperature(np.array([[1e4, 0.0], [0.0, 1e4]] * 9), np.array([0, 0] * 9)) > 1


def test_bins_hold_the_same_mass_and_every_row() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.random(1_000)
    points = reliability(confidence, generator.random(1_000) < confidence)
    assert [point.rows for point in points] == pytest.approx([67] * 15, abs=1)
    assert sum(point.rows for point in points) == 1_000
    assert [p.confidence for p in points] == sorted(p.confidence for p in points)


def test_ties_do_not_make_the_error_depend_on_the_order_of_rows() -> None:
    confidence, correct = np.array([0.5] * 60 + [1.0] * 40), np.arange(100) % 2 == 0
    order = np.random.default_rng(0).permutation(100)
    assert calibration_error(confidence, correct) == calibration_error(confidence[order], correct[order])
    assert calibration_error(confidence, correct) == pytest.approx(0.4 * 0.5)
