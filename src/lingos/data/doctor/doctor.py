"""`check`: the examination of a labelled file, before any model loads."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lingos.contracts import Finding
from lingos.data.doctor import (
    characters,
    labels,
    leaks,
    lengths,
    mislabelled,
    overlap,
    personal,
    repeats,
    speech,
    structure,
)
from lingos.data.doctor.case import Case, DoctorOptions, ModelFacts
from lingos.data.doctor.report import Examination, Ints, in_order
from lingos.data.source import Source
from lingos.text.duplicates import Near, exact_groups, find_near
from lingos.words.said import Said

__all__ = ["DoctorOptions", "Examination", "ModelFacts", "check"]

DEFAULT = DoctorOptions()
CHECKS = (characters, labels, repeats, overlap, leaks, speech, lengths, personal, mislabelled)


def check(
    source: Source,
    *,
    test: Source | None = None,
    model: ModelFacts | None = None,
    options: DoctorOptions = DEFAULT,
) -> Examination:
    """Examines a source; never raises on what a cell holds. With `test` also what the two files share.

    A million rows take about a minute of processor time and 0.8 GiB. `labels=False` saves the slowest check.

    >>> cells = {"text": ["hello", "", "bye", "ciao"], "label": ["a", "a", "b", "b"]}
    >>> table = pa.table(cells | {"__line__": [2, 3, 4, 5]})
    >>> from lingos.data.source import Columns
    >>> found = check(Source("a.csv", table, Columns("text", "label")))
    >>> found.rows, found.used, [(finding.code, finding.lines) for finding in found.errors]
    (4, 3, [('empty-text', (3,))])
    """
    case = Case(source, options, model, test)
    findings = structure.check(case)
    case.near = _near(case)
    used = int(case.alive.sum())
    if used:
        for part in CHECKS:
            findings += part.check(case)
    else:
        findings += _nothing_left(case)
    clusters = case.near.clusters()[: source.rows]
    set_aside = tuple(np.flatnonzero(~case.alive).tolist())
    return Examination(source.file, source.rows, used, in_order(findings), set_aside, clusters)


def _near(case: Case) -> Near:
    """One search over the training rows and, behind them, the test rows; rows set aside are made empty."""
    alive = iter(np.split(case.alive, np.cumsum([len(chunk) for chunk in case.texts.chunks])))
    chunks = [_only(chunk, next(alive)) for chunk in case.texts.chunks]
    if case.test is not None:
        chunks += case.test.column(case.test.columns.text).chunks
    texts = pa.chunked_array(chunks, pa.string())
    if case.options.near:
        return find_near(texts, case.options.similarity)
    none: Ints = np.empty(0, dtype=np.int64)
    return Near(exact_groups(texts), none, none, np.empty(0), none)


def _only(chunk: pa.Array, alive: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    return chunk if alive.all() else pc.if_else(pa.array(alive), chunk, pa.scalar("", chunk.type))


def _nothing_left(case: Case) -> list[Finding]:
    rows = case.source.rows
    empty = Said("doctor.no-rows.empty", {"file": case.source.file})
    return case.finding("no-rows", Said("doctor.no-rows", {"rows": rows}) if rows else empty)
