"""Rows that say the same twice: exact copies, near copies, and copies with another label."""

from __future__ import annotations

from typing import Any

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.data.doctor.report import Ints
from lingos.text.duplicates import Near, group_ids
from lingos.words.said import Said, listed, plural

__all__ = ["almost_same", "check"]

# At 0.8 "turn the light on" meets "turn the light off": good to keep together in a split, and no fault. In texts of 50
# bytes and more (about nine English words, 17 Chinese characters) 0.8 is a changed word or two.
NEAR, LONG = 0.9, 50


def check(case: Case) -> list[Finding]:
    """Findings duplicate, conflict, near-duplicate, near-conflict, similar-texts."""
    near = case.near
    if near is None:
        return []
    findings: list[Finding] = []
    exact = near.exact[: case.source.rows]
    copies, conflicts = _divide(case, exact)
    findings += case.grouped("duplicate", copies, lambda rows: _same(case, rows))
    findings += case.grouped("conflict", conflicts, lambda rows: _labels(case, rows, "doctor.conflict"))
    close, close_conflicts = _divide(case, near.clusters(almost_same(near))[: case.source.rows], exact)
    findings += case.grouped("near-duplicate", close, lambda rows: _alike(case, rows))
    findings += case.grouped("near-conflict", close_conflicts, lambda rows: _labels(case, rows, "doctor.near-conflict"))
    named = {row for finding in findings for row in finding.rows}
    alike = [rows for rows in _groups(case, near.clusters()[: case.source.rows]) if not named.issuperset(rows.tolist())]
    if alike:
        values = {"groups": plural(len(alike), "group"), "first": _alike(case, alike[0])}
        findings += case.finding("similar-texts", Said("doctor.similar-texts", values), np.concatenate(alike))
    if not near.complete:
        findings += case.finding("sampled", Said("doctor.sampled.near"))
    return findings


def almost_same(near: Near) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which pairs, bool [pairs], a person would call the same text."""
    return (near.score >= NEAR) | (near.shorter >= LONG)


def _groups(case: Case, groups: Ints) -> list[Ints]:
    rows = case.living()
    return [rows[own] for own in group_ids(groups[rows])]


def _divide(case: Case, groups: Ints, exact: Ints | None = None) -> tuple[list[Ints], list[Ints]]:
    """Groups of one label, and of several. With `exact`, only what exact copies alone do not explain."""
    same: list[Ints] = []
    different: list[Ints] = []
    for rows in _groups(case, groups):
        labels = case.labels[rows]
        mixed = len(np.unique(labels)) > 1
        if exact is not None:
            kinds = len(np.unique(exact[rows]))
            if kinds == 1 or (mixed and _explained(exact[rows], labels)):
                continue
        (different if mixed else same).append(rows)
    return same, different


def _explained(exact: Ints, labels: Ints) -> bool:
    """Whether every exact group alone already has all the labels of the cluster: the conflict was then reported."""
    return all(len(np.unique(labels[exact == group])) == len(np.unique(labels)) for group in np.unique(exact))


def _same(case: Case, rows: Ints) -> Said:
    first = {"line": case.lines[rows[0]], "text": case.excerpt(int(rows[0]))}
    return Said("doctor.duplicate", {"count": len(rows), **first})


def _alike(case: Case, rows: Ints) -> Said:
    one = case.excerpt(int(rows[0]))
    second = next((row for row in rows[1:] if case.excerpt(int(row)) != one), rows[1])
    lines = {"first": case.lines[rows[0]], "second": case.lines[second]}
    return Said("doctor.alike", {"count": len(rows), **lines, "one": one, "other": case.excerpt(int(second))})


def _labels(case: Case, rows: Ints, key: str) -> Said:
    firsts = [int(rows[np.flatnonzero(case.labels[rows] == label)[0]]) for label in np.unique(case.labels[rows])[:4]]
    named = [{"label": case.names[case.labels[row]], "line": case.lines[row]} for row in sorted(firsts)]
    labels = listed([Said("doctor.labelled", one) for one in named])
    return Said(key, {"labels": labels, "text": case.excerpt(int(rows[0]))})
