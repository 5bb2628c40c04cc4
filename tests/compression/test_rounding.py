"""Rounding by what the inputs say: the product errs less, and the grid is the one that ONNX Runtime finds again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lingos.compression.rounding import LEVELS, rounded


def plain(matrix: np.ndarray) -> np.ndarray:
    scale = np.abs(matrix).max(0) / LEVELS
    return np.asarray(np.rint(matrix / scale) * scale)


def drawn(seed: int, width: int = 24) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(400, width)) @ rng.normal(size=(width, width)) * (0.1 + rng.random(width))
    return inputs, rng.normal(size=(width, 9))


@given(st.integers(0, 10_000))
def test_products_of_inputs_that_go_together_err_less(seed: int) -> None:
    inputs, matrix = drawn(seed)
    found = rounded(matrix, inputs.T @ inputs)
    ours, theirs = (np.linalg.norm(inputs @ (matrix - one)) for one in (found, plain(matrix)))
    assert ours < theirs


def test_they_err_less_on_inputs_that_were_not_seen() -> None:
    shares = []
    for seed in range(20):
        inputs, matrix = drawn(seed)
        found = rounded(matrix, inputs[:200].T @ inputs[:200])
        ours, theirs = (np.linalg.norm(inputs[200:] @ (matrix - one)) for one in (found, plain(matrix)))
        shares.append(ours / theirs)
    assert np.mean(shares) < 0.85


@given(st.integers(0, 10_000))
def test_each_column_lies_on_the_grid_of_its_own_range(seed: int) -> None:
    inputs, matrix = drawn(seed)
    found = rounded(matrix.astype(np.float32), inputs.T @ inputs)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(np.abs(found).max(0), np.abs(matrix.astype(np.float32)).max(0))
    np.testing.assert_allclose(plain(found), found, rtol=1e-6)


def test_inputs_that_do_not_go_together_mend_nothing() -> None:
    _, matrix = drawn(1)
    np.testing.assert_allclose(rounded(matrix, np.diag(np.arange(1.0, 25.0))), plain(matrix), rtol=1e-12)


def test_a_column_of_zeros_and_inputs_that_are_always_zero() -> None:
    matrix = np.array([[0.0, 3.0], [0.0, -1.2], [0.0, 0.7]])
    found = rounded(matrix, np.zeros((3, 3)))
    np.testing.assert_allclose(found[:, 1], plain(matrix[:, 1:])[:, 0])
    assert not found[:, 0].any()
