"""Which methods a ladder tries, and how long it may take: the one dial `effort`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lingos.errors import unknown

__all__ = ["EFFORTS", "Effort", "effort"]

Name = Literal["quick", "normal", "thorough"]


@dataclass(frozen=True)
class Effort:
    """Methods, cheapest first; `seconds` on an idle machine for all together; `rows` out of fold that are enough."""

    name: str
    methods: tuple[str, ...]
    seconds: float
    rows: int


EFFORTS = {
    "quick": Effort("quick", ("majority", "tfidf", "prototype", "head"), 60, 1_500),
    "normal": Effort("normal", ("majority", "tfidf", "prototype", "logistic", "head", "top", "full"), 20 * 60, 6_000),
    "thorough": Effort(
        "thorough",
        ("majority", "tfidf", "labels", "prototype", "logistic", "head", "top", "lora", "full"),
        3 * 3600,
        50_000,
    ),
}


def effort(name: str) -> Effort:
    """The effort of this name.

    >>> effort("quick").seconds
    60
    """
    if name not in EFFORTS:
        raise unknown("effort", name, EFFORTS)
    return EFFORTS[name]
