"""What an examination returns: the findings, the rows set aside, the clusters that a split must not cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lingos.contracts import Finding, Severity
from lingos.words.said import coded

__all__ = ["Examination", "Ints"]

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Examination:
    """`rows` = `used` + rows set aside, always. `clusters` int64 [rows]: near duplicates share a number."""

    file: str
    rows: int
    used: int
    findings: tuple[Finding, ...]
    set_aside: tuple[int, ...]
    clusters: Ints

    def of(self, *codes: str) -> tuple[Finding, ...]:
        """The findings with one of these codes."""
        return tuple(finding for finding in self.findings if finding.code in codes)

    def with_severity(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return self.with_severity("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return self.with_severity("warning")

    @property
    def file_errors(self) -> tuple[Finding, ...]:
        """Errors that always stop a run; the others only set rows aside."""
        return tuple(finding for finding in self.errors if finding.scope == "file")

    @property
    def has_file_errors(self) -> bool:
        return bool(self.file_errors)

    @property
    def share_set_aside(self) -> float:
        return len(self.set_aside) / self.rows if self.rows else 0.0

    def rows_with(self, severity: Severity) -> frozenset[int]:
        """Positions of the rows of this file that a row-level finding of the severity names."""
        found = (finding for finding in self.with_severity(severity) if finding.scope == "row")
        return frozenset(row for finding in found for row in finding.rows if finding.code not in OF_THE_TEST_FILE)

    def to_json(self) -> dict[str, Any]:
        """What `lingos check --json` prints."""
        return {
            "file": self.file,
            "rows": self.rows,
            "used": self.used,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "findings": [_as_json(finding) for finding in self.findings],
        }


OF_THE_TEST_FILE = frozenset({"overlap", "near-overlap"})  # the rows and lines of these are the test file's


def _as_json(finding: Finding) -> Mapping[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "scope": finding.scope,
        "file": finding.file,
        "line": finding.lines[0] if finding.lines else None,
        "lines": list(finding.lines),
        **coded({"message": finding.message, "cure": finding.cure}),
    }


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then the rest; within each by the file as a whole, code, and line."""
    rank = {"error": 0, "warning": 1, "info": 2}
    return tuple(
        sorted(findings, key=lambda one: (rank[one.severity], one.scope != "file", one.code, one.file, one.lines[:1]))
    )
