"""Personal data in the texts, by kind."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.text.privacy import HINT, find
from lingos.words.said import Said, plural

__all__ = ["check"]


def check(case: Case) -> list[Finding]:
    """Findings personal-data, one for each kind."""
    if not case.options.personal:
        return []
    rows: dict[str, list[int]] = {}
    for row, text in case.stream(case.matching(HINT)):
        for kind in {span.kind for span in find(text)}:
            rows.setdefault(kind, []).append(row)
    findings: list[Finding] = []
    for kind, own in sorted(rows.items()):
        example = {"line": case.lines[own[0]], "text": case.excerpt(own[0])}
        values = {"texts": plural(len(own), "text"), "what": Said(f"personal.{kind}"), **example}
        findings += case.finding("personal-data", Said("doctor.personal-data", values), np.array(own, dtype=np.int64))
    return findings
