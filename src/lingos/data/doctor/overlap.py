"""Test texts that are also in the training file. The lines of these findings are lines of the test file."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case, located
from lingos.data.doctor.repeats import almost_same
from lingos.data.doctor.report import Ints
from lingos.data.source import Source
from lingos.text.normalise import shorten
from lingos.text.privacy import mask
from lingos.words.said import Said, listed, plural

__all__ = ["check"]


def check(case: Case) -> list[Finding]:
    """Findings overlap and near-overlap, where there is a test file."""
    if case.test is None or case.near is None:
        return []
    exact = _shared(case, case.near.exact)
    near = _shared(case, case.near.clusters(almost_same(case.near)))
    findings = _report(case, case.test, "overlap", exact)
    only_near = {row: train for row, train in near.items() if row not in exact}
    return findings + _report(case, case.test, "near-overlap", only_near)


def _shared(case: Case, groups: Ints) -> dict[int, int]:
    """Test row -> first training row of the same group."""
    count = case.source.rows
    train = case.living()
    known, first = np.unique(groups[train], return_index=True)
    place = np.searchsorted(known, groups[count:])
    place = np.minimum(place, max(len(known) - 1, 0))
    if not len(known):
        return {}
    hits = np.flatnonzero(known[place] == groups[count:])
    return {int(row): int(train[first[place[row]]]) for row in hits}


def _place(case: Case, row: int) -> str:
    return f"{case.source.file_of(row)}:{case.lines[row]}"


def _report(case: Case, test: Source, code: str, shared: dict[int, int]) -> list[Finding]:
    if not shared:
        return []
    rows = np.array(sorted(shared), dtype=np.int64)
    lines = test.lines()
    text = test.column(test.columns.text)
    examples = []
    for row in rows[:3].tolist():
        said = {"line": lines[row], "place": _place(case, shared[row])}
        examples.append(Said("doctor.overlap.example", {**said, "text": shorten(mask(str(text[row].as_py() or "")))}))
    counted = {"texts": plural(len(rows), "test-text"), "rows": test.rows}
    message = Said(f"doctor.{code}", {**counted, "examples": listed(examples, "list.semicolon")})
    return located(test, lines, code, message, rows)
