"""The fixed table of everything the doctor can find: code, severity, scope; its words stand in words/doctor.py.

A row-level error sets the row aside (it is counted and listed, never dropped in silence); a file-level error stops the
run before a model loads; a warning asks for a look; an info needs nothing. Severities are fixed: scripts may rely on
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lingos.contracts import Severity
from lingos.words.said import Said

__all__ = ["CODES", "Code", "as_markdown"]

Scope = Literal["row", "file"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding. `about` is for the documentation, `cure` is what every such finding advises."""

    name: str
    severity: Severity
    scope: Scope

    @property
    def about(self) -> Said:
        return Said(f"about.{self.name}")

    @property
    def cure(self) -> Said:
        return Said(f"cure.{self.name}")


_TABLE = (
    # -- rows that can not be used
    Code("malformed-row", "error", "row"),
    Code("broken-encoding", "error", "row"),
    Code("oversized-row", "error", "row"),
    Code("empty-text", "error", "row"),
    Code("missing-label", "error", "row"),
    Code("nul-byte", "error", "row"),
    # -- files that can not be learned from
    Code("no-rows", "error", "file"),
    Code("no-label-column", "error", "file"),
    Code("one-class", "error", "file"),
    Code("number-labels", "error", "file"),
    Code("labels-too-many", "error", "file"),
    # -- rows that deserve a look
    Code("broken-characters", "warning", "row"),
    Code("mojibake", "warning", "row"),
    Code("html-remains", "warning", "row"),
    Code("control-characters", "warning", "row"),
    Code("label-twin", "warning", "row"),
    Code("rare-class", "warning", "row"),
    Code("duplicate", "warning", "row"),
    Code("near-duplicate", "warning", "row"),
    Code("conflict", "warning", "row"),
    Code("near-conflict", "warning", "row"),
    Code("likely-wrong-label", "warning", "row"),
    Code("foreign-language", "warning", "row"),
    Code("personal-data", "warning", "row"),
    Code("text-cut", "warning", "row"),
    # -- things about the whole file
    Code("overlap", "warning", "row"),
    Code("near-overlap", "warning", "row"),
    Code("leak-column", "warning", "file"),
    Code("base-language", "warning", "file"),
    Code("imbalance", "warning", "file"),
    # -- good to know
    Code("similar-texts", "info", "row"),
    Code("few-rows", "info", "file"),
    Code("uneven-classes", "info", "file"),
    Code("sorted-rows", "info", "file"),
    Code("languages", "info", "file"),
    Code("sampled", "info", "file"),
)
CODES: dict[str, Code] = {code.name: code for code in _TABLE}


def as_markdown() -> str:
    """The table for the documentation.

    >>> print(as_markdown().splitlines()[6])
    | `missing-label` | error | row | The row has a text and no label. | label the row or delete it |
    """
    head = ["| code | severity | scope | meaning | what to do |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(
        head + [f"| `{code.name}` | {code.severity} | {code.scope} | {code.about} | {code.cure} |" for code in _TABLE]
    )
