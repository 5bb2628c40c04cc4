from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from lingos.errors import DataError, RecipeError
from lingos.evaluation.refusal import Choice, Seen, auroc, caught, choose, choose_by, risk_coverage, threshold


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_auroc_is_that_of_scikit_learn_with_ties(high: list[int], low: list[int]) -> None:
    wanted = roc_auc_score([1] * len(high) + [0] * len(low), high + low)
    assert auroc(np.array(high), np.array(low)) == pytest.approx(wanted)


def test_the_threshold_keeps_its_promise_on_new_rows() -> None:
    generator = np.random.default_rng(0)
    refused = []
    for _ in range(400):
        limit = threshold(generator.normal(size=200), 0.05)
        refused.append((generator.normal(size=500) < limit).mean())
    assert 0.040 < np.mean(refused) <= 0.0515


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.floats(0, 0.5))
def test_no_more_validation_rows_are_refused_than_asked_for(values: list[float], rate: float) -> None:
    limit = threshold(np.array(values), rate)
    assert (np.array(values) < limit).mean() <= rate


def test_rate_zero_or_too_few_rows_refuse_nothing_and_nonsense_is_told() -> None:
    assert threshold(np.arange(10.0), 0.0) == float("-inf")
    assert threshold(np.arange(10.0), 0.05) == float("-inf")
    with pytest.raises(RecipeError, match="can not refuse"):
        threshold(np.arange(10.0), 5.0)


def test_a_perfect_score_pushes_all_errors_to_the_end() -> None:
    curve = risk_coverage(np.arange(100) / 100, np.arange(100) >= 20)
    assert curve.risk[curve.coverage.index(0.8)] == 0
    assert curve.risk[-1] == pytest.approx(0.2)
    worse = risk_coverage(-np.arange(100) / 100, np.arange(100) >= 20)
    assert worse.area > curve.area


def test_ties_do_not_make_the_curve_depend_on_the_order_of_rows() -> None:
    correct = np.arange(50) < 40
    forward = risk_coverage(np.ones(50), correct)
    assert forward.risk == pytest.approx((0.2,) * 50)
    assert forward == risk_coverage(np.ones(50), correct[::-1])


def test_a_curve_needs_rows() -> None:
    with pytest.raises(DataError, match="no row"):
        risk_coverage(np.zeros(0), np.zeros(0, bool))


def clusters(classes: int, rows: int, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    centres = np.linalg.qr(generator.normal(size=(32, 32)))[0][:classes]
    targets = np.repeat(np.arange(classes), rows)
    vectors = centres[targets] + spread * generator.normal(size=(len(targets), 32))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), targets


def test_distances_win_where_they_tell_foreign_texts_apart() -> None:
    vectors, targets = clusters(12, 60, 0.08)
    choice = choose(vectors, targets)
    assert choice.foreign["neighbour"] > 0.9
    assert choice.foreign[choice.score] >= choice.foreign["softmax"]
    assert choice.score in choice.reason
    assert choice == choose(vectors, targets)


def test_two_classes_are_judged_by_right_and_wrong_alone() -> None:
    vectors, targets = clusters(2, 200, 0.5)
    choice = choose(vectors, targets)
    assert choice.foreign == {}
    assert set(choice.wrong) >= {"softmax", "combined"}


def test_without_vectors_only_scores_of_the_logits_are_offered() -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 4, 300)
    logits = 2 * np.eye(4)[targets] + generator.normal(size=(300, 4))
    assert choose(None, targets, logits).score in ("softmax", "margin", "entropy", "energy")
    assert choose(None, targets).score == "softmax"


def by_words(tells: bool, rows: int = 400, classes: int = 8) -> tuple[Choice, int]:
    """A choice for a method that reads words, and its fits. Where the words `tell`, rows of classes that were not
    learned have many that are unknown; else some right answers have.
    """
    generator = np.random.default_rng(0)
    targets = generator.integers(0, classes, rows)
    whole = 1.5 * np.eye(classes)[targets] + 0.6 * generator.normal(size=(rows, classes))
    odd = 0.1 * np.exp(3 * generator.normal(size=rows))
    fits = []

    def learner(learn: np.ndarray, judged: np.ndarray) -> Seen:
        kept = np.unique(targets[learn])
        fits.append(kept)
        strange = tells & ~np.isin(targets[judged], kept)
        return Seen(whole[judged][:, kept], kept, known=np.where(strange, 0.2, 1.0))

    right = whole.argmax(1) == targets
    seen = Seen(whole, np.arange(classes), known=np.where(right & (not tells), 1.0 - odd, 1.0))
    return choose_by(learner, targets, seen), len(fits)


def test_a_method_that_reads_words_is_guarded_by_unknown_words() -> None:
    choice, fits = by_words(tells=True)
    assert (choice.score, fits) == ("guarded", 4)
    assert choice.foreign["guarded"] > choice.foreign["softmax"] + 0.1
    assert choice.wrong["guarded"] == pytest.approx(choice.wrong["softmax"])
    assert "neighbour" not in choice.wrong


def test_the_guard_is_left_out_where_it_does_harm() -> None:
    choice, _ = by_words(tells=False)
    assert choice.score != "guarded"
    assert choice.wrong["guarded"] < choice.wrong["softmax"] - 0.01


def test_too_few_rows_fall_back_to_softmax_and_say_so() -> None:
    choice = choose(np.eye(4), np.arange(4))
    assert (choice.score, "too few rows" in choice.reason) == ("softmax", True)


@pytest.mark.parametrize("per_class", [2, 3, 5])
def test_few_shots_per_class_do_not_break_the_choice(per_class: int) -> None:
    vectors, targets = clusters(8, per_class, 0.1)
    assert choose(vectors, targets).reason


def test_caught_counts_what_lies_below_the_threshold() -> None:
    assert caught(np.array([0.1, 0.2, 0.9]), 0.5) == pytest.approx(2 / 3)
    assert caught(np.zeros(0), 0.5) == 0.0
