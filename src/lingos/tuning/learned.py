"""Which rows a skill has learned, by itself or by the skills that it started from: answers to them prove nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from lingos.skill import Skill

__all__ = ["CALIBRATION", "INHERITED", "content", "learned", "lineage", "unlearned"]

SPLIT = "split.json"
INHERITED = "inherited"  # part of split.json: rows that the skills before it have learned
CALIBRATION = "calibration"  # part of split.json: rows that were held back to set the scores
PARTS = ("train", CALIBRATION, INHERITED)


def content(row: str) -> str:
    """The id of a row without the number of its repeat, which says nothing across files.

    >>> content("0f3a-2")
    '0f3a'
    """
    return row.partition("-")[0]


def lineage(skill: Skill) -> list[str]:
    """Ids of all rows that a skill and the skills before it have learned, each once."""
    if SPLIT not in skill.manifest.files:
        return []
    split = json.loads(skill.path(SPLIT).read_text("utf-8"))
    return list(dict.fromkeys(row for part in PARTS for row in split.get(part, ())))


def learned(*skills: Skill) -> frozenset[str]:
    """Contents of the rows that any of the skills has learned."""
    return frozenset(content(row) for skill in skills for row in lineage(skill))


def unlearned(ids: Sequence[str], known: Collection[str]) -> list[int]:
    """Positions of the rows whose content is not among the learned ones.

    >>> unlearned(["a", "b", "b-1"], {"b"})
    [0]
    """
    return [k for k, row in enumerate(ids) if content(row) not in known]
