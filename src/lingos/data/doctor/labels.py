"""The label column: too few classes, numbers instead of classes, rare classes, imbalance, twins."""

from __future__ import annotations

import math

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.data.doctor.report import Ints
from lingos.data.doctor.twins import find_twins
from lingos.words.said import Said, listed, plural

__all__ = ["check"]

FEW = 8  # rows of a class; SetFit's smallest published setting
NUMBERS = 0.95  # share of labels that are numbers with a fraction
ALONE = 0.5  # labels per row; above it the column is no class column
NAMED = 10  # classes named in one message


def check(case: Case) -> list[Finding]:
    """Findings about the label column; a file-level error keeps the others back."""
    if not case.source.columns.label:
        return case.finding("no-label-column", Said("doctor.no-label-column", {"file": case.source.file}))
    counts = case.counts()
    if not counts.sum():
        return []
    fatal = _fatal(case, counts)
    if fatal:
        return fatal
    twins = list(find_twins(case.names, counts.tolist()))
    findings = _twins(case, counts, twins)
    counts[[rare for rare, _ in twins]] = 0  # one finding is enough: they are no classes of their own
    return findings + _sizes(case, counts)


def _fatal(case: Case, counts: Ints) -> list[Finding]:
    column, rows, classes = case.source.columns.label, int(counts.sum()), int((counts > 0).sum())
    if classes == 1:
        values = {"rows": plural(rows, "row"), "label": case.names[int(np.argmax(counts))]}
        return case.finding("one-class", Said("doctor.one-class", values))
    fractions = sum(int(count) for name, count in zip(case.names, counts, strict=True) if _has_fraction(name))
    if fractions >= NUMBERS * rows or (fractions >= rows / 2 and _all_numbers(case, counts)):
        some = listed([name for name, count in zip(case.names, counts, strict=True) if count][:3])
        return case.finding("number-labels", Said("doctor.number-labels", {"column": column, "some": some}))
    if counts.max() == 1 or (rows >= 50 and classes > ALONE * rows):
        found = {"column": column, "classes": classes, "rows": plural(rows, "row")}
        return case.finding("labels-too-many", Said("doctor.labels-too-many", found))
    return []


def _twins(case: Case, counts: Ints, twins: list[tuple[int, int]]) -> list[Finding]:
    findings: list[Finding] = []
    for rare, frequent in twins:
        rows = np.flatnonzero(case.alive & (case.labels == rare))
        few, many = plural(int(counts[rare]), "row"), plural(int(counts[frequent]), "row")
        values = {"rare": case.names[rare], "few": few, "frequent": case.names[frequent], "many": many}
        findings += case.finding("label-twin", Said("doctor.label-twin", values), rows)
    return findings


def _sizes(case: Case, counts: Ints) -> list[Finding]:
    single = np.flatnonzero(counts == 1)
    findings: list[Finding] = []
    for code in single:
        rows = np.flatnonzero(case.alive & (case.labels == code))
        findings += case.finding("rare-class", Said("doctor.rare-class", {"label": case.names[code]}), rows)
    few = np.flatnonzero((counts > 1) & (counts < FEW))
    if len(few):
        some = listed([f"{case.names[code]} {counts[code]}" for code in few[:NAMED]])
        key = "doctor.few-rows.more" if len(few) > NAMED else "doctor.few-rows"
        findings += case.finding("few-rows", Said(key, {"classes": plural(len(few), "class"), "some": some}))
    return findings + _balance(case, counts, np.flatnonzero(counts > 1))


def _balance(case: Case, counts: Ints, present: Ints) -> list[Finding]:
    if not len(present):
        return []
    large, small = present[np.argmax(counts[present])], present[np.argmin(counts[present])]
    ratio, share = counts[large] / counts[small], counts[large] / counts.sum()
    code = "imbalance" if ratio >= 100 or share >= 0.9 else "uneven-classes"
    if code == "uneven-classes" and ratio < 10:
        return []
    most = {"large": case.names[large], "rows": plural(int(counts[large]), "row"), "share": share}
    least = {"small": case.names[small], "few": int(counts[small])}
    return case.finding(code, Said("doctor.balance", most | least))


def _all_numbers(case: Case, counts: Ints) -> bool:
    return all(_number(name) is not None for name, count in zip(case.names, counts, strict=True) if count)


def _has_fraction(name: str) -> bool:
    number = _number(name)
    return number is not None and not number.is_integer()


def _number(name: str) -> float | None:
    try:
        number = float(name)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
