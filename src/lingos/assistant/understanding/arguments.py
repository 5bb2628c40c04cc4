"""What a skill found in a sentence -> the arguments of an action: words become values, what is missing is named."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import Names
from lingos.assistant.understanding.gazetteer import looked_up, named
from lingos.assistant.understanding.values import durations, moments, numbers
from lingos.contracts import Prediction, Value

__all__ = ["Arguments", "arguments"]

NEAR = 0.8  # how alike a word must be to one that is known


@dataclass(frozen=True, slots=True)
class Arguments:
    """`values` by slot; `missing`: slots that must be filled and are not; `strange`: words without a known value."""

    values: Mapping[str, Value] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    strange: Mapping[str, str] = field(default_factory=dict)


def arguments(
    found: Prediction, text: str, slots: Mapping[str, Slot], names: Mapping[str, Names], now: datetime
) -> Arguments:
    """The arguments that a prediction gives for an action with these slots. What it did not mark is looked up in the
    text; a closed value that stands there is believed before one that was only implied.

    >>> from datetime import UTC
    >>> from lingos.assistant.slots import choice, name
    >>> from lingos.contracts import Mark
    >>> switch = choice({"on": ("on", "开"), "off": ("off", "关")})
    >>> slots = {"room": name("Which room?", "哪个房间？"), "state": switch}
    >>> said = Prediction("home.light", 0.9, False, (), marks=(Mark(1, 3, "room"),), implied={"state": "on"})
    >>> now, rooms = datetime(2026, 1, 1, tzinfo=UTC), {"room": {"kitchen": ("kitchen", "厨房")}}
    >>> found = arguments(said, "把厨房的灯打开", slots, rooms, now)
    >>> dict(found.values), found.missing
    ({'state': 'on', 'room': 'kitchen'}, ())
    """
    values: dict[str, Value] = {
        slot: _typed(slots[slot], value) for slot, value in found.implied.items() if slot in slots
    }
    strange: dict[str, str] = {}
    for mark in found.marks:
        if mark.slot not in slots:
            continue
        word = text[mark.start : mark.end].strip()
        value = _value(slots[mark.slot], word, names.get(mark.slot, {}), now)
        if value is None:
            strange[mark.slot] = word
        else:
            values[mark.slot] = value
    marked = {mark.slot for mark in found.marks}
    for name, slot in slots.items():
        told = named(text, slot.values) if slot.kind == "choice" and name not in marked else []
        if len(told) == 1:
            values[name] = told[0]
        elif name not in values and name not in strange and slot.required:
            told_once = looked_up(slot, text, names.get(name, {}), now)
            if told_once is not None:
                values[name] = told_once
    missing = tuple(name for name, slot in slots.items() if slot.required and name not in values)
    return Arguments(values, missing, strange)


def _value(slot: Slot, word: str, names: Names, now: datetime) -> Value:
    match slot.kind:
        case "choice":
            return _known(word, slot.values)
        case "name":
            return _known(word, names)
        case "number":
            numbers_found = numbers(word)
            return numbers_found[0].value if numbers_found else None
        case "duration":
            lengths = durations(word)
            return lengths[0].value if lengths else None
        case "when":
            times = moments(word, now)
            return times[0].value if times else None
        case "text":
            return word or None


def _known(word: str, table: Mapping[str, Sequence[str]]) -> str | None:
    """The value of a word that is known, or is nearly one that is."""
    words = {one.lower(): value for value, said in table.items() for one in (*said, value)}
    if word.lower() in words:
        return words[word.lower()]
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=NEAR)
    return words[near[0]] if near else None


def _typed(slot: Slot, value: str) -> Value:
    return float(value) if slot.kind in ("number", "duration") else value
