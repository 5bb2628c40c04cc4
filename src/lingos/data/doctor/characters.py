"""Texts that were damaged on their way: lost characters, wrong decoding, HTML, control characters."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.data.doctor.report import Ints
from lingos.text.markup import HTML
from lingos.text.mojibake import LOST, SUSPECTS, is_mojibake, repair
from lingos.text.normalise import INVISIBLE, shorten
from lingos.text.privacy import mask
from lingos.words.said import Said, plural

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
    findings += _list(case, "broken-characters", lost)
    if len(wrong):
        text = case.text_of(wrong[:1])[0]
        values = {"text": case.excerpt(int(wrong[0])), "meant": shorten(mask(repair(text)))}
        message = Said("doctor.mojibake", {"texts": plural(len(wrong), "text"), **values})
        findings += case.finding("mojibake", message, wrong)
    findings += _list(case, "html-remains", case.matching(HTML))
    hidden = case.matching(f"{CONTROL}|{HIDDEN}")
    findings += _list(case, "control-characters", hidden)
    return findings


def _list(case: Case, code: str, rows: Ints) -> list[Finding]:
    if not len(rows):
        return []
    example = {"line": case.lines[rows[0]], "text": case.excerpt(int(rows[0]))}
    return case.finding(code, Said(f"doctor.{code}", {"texts": plural(len(rows), "text"), **example}), rows)
