from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.evaluation.made import evidence, noisy

from lingos.errors import DataError
from lingos.evaluation.slices import columns, holm, length_bands, slices


def test_the_weak_slice_is_marked_and_no_other() -> None:
    group = np.array(["bad", "good", "fine", "fair"] * 100)
    wrong = (group == "bad") & (np.arange(400) % 3 == 0)
    seen = evidence(wrong.astype(int).tolist(), [0] * 400)
    found = {part.value: part for part in slices(seen, {"group": group.tolist()})}
    assert [value for value, part in found.items() if part.weak] == ["bad"]
    assert found["bad"].rest == 1.0
    assert found["bad"].accuracy.value == pytest.approx(0.66)


def test_the_p_value_is_fishers() -> None:
    wrong = [1] * 12 + [0] * 38 + [1] * 10 + [0] * 140
    part = slices(evidence(wrong, [0] * 200), {"g": ["in"] * 50 + ["out"] * 150})[0]
    wanted = stats.fisher_exact([[38, 12], [140, 10]], alternative="less").pvalue
    assert part.p_value == pytest.approx(wanted)


def test_noise_alone_seldom_marks_a_slice() -> None:
    generator = np.random.default_rng(0)
    marked = 0
    for _ in range(60):
        seen = evidence((generator.random(300) < 0.2).astype(int).tolist(), [0] * 300)
        by = {f"c{i}": generator.choice(["x", "y", "z"], 300).tolist() for i in range(4)}
        marked += any(part.weak for part in slices(seen, by))
    assert marked <= 8


def test_tiny_slices_and_slices_of_nearly_all_rows_are_left_out() -> None:
    seen = evidence([0] * 100, [0] * 100)
    assert slices(seen, {"g": ["x"] * 95 + ["y"] * 5}) == []


def test_columns_are_found_among_the_fields() -> None:
    seen = noisy(100)
    found = columns(seen.examples, language=lambda text: "en" if len(text) % 2 else "zh")
    assert list(found) == ["length", "language", "channel"]
    assert set(found["channel"]) == {"a", "b"}
    assert list(columns(seen.examples)) == ["length", "channel"]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=80))
def test_every_text_gets_one_band_and_bands_are_ordered(texts: list[str]) -> None:
    bands = length_bands(texts)
    assert len(bands) == len(texts)
    assert len(set(bands)) <= 4
    for text, band in zip(texts, bands, strict=True):
        low, _, high = band.partition("-")
        assert int(low) <= len(text) <= int(high or low)


def test_holm_rejects_step_by_step() -> None:
    assert holm([0.02, 0.03, 0.04]) == [False, False, False]
    assert holm([0.04, 0.001, 0.02]) == [True, True, True]
    assert holm([]) == []


def test_a_column_of_other_rows_is_an_error() -> None:
    with pytest.raises(DataError, match="2 values for 3 rows"):
        slices(evidence([0, 0, 0], [0, 0, 0]), {"g": ["x", "y"]})
