"""Personal data in the texts, by kind."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case, plural
from lingos.text.privacy import HINT, find

__all__ = ["check"]

NAMES = {
    "email": "an email address",
    "phone": "a phone number",
    "id-card": "a Chinese identity number",
    "bank-card": "a bank card number",
    "iban": "a bank account (IBAN)",
    "ip": "an IP address",
}


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
        message = (
            f"{plural(len(own), 'text')} with {NAMES[kind]}, such as line {case.lines[own[0]]}: {case.excerpt(own[0])}"
        )
        findings += case.finding("personal-data", message, np.array(own, dtype=np.int64))
    return findings
