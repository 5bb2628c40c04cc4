"""Rows that can not be used: malformed, undecodable, empty, without a label, with NUL bytes. Each row is named once."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.data.doctor.codes import CODES
from lingos.data.doctor.report import Ints
from lingos.text.normalise import INVISIBLE
from lingos.words.said import Said, plural

__all__ = ["check"]

EMPTY = rf"^[\s\p{{Z}}\p{{Cc}}{INVISIBLE}\x{{200c}}\x{{200d}}\x{{2800}}]*$"
SHOWN = 100  # findings for malformed rows, each with its own reason; the others of a code come together


def check(case: Case) -> list[Finding]:
    """Row-level errors. Takes the rows found out of `case.alive`."""
    findings = _unreadable(case)
    label = case.source.columns.label
    nul = case.matching(r"\x00")
    if label:
        nul = np.union1d(nul, case.matching(r"\x00", case.source.column(label)))
    findings += _set_aside(case, "nul-byte", nul, Said("doctor.nul-byte"))
    empty = np.union1d(case.matching(EMPTY), _missing(case, case.source.columns.text))
    findings += _set_aside(case, "empty-text", empty, Said("doctor.empty-text"))
    if label:
        missing = np.union1d(case.matching(EMPTY, case.source.column(label)), _missing(case, label))
        findings += _set_aside(case, "missing-label", missing, Said("doctor.missing-label", {"column": label}))
    return findings


def _unreadable(case: Case) -> list[Finding]:
    findings: list[Finding] = []
    rest: dict[str, list[int]] = {}
    for number, bad in enumerate(case.source.malformed):
        if not (0 <= bad.row < case.source.rows and case.alive[bad.row]):
            continue
        case.alive[bad.row] = False
        code = bad.code if bad.code in CODES else "malformed-row"
        if number < SHOWN:
            findings += case.finding(code, bad.message, [bad.row])
        else:
            rest.setdefault(code, []).append(bad.row)
    for code, rows in rest.items():
        findings += case.finding(code, Said("doctor.more", {"rows": plural(len(rows), "more-row")}), rows)
    return findings


def _missing(case: Case, name: str) -> Ints:
    null = case.source.column(name).is_null().to_numpy()
    return np.flatnonzero(np.asarray(null) & case.alive)


def _set_aside(case: Case, code: str, rows: Ints, what: Said) -> list[Finding]:
    if not len(rows):
        return []
    case.alive[rows] = False
    message = what if len(rows) == 1 else Said("doctor.many", {"what": what, "rows": plural(len(rows), "row")})
    return case.finding(code, message, rows)
