"""Where is the skill weaker? Accuracy by text length, language and any column with few values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.contracts import Example
from lingos.errors import DataError
from lingos.evaluation.evidence import Evidence, text_of
from lingos.evaluation.intervals import Interval, wilson
from lingos.text.privacy import mask

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Slice", "columns", "holm", "length_bands", "slices"]

FEW = 12  # a column with more values is no column of slices
LEAST = 10  # rows; a smaller slice shows nothing and only dilutes the correction
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Slice:
    """One value of one column against all other rows. `weak`: significantly below the rest, after Holm's correction."""

    column: str
    value: str
    rows: int
    accuracy: Interval
    rest: float
    p_value: float
    weak: bool


def slices(evidence: Evidence, by: Mapping[str, Sequence[str]]) -> list[Slice]:
    """All slices with at least 10 rows inside and outside, by column; `by` gives each row's value per column.

    One-sided Fisher exact test of each slice against its rest; Holm (1979) over all slices of all columns.
    """
    correct, found = evidence.correct, []
    for column, values in by.items():
        if len(values) != len(correct):
            raise DataError(
                f"column '{column}' has {len(values)} values for {len(correct)} rows",
                expected="one value per row",
                cure="hand in the column of the same rows",
            )
        found += _column(column, np.asarray(values, dtype=object), correct)
    weak = holm([part.p_value for part in found], ALPHA)
    return [_marked(part, bool(flag)) for part, flag in zip(found, weak, strict=True)]


def columns(
    examples: Sequence[Example], field: str = "text", language: Callable[[str], str] | None = None
) -> dict[str, list[str]]:
    """The columns worth slicing by: "length", "language" given a detector, other fields with 2 to 12 values."""
    texts = [text_of(example, field) for example in examples]
    found = {"length": length_bands(texts)}
    if language is not None:
        found["language"] = [language(text) for text in texts]
    for name in dict.fromkeys(name for example in examples for name in example.fields):
        values = [str(example.fields.get(name, "")).strip() for example in examples]
        if name != field and 2 <= len(set(values)) <= FEW:
            found[f"{name} (column)" if name in found else name] = values
    return {name: values for name, values in found.items() if len(set(values)) > 1}


def length_bands(texts: Sequence[str]) -> list[str]:
    """Each text's band of length in characters; the four bands hold about the same number of texts.

    >>> length_bands(["a", "bb", "ccc", "dddd"])
    ['1', '2', '3', '4']
    """
    lengths = np.array([len(text) for text in texts])
    edges = np.unique(np.quantile(lengths, [0.25, 0.5, 0.75], method="lower"))
    place = np.searchsorted(edges, lengths, side="left")
    names = {}
    for band in np.unique(place):
        own = lengths[place == band]
        names[band] = f"{own.min()}" if own.min() == own.max() else f"{own.min()}-{own.max()}"
    return [names[band] for band in place]


def holm(p_values: Sequence[float], alpha: float = ALPHA) -> list[bool]:
    """Which hypotheses are rejected when many are tested at once (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [True, False, False]
    """
    rejected = [False] * len(p_values)
    for rank, place in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[place] > alpha / (len(p_values) - rank):
            break
        rejected[place] = True
    return rejected


def _column(column: str, values: Array, correct: Array) -> list[Slice]:
    found = []
    for value in sorted(set(values), key=_natural):
        inside = values == value
        rows = int(inside.sum())
        if min(rows, len(correct) - rows) < LEAST:
            continue
        right, total = int(correct[inside].sum()), int(correct.sum())
        rest = (total - right) / (len(correct) - rows)
        p_value = _fisher(right, rows, total, len(correct))
        found.append(Slice(column, mask(str(value)), rows, wilson(right, rows), rest, p_value, weak=False))
    return found


def _marked(part: Slice, weak: bool) -> Slice:
    return Slice(part.column, part.value, part.rows, part.accuracy, part.rest, part.p_value, weak)


def _natural(value: str) -> tuple[int, str]:
    head = str(value).partition("-")[0]
    return (int(head), str(value)) if head.isascii() and head.isdigit() else (0, str(value))


def _fisher(right: int, rows: int, total: int, everything: int) -> float:
    """P(at most `right` right rows in the slice) if right rows fell on slice and rest alike."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, everything + 1)))])
    least = max(0, rows + total - everything)
    k = np.arange(least, right + 1)
    inside = logs[total] - logs[k] - logs[total - k]
    outside = logs[everything - total] - logs[rows - k] - logs[everything - total - rows + k]
    whole = logs[everything] - logs[rows] - logs[everything - rows]
    return float(min(1.0, np.exp(inside + outside - whole).sum()))
