"""One label a text: schema, checks, targets, loss and decoding."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lingos.contracts import Batch, Calibration, Example
from lingos.errors import DataError
from lingos.tasks.base import softmax
from lingos.tasks.classify import Classify

TASK = Classify()


def rows(*labels: object, text: str = "turn it on") -> list[Example]:
    return [Example({"text": text}, label, f"r{k}", file="f.csv", line=k + 2) for k, label in enumerate(labels)]


def test_labels_are_sorted_and_counted() -> None:
    schema = TASK.schema(rows("b", "a", "b", None))
    assert schema["labels"] == ["a", "b"] and schema["counts"] == [1, 2]


def test_the_language_is_that_of_most_texts() -> None:
    chinese = [*rows("a", "b", text="请把灯打开好吗"), *rows("a", text="please turn it on")]
    assert TASK.schema(chinese)["language"].startswith("zh")
    assert TASK.schema(rows("a", "b", "a", text="please turn the light on"))["language"] == "en"


@pytest.mark.parametrize(("labels", "what"), [(["a", "a"], "1 class in 2 rows"), ([None], "0 classes in 1 rows")])
def test_fewer_than_two_classes_are_refused(labels: list[str | None], what: str) -> None:
    with pytest.raises(DataError, match=what):
        TASK.schema(rows(*labels))


def test_unknown_labels_are_found_at_their_line() -> None:
    schema = TASK.schema(rows("1.0", "2.0"))
    found = [finding for row in rows("1.0", 2.0, "x", None) for finding in TASK.check(row, schema)]
    assert [(finding.code, finding.lines) for finding in found] == [("unknown-label", (4,))]
    assert TASK.targets(rows("1.0", 2.0, "x", None), schema).tolist() == [0, 1, -1, -1]


def test_a_label_called_none_is_no_missing_label() -> None:
    schema = TASK.schema(rows("None", "some"))
    assert TASK.targets(rows("None", None), schema).tolist() == [0, -1]


def test_the_loss_is_cross_entropy_a_row() -> None:
    logits, targets = torch.randn(5, 3), torch.tensor([0, 1, 2, 1, 0])
    batch = Batch({}, torch.ones(5, 1), targets=targets)
    plain = TASK.loss({"logits": logits}, batch, {})
    assert torch.allclose(plain, -torch.log_softmax(logits, 1)[torch.arange(5), targets])
    smooth = TASK.loss({"logits": logits}, batch, {"label_smoothing": 0.3})
    uniform = -torch.log_softmax(logits, 1).mean(1)
    assert torch.allclose(smooth, 0.7 * plain + 0.3 * uniform, atol=1e-6)


def test_a_row_from_outside_is_one_more_class_that_changes_nothing_for_the_others() -> None:
    logits, targets = torch.randn(3, 4), torch.tensor([2, -1, 0])
    batch = Batch({}, torch.ones(3, 1), targets=targets)
    found = TASK.loss({"logits": logits}, batch, {})
    with_none = torch.cat([logits[1], torch.tensor([4.0]).log()])
    assert torch.allclose(found[1], -torch.log_softmax(with_none, 0)[4])
    own = Batch({}, torch.ones(2, 1), targets=targets[[0, 2]])
    assert torch.equal(found[[0, 2]], TASK.loss({"logits": logits[[0, 2]]}, own, {}))


@given(st.integers(2, 6), st.integers(1, 9), st.floats(0.2, 5), st.integers(0, 1000))
def test_decoding_gives_the_best_labels_with_their_scores(
    classes: int, top: int, temperature: float, seed: int
) -> None:
    logits = np.random.default_rng(seed).normal(size=(3, classes)) * 10
    schema = {"labels": [f"l{k}" for k in range(classes)]}
    for row, prediction in enumerate(TASK.decode({"logits": logits}, schema, Calibration(temperature), top)):
        scores = [score for _, score in prediction.top]
        assert len(prediction.top) == min(top, classes) and scores == sorted(scores, reverse=True)
        assert prediction.value == f"l{logits[row].argmax()}" == prediction.top[0][0]
        assert prediction.score == scores[0] and sum(scores) <= 1 + 1e-9
        assert not prediction.refused


def test_temperature_changes_scores_and_not_labels() -> None:
    logits = np.array([[1.0, 3.0]])
    sharp, flat = (TASK.decode({"logits": logits}, {"labels": ["a", "b"]}, Calibration(t), 1)[0] for t in (0.5, 4.0))
    assert sharp.value == flat.value == "b" and sharp.score > flat.score


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=5))
def test_softmax_is_a_distribution(logits: list[float]) -> None:
    found = softmax(np.array([logits]))
    assert np.isclose(found.sum(), 1) and (found >= 0).all()


def test_decoding_needs_no_torch() -> None:
    code = "import sys; from lingos.tasks.classify import Classify; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
