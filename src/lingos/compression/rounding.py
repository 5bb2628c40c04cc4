"""Which way each weight is rounded: so that the product errs least on real inputs, not the weight itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["LEVELS", "rounded"]

LEVELS = 64  # whole numbers on either side of 0: 7 bits
DAMPING = 0.01  # of the mean square of the inputs: what few texts can not say shall not steer


def rounded(matrix: Array, gram: Array) -> Array:
    """A matrix [inputs, outputs] on a grid of whole numbers in -64..64 times one scale a column.

    Row after row is rounded, and what that rounding broke is mended in the rows still to come, as far as their inputs
    go together: `gram` [inputs, inputs] is the sum of x x^T over real inputs x (Frantar et al. 2022, GPTQ). Choose it
    over plain rounding wherever texts are at hand; with a diagonal `gram` (nothing goes together) it is plain rounding.
    The largest weight of each column stays what it is, so that who rounds again by the column's range finds this grid.

    >>> matrix = np.array([[64.0], [10.4], [10.4]])  # one column; its scale is 1
    >>> rounded(matrix, np.ones((3, 3))).ravel().tolist()  # three inputs that are always equal: only the sum counts
    [64.0, 10.0, 11.0]
    >>> rounded(matrix, np.eye(3)).ravel().tolist()
    [64.0, 10.0, 10.0]
    """
    inputs = matrix.shape[0]
    scale = np.abs(matrix).max(0) / LEVELS
    scale[scale == 0] = 1.0
    largest = np.abs(matrix).argmax(0)
    after = _after(np.asarray(gram, dtype=np.float64))
    left = np.array(matrix, dtype=np.float64)
    made = np.empty_like(left)
    for row in range(inputs):
        whole = np.clip(np.rint(left[row] / scale), -LEVELS, LEVELS)
        whole = np.where(largest == row, LEVELS * np.sign(matrix[row]), whole)
        made[row] = whole * scale
        wrong = (left[row] - made[row]) / after[row, row]
        left[row + 1 :] -= np.outer(after[row, row + 1 :], wrong)
    return np.asarray(made, dtype=matrix.dtype)


def _after(gram: Array) -> Array:
    """Row k: how an error in input k is mended by the inputs behind it, those before it being settled."""
    damped = gram + np.eye(len(gram)) * max(DAMPING * np.trace(gram) / len(gram), 1e-12)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(damped)).T)
