"""Batches of rows of uneven length: every row once, within the budget, and back in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lingos.contracts import Row
from lingos.engines.base import in_order, padded, planned


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 200))
def test_batches_hold_every_row_once_within_the_budget(lengths: list[int], tokens: int) -> None:
    found = list(planned(lengths, tokens))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= tokens


@given(st.permutations(range(7)))
def test_order_comes_back(places: list[int]) -> None:
    parts = [(places[:3], {"x": np.array(places[:3])}), (places[3:], {"x": np.array(places[3:])})]
    assert in_order(parts, 7)["x"].tolist() == list(range(7))


def test_padding() -> None:
    rows = [Row({"input_ids": np.array(ids, dtype=np.int32)}, 0) for ids in ([7, 8, 9], [5])]
    ids, mask = padded(rows, 1)
    assert ids.tolist() == [[7, 8, 9], [5, 1, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
