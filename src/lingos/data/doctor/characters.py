"""Texts that were damaged on their way: lost characters, wrong decoding, HTML, control characters."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case, plural
from lingos.data.doctor.report import Ints
from lingos.text.markup import HTML
from lingos.text.mojibake import LOST, SUSPECTS, is_mojibake, repair
from lingos.text.normalise import INVISIBLE, shorten
from lingos.text.privacy import mask

__all__ = ["CONTROL", "HIDDEN", "check"]

CONTROL = r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"
HIDDEN = f"[{INVISIBLE}]"


def check(case: Case) -> list[Finding]:
    """Findings broken-characters, mojibake, html-remains, control-characters. Fills `case.damaged`."""
    findings: list[Finding] = []
    lost = case.matching(LOST)
    suspects = np.setdiff1d(case.matching(SUSPECTS), lost, assume_unique=True)
    wrong = np.array([row for row, text in case.stream(suspects) if is_mojibake(text)], dtype=np.int64)
    case.damaged = np.union1d(lost, wrong)  # their language can not be told
    findings += _list(case, "broken-characters", lost, "characters that were lost in a conversion")
    if len(wrong):
        text = case.text_of(wrong[:1])[0]
        meant = f"{case.excerpt(int(wrong[0]))} should read '{shorten(mask(repair(text)))}'"
        findings += case.finding("mojibake", f"{plural(len(wrong), 'text')} decoded wrongly, such as {meant}", wrong)
    findings += _list(case, "html-remains", case.matching(HTML), "tags or entities of HTML")
    hidden = case.matching(f"{CONTROL}|{HIDDEN}")
    findings += _list(case, "control-characters", hidden, "characters that nobody sees")
    return findings


def _list(case: Case, code: str, rows: Ints, what: str) -> list[Finding]:
    if not len(rows):
        return []
    example = f"line {case.lines[rows[0]]}: {case.excerpt(int(rows[0]))}"
    return case.finding(code, f"{plural(len(rows), 'text')} with {what}, such as {example}", rows)
