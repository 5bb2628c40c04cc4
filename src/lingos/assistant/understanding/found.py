"""What is found in a text: values, words about moments; and what to do where two overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

__all__ = ["Found", "Spoken", "apart", "before"]


@dataclass(frozen=True, slots=True)
class Found:
    """One value and where it stands. A moment is ISO 8601 with time zone, a duration is in seconds."""

    start: int
    end: int
    value: str | float
    whole_day: bool = False  # a moment of which only the day was said; its value is that day's midnight


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words that tell something about a moment: its day, the part of the day, its clock, or all of it."""

    start: int
    end: int
    days: tuple[date, ...] = ()  # that may be meant, the soonest first
    part: tuple[int, int] | None = None  # of the day: the hour that it means by itself, the earliest hour in it
    clock: tuple[int, int] | None = None  # hour and minute
    exact: bool = False  # the hour is one of 24, not one of 12
    sure: bool = True  # it is about a moment also by itself
    at: datetime | None = None
    barred: bool = False  # no single moment: every monday, at 25:00


class Placed(Protocol):
    """What has a place in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Some = TypeVar("Some", bound=Placed)


def apart(found: Iterable[Some]) -> list[Some]:
    """Of those that overlap the first, of those that start together the longest.

    >>> [one.value for one in apart([Found(3, 5, 2.0), Found(0, 4, 1.5), Found(0, 1, 1.0), Found(6, 7, 3.0)])]
    [1.5, 3.0]
    """
    kept: list[Some] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def before(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str] | None:
    """What stands right before a place, found by a pattern that ends with $; no more than a few words."""
    return pattern.search(text, max(0, place - 40), place)
