"""Rows that are spread over the classes, the same ones in any order of the file."""

from __future__ import annotations

from collections import Counter

from lingos.compression.sample import spread
from lingos.contracts import Example

ROWS = [Example({"text": f"text {place}"}, "rare" if place % 20 == 0 else "often", str(place)) for place in range(100)]


def test_every_class_is_heard_and_the_first_rows_are_spread_too() -> None:
    found = spread(ROWS, 40)
    assert Counter(row.target for row in found) == {"rare": 5, "often": 35}
    assert Counter(row.target for row in found[:6]) == {"rare": 3, "often": 3}
    assert len({row.id for row in found}) == 40


def test_texts_and_seed_choose_not_the_order() -> None:
    assert spread(ROWS[::-1], 12) == spread(ROWS, 12)
    assert spread(ROWS, 12, seed=1) != spread(ROWS, 12)


def test_few_rows_are_all_taken() -> None:
    assert len(spread(ROWS, 1000)) == len(ROWS) and spread([], 5) == []
