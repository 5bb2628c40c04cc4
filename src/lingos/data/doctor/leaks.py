"""Other columns that tell the label almost alone: ids given class by class, dates of collection, copies of it."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.data.doctor.report import Ints
from lingos.words.said import Said

__all__ = ["check"]

MOST_ROWS, MOST_COLUMNS, FEWEST_ROWS = 100_000, 50, 20
TELLS = 0.95  # share of labels that the column guesses right
_NUMBER_IN = re.compile(r"^(\D*?)(\d+(?:\.\d+)?)\D*$")


def check(case: Case) -> list[Finding]:
    """Findings leak-column and sorted-rows."""
    rows = case.living()
    if not case.source.columns.label or len(rows) < FEWEST_ROWS or len(np.unique(case.labels[rows])) < 2:
        return []
    rng = np.random.default_rng(case.options.seed)
    if len(rows) > MOST_ROWS:
        rows = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    labels = case.labels[rows]
    usual = float(np.bincount(labels).max() / len(labels))
    findings: list[Finding] = []
    for name in case.source.columns.others[:MOST_COLUMNS]:
        column = pc.take(case.source.column(name), pa.array(rows))
        by_value, by_order = _by_value(column, labels), _by_order(column, labels, rng)
        right = max(by_value, by_order)
        if right >= TELLS and right - usual >= (1 - usual) / 2:
            key = "doctor.leak-column.value" if by_value >= by_order else "doctor.leak-column.order"
            findings += case.finding("leak-column", Said(key, {"column": name, "right": right, "usual": usual}))
    in_file = _agreement(labels)
    if in_file >= TELLS and in_file - usual >= (1 - usual) / 2:
        findings += case.finding("sorted-rows", Said("doctor.sorted-rows", {"share": in_file}))
    return findings


def _by_value(column: pa.ChunkedArray, labels: Ints) -> float:
    """Share of labels that the other rows with the same value guess right (majority, the row itself left out)."""
    encoded = pc.dictionary_encode(column).combine_chunks()
    values = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    known = values >= 0
    if known.sum() < len(labels) / 2:
        return 0.0
    width = int(labels.max()) + 1
    pairs, inverse, counts = np.unique(values[known] * width + labels[known], return_inverse=True, return_counts=True)
    best = np.zeros(int(values.max()) + 1, dtype=np.int64)
    np.maximum.at(best, pairs // width, counts)
    own = counts[inverse]
    right = (own == best[values[known]]) & (own > 1)
    return float(right.sum() / len(labels))


def _by_order(column: pa.ChunkedArray, labels: Ints, rng: np.random.Generator) -> float:
    """Share of rows with the label of the row before, when sorted by a column of numbers, dates or numbered ids."""
    keys = _sortable(column.to_pylist())
    if keys is None:
        return 0.0
    shuffled = rng.permutation(len(keys))  # equal values must not keep the order of the file
    order = shuffled[np.argsort(keys[shuffled], kind="stable")]
    return _agreement(labels[order])


def _agreement(labels: Ints) -> float:
    return float((labels[1:] == labels[:-1]).mean())


def _sortable(values: list[str | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    """Numbers to sort by, None where the column is neither numbers, dates nor numbered ids."""
    keys = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        number = _as_number(value) if value else None
        if number is not None:
            keys[row] = number
    known = np.isfinite(keys)
    if known.mean() < 0.9 or len(np.unique(keys[known])) < len(values) / 5:
        return None
    return keys


def _as_number(value: str) -> float | None:
    text = value.strip()
    if len(text) > 40:
        return None
    if re.match(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}", text):  # ISO-like dates sort as the number of their padded digits
        parts = [part.zfill(2) for part in re.findall(r"\d+", text)[:6]]
        return float("".join(parts).ljust(14, "0")[:14])
    try:
        return float(text)
    except ValueError:
        match = _NUMBER_IN.match(text)
        return float(match.group(2)) if match else None
