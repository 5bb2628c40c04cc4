from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.data.doctor.twins import edits, find_twins


@pytest.mark.parametrize(
    ("rare", "frequent"),
    [("postive", "positive"), ("psoitive", "positive"), ("Positive", "positive"), ("card arrival", "card_arrival"),
     ("positive ", "positive"), ("ｎｅｇａｔｉｖｅ", "negative"), ("delivry_compaint", "delivery_complaint"),
     ("物流查寻问题", "物流查询问题")],
)  # fmt: skip
def test_twins(rare: str, frequent: str) -> None:
    assert list(find_twins([frequent, "something else", rare], [100, 80, 1])) == [(2, 0)]


@pytest.mark.parametrize(
    ("rare", "frequent"),
    [("class 2", "class 1"), ("unhappy", "happy"), ("light_on", "light_off"), ("hue_lighton", "hue_lightoff"),
     ("volume up", "volume down"), ("差评", "好评"), ("yes", "yet"), ("negative", "positive"), ("cat", "car")],
)  # fmt: skip
def test_no_twins(rare: str, frequent: str) -> None:
    assert list(find_twins([frequent, rare], [100, 2])) == []


@pytest.mark.parametrize(("few", "many"), [(1, 2), (1, 4), (2, 4), (5, 40)])
@pytest.mark.parametrize(("rare", "frequent"), [("biling", "billing"), ("adress", "address"), ("refudn", "refund")])
def test_a_doubled_letter_or_a_swap_is_a_slip_even_in_a_small_file(
    rare: str, frequent: str, few: int, many: int
) -> None:
    assert list(find_twins([rare, "shipping", frequent], [few, many, many])) == [(0, 2)]


@pytest.mark.parametrize(
    ("rare", "frequent", "few", "many"),
    [("biling", "billing", 3, 5), ("diner", "dinner", 20, 90), ("contact", "contract", 1, 4), ("off", "of", 1, 9),
     ("class 1", "class 11", 1, 4), ("好好评", "好评", 1, 4)],
)  # fmt: skip
def test_no_slips(rare: str, frequent: str, few: int, many: int) -> None:
    assert list(find_twins([rare, frequent], [few, many])) == []


def test_two_frequent_labels_are_two_classes() -> None:
    assert list(find_twins(["adoption", "adaption"], [60, 50])) == []


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edits_is_a_symmetric_distance(first: str, second: str) -> None:
    assert edits(first, second, 9) == edits(second, first, 9)
    assert (edits(first, second, 9) == 0) == (first == second)
    assert edits(first, second, 1) == min(edits(first, second, 9), 2)
