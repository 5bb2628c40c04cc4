from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.evaluation.made import evidence

from lingos.contracts import Example
from lingos.errors import DataError
from lingos.evaluation.evidence import text_of


def test_an_unknown_label_counts_as_wrong() -> None:
    assert evidence([0, 1, 2], [0, 1, -1]).correct.tolist() == [True, True, False]


def test_all_faults_are_told_at_once() -> None:
    good = evidence([0, 1], [0, 1])
    with pytest.raises(DataError) as error:
        dataclasses.replace(good, targets=np.zeros(3, int), confidence=np.zeros(1))
    assert "targets has shape [3], not [2]" in str(error.value)
    assert "confidence has shape [1], not [2]" in str(error.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"targets": np.array([0, 3])}, "targets outside -1..2"),
        ({"probabilities": np.full((2, 3), np.nan)}, "not finite"),
    ],
)
def test_values_that_can_not_be_are_told(change: dict[str, np.ndarray], told: str) -> None:
    with pytest.raises(DataError, match=told):
        dataclasses.replace(evidence([0, 1], [0, 1]), **change)  # type: ignore[arg-type]


def test_no_rows_are_an_error() -> None:
    with pytest.raises(DataError, match="no rows"):
        evidence([0], [0]).take(np.zeros(0, int))


def test_take_keeps_rows_together() -> None:
    part = evidence([0, 1, 2], [0, 2, 2]).take(np.array([False, True, True]))
    assert [example.id for example in part.examples] == ["1", "2"]
    assert part.correct.tolist() == [False, True]


def test_the_text_is_the_named_field_or_all_texts() -> None:
    row = Example({"title": "Bill", "body": "too high", "pages": 3}, None, "1")
    assert text_of(row, "body") == "too high"
    assert text_of(row) == "Bill too high"
