"""Where the values of a slot stand in a sentence: names of the person's world, closed values, numbers, times, units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import TABLES
from lingos.assistant.understanding.found import Found
from lingos.assistant.understanding.values import durations, moments, numbers
from lingos.contracts import Value
from lingos.text.ngrams import HAN

__all__ = ["Placed", "known", "named", "placed"]

UNITS: Mapping[str, Sequence[str]] = {word: () for words in TABLES["unit"].values() for word in words}
SHARE = re.compile(r"(?!.*(?:point|per ?cent|百分|点))[^\d%％]+|\d+/\d+", re.IGNORECASE)  # a half, but not 0.5 %


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and its place."""

    start: int
    end: int
    value: Value


def known(text: str, table: Mapping[str, Sequence[str]]) -> list[Placed]:
    """The words of a table that stand in a text, in its order; of words that overlap the longest one counts.

    >>> [one.value for one in known("warm white light", {"warm": ("warm", "warm white"), "white": ("white",)})]
    ['warm']
    """
    lower, taken, found = text.lower(), [False] * len(text), []
    words = {word.lower(): value for value, told in table.items() for word in (*told, value) if word}
    for word in sorted(words, key=len, reverse=True):
        edge = "" if HAN.search(word) else r"\b"
        for one in re.finditer(f"{edge}{re.escape(word)}{edge}", lower):
            if one.end() <= len(taken) and not any(taken[one.start() : one.end()]):
                taken[one.start() : one.end()] = [True] * (one.end() - one.start())
                found.append(Placed(one.start(), one.end(), words[word]))
    return sorted(found, key=lambda one: one.start)


def named(text: str, table: Mapping[str, Sequence[str]]) -> list[str]:
    """The values of a table that a text names, each once.

    >>> named("把客厅的灯关了", {"on": ("on", "开"), "off": ("off", "关")}), named("often", {"on": ("on",)})
    (['off'], [])
    """
    return list(dict.fromkeys(str(one.value) for one in known(text, table)))


def placed(slot: Slot, text: str, names: Mapping[str, Sequence[str]], now: datetime) -> list[Placed]:
    """All that a text says of a slot; nothing for free text, which no list knows.

    >>> from lingos.assistant.slots import number, percent
    >>> [(one.start, one.value) for one in placed(number(0, 100), "twenty or 30", {}, datetime(2026, 1, 1))]
    [(0, 20.0), (10, 30.0)]
    >>> [one.value for one in placed(percent(), "half, 三分之一, or 0.5 %", {}, datetime(2026, 1, 1))]
    [50.0, 33.0, 0.5]
    """
    return list(_placed(slot, text, names, now))


def _placed(slot: Slot, text: str, names: Mapping[str, Sequence[str]], now: datetime) -> Iterator[Placed]:
    match slot.kind:
        case "choice":
            yield from known(text, slot.values)
        case "name":
            yield from known(text, names)
        case "text" if slot.like == "unit":
            yield from known(text, UNITS)
        case "number":
            yield from (Placed(one.start, one.end, _size(slot, one, text)) for one in numbers(text))
        case "duration":
            yield from (Placed(one.start, one.end, one.value) for one in durations(text))
        case "when":
            yield from (Placed(one.start, one.end, one.value) for one in moments(text, now))


def _size(slot: Slot, found: Found, text: str) -> float:
    """A number as its slot counts: half of a percentage is 50."""
    size = float(found.value)
    part = slot.like == "percent" and 0 < size < 1 and SHARE.fullmatch(text[found.start : found.end])
    return float(round(100 * size)) if part else size
