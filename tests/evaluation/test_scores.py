from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from lingos.evaluation import scores

LABELS = st.integers(2, 6).flatmap(
    lambda classes: st.integers(1, 60).flatmap(
        lambda rows: st.tuples(
            st.just(classes),
            arrays(np.int64, rows, elements=st.integers(-1, classes - 1)),
            arrays(np.int64, rows, elements=st.integers(0, classes - 1)),
        )
    )
)


@settings(max_examples=25)
@given(LABELS)
@pytest.mark.filterwarnings("ignore:.*single label:UserWarning")
def test_every_score_is_that_of_scikit_learn_unknown_labels_included(case: tuple[int, np.ndarray, np.ndarray]) -> None:
    classes, targets, predicted = case
    counts = scores.count(targets, predicted, classes)
    found = {name: float(score(counts)) for name, score in scores.SCORES.items()}
    wanted = {
        "accuracy": metrics.accuracy_score(targets, predicted),
        "mcc": metrics.matthews_corrcoef(targets, predicted),
    }
    for mean in ("macro", "weighted"):
        p, r, f, _ = metrics.precision_recall_fscore_support(targets, predicted, average=mean, zero_division=0)
        wanted |= {f"{mean}_precision": p, f"{mean}_recall": r, f"{mean}_f1": f}
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)


def test_balanced_accuracy_is_the_mean_recall_of_classes_that_occur() -> None:
    targets, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 0, 2])
    found = scores.SCORES["balanced_accuracy"](scores.count(targets, predicted, 3))
    assert float(found) == pytest.approx(0.5)


def test_log_loss_and_brier_agree_with_scikit_learn_and_leave_unknown_rows_out() -> None:
    generator = np.random.default_rng(1)
    probabilities = generator.dirichlet(np.ones(4), 50)
    targets = generator.integers(0, 4, 50)
    assert scores.log_loss(probabilities, targets).mean() == pytest.approx(metrics.log_loss(targets, probabilities))
    wanted = metrics.brier_score_loss(targets, probabilities, scale_by_half=False, labels=[0, 1, 2, 3])
    assert scores.brier(probabilities, targets).mean() == pytest.approx(wanted)
    targets[:10] = -1
    assert len(scores.log_loss(probabilities, targets)) == len(scores.brier(probabilities, targets)) == 40


def test_a_certain_mistake_costs_much_but_not_infinity() -> None:
    assert scores.log_loss(np.array([[1.0, 0.0]]), np.array([1]))[0] == pytest.approx(27.6, abs=0.1)
