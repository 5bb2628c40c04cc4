"""Shared folds of few rows: as many as there are groups, and errors with a cure that helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.made import call, csv

from lingos.contracts import Example
from lingos.errors import DataError
from lingos.tuning.folds import shared_folds
from lingos.tuning.prepare import Prepared


def prepared(clusters: list[int]) -> Prepared:
    examples = [Example({"text": f"text {k}"}, "ab"[k % 2], f"r{k}") for k in range(len(clusters))]
    nothing: Any = None
    return Prepared(nothing, nothing, examples, [], np.array(clusters))


@pytest.mark.parametrize(("groups", "count"), [(2, 2), (3, 3), (4, 4), (5, 5), (7, 5)])
def test_there_are_no_more_folds_than_groups(groups: int, count: int) -> None:
    folds, _ = shared_folds(prepared([k % groups for k in range(14)]), np.zeros(14, np.int64), 0, None)
    assert len(folds) == count and sorted(np.concatenate(folds).tolist()) == list(range(14))


def test_one_group_has_a_cure_that_helps() -> None:
    with pytest.raises(DataError, match="1 groups of near-duplicates") as told:
        shared_folds(prepared([0] * 12), np.zeros(12, np.int64), 0, None)
    assert "folds" not in told.value.cure and "no near-duplicates" in told.value.cure


def test_too_few_rows_are_not_sent_to_a_method_that_takes_them_no_better(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["where is it", "cancel my order please", "send the invoice", "the parcel came broken"]
    data = csv(tmp_path / "a.csv", [(text, "ab"[k % 2]) for k, text in enumerate(texts)])
    code, _, err = call(capsys, "tune", data, "--method", "labels", "--effort", "quick")
    assert code == 2 and "--method labels" not in err and "label more rows" in err


def test_a_method_that_was_named_is_not_skipped_for_want_of_a_base(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "head", "--base", "none")
    assert code == 2 and "the method head needs a base, and the base is none" in err and "leave --base out" in err
