"""Shared folds of the training rows, for the paired comparison of all methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lingos.data import splits
from lingos.errors import DataError
from lingos.tuning.learned import unlearned
from lingos.tuning.origin import Origin
from lingos.tuning.prepare import Prepared

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["shared_folds"]

FOLDS = 5
FAIR = 20  # rows that the skill of --from has not learned: with fewer of them no start can be told from another


def shared_folds(prepared: Prepared, targets: Array, seed: int, origin: Origin | None) -> tuple[list[Array], Array]:
    """(folds, rows that every fold is learned with and that nothing is judged by), as positions of training rows.

    The latter are rows that the skill of --from has learned, and their near duplicates.

    Raises:
        DataError: too few rows.
    """
    train, clusters = prepared.train, prepared.clusters
    if len(train) < 4:
        raise DataError(
            f"{len(train)} training rows ({int(np.bincount(targets).min())} in the smallest class)",
            expected="at least two rows of each class",
            cure="label more rows: ten of each class are a start",
        )
    fresh = _fresh(prepared, origin)
    count = min(FOLDS if len(fresh) >= 2 * FOLDS else 2, max(2, len(np.unique(clusters[fresh]))))
    found = splits.folds([train[k] for k in fresh], clusters[fresh].tolist(), count=count, seed=seed)
    return [fresh[fold] for fold in found], np.setdiff1d(np.arange(len(train)), fresh)


def _fresh(prepared: Prepared, origin: Origin | None) -> Array:
    """Rows that the origin has not learned, and no near duplicate of them."""
    train, clusters = prepared.train, prepared.clusters
    if origin is None:
        return np.arange(len(train))
    new = unlearned([row.id for row in train], origin.learned)
    old = np.setdiff1d(np.arange(len(train)), new)
    fresh = np.flatnonzero(~np.isin(clusters, clusters[old]))
    if len(fresh) < FAIR:
        raise DataError(
            f"{origin.ref} has learned {len(old)} of the {len(train)} training rows; {len(fresh)} are left to judge by",
            expected=f"at least {FAIR} training rows that are new to it, and no near duplicates of what it has learned",
            cure="add new rows, or leave --from out and tune on all rows afresh",
        )
    return fresh
