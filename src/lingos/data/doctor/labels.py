"""The label column: too few classes, numbers instead of classes, rare classes, imbalance, twins."""

from __future__ import annotations

import math

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case, plural
from lingos.data.doctor.report import Ints
from lingos.data.doctor.twins import find_twins

__all__ = ["check"]

FEW = 8  # rows of a class; SetFit's smallest published setting
NUMBERS = 0.95  # share of labels that are numbers with a fraction
ALONE = 0.5  # labels per row; above it the column is no class column
NAMED = 10  # classes named in one message


def check(case: Case) -> list[Finding]:
    """Findings about the label column; a file-level error keeps the others back."""
    if not case.source.columns.label:
        return case.finding("no-label-column", f"{case.source.file} has no column of labels")
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
        name = case.names[int(np.argmax(counts))]
        return case.finding("one-class", f"all {plural(rows, 'row')} have the label '{name}'")
    fractions = sum(int(count) for name, count in zip(case.names, counts, strict=True) if _has_fraction(name))
    if fractions >= NUMBERS * rows or (fractions >= rows / 2 and _all_numbers(case, counts)):
        some = ", ".join([name for name, count in zip(case.names, counts, strict=True) if count][:3])
        return case.finding("number-labels", f"column '{column}' holds numbers such as {some}, not names of classes")
    if counts.max() == 1 or (rows >= 50 and classes > ALONE * rows):
        message = f"column '{column}' has {classes:,} different labels in {plural(rows, 'row')}"
        return case.finding("labels-too-many", message)
    return []


def _twins(case: Case, counts: Ints, twins: list[tuple[int, int]]) -> list[Finding]:
    findings: list[Finding] = []
    for rare, frequent in twins:
        rows = np.flatnonzero(case.alive & (case.labels == rare))
        message = (
            f"label {case.names[rare]!r} ({plural(int(counts[rare]), 'row')}) "
            f"is most likely {case.names[frequent]!r} ({plural(int(counts[frequent]), 'row')})"
        )
        findings += case.finding("label-twin", message, rows)
    return findings


def _sizes(case: Case, counts: Ints) -> list[Finding]:
    single = np.flatnonzero(counts == 1)
    findings: list[Finding] = []
    for code in single:
        rows = np.flatnonzero(case.alive & (case.labels == code))
        findings += case.finding("rare-class", f"class {case.names[code]!r} has one row", rows)
    few = np.flatnonzero((counts > 1) & (counts < FEW))
    if len(few):
        some = ", ".join(f"{case.names[code]} {counts[code]}" for code in few[:NAMED]) + (
            " ..." if len(few) > NAMED else ""
        )
        findings += case.finding("few-rows", f"{plural(len(few), 'class', 'classes')} with few rows: {some}")
    return findings + _balance(case, counts, np.flatnonzero(counts > 1))


def _balance(case: Case, counts: Ints, present: Ints) -> list[Finding]:
    if not len(present):
        return []
    large, small = present[np.argmax(counts[present])], present[np.argmin(counts[present])]
    ratio, share = counts[large] / counts[small], counts[large] / counts.sum()
    code = "imbalance" if ratio >= 100 or share >= 0.9 else "uneven-classes"
    if code == "uneven-classes" and ratio < 10:
        return []
    message = (
        f"class {case.names[large]!r} has {plural(int(counts[large]), 'row')} ({share:.0%}), "
        f"class {case.names[small]!r} {counts[small]:,}"
    )
    return case.finding(code, message)


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
