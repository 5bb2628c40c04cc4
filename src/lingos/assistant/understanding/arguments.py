"""What a skill found in a sentence -> the arguments of an action: words become values, what is missing is named."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lingos.assistant.slots import Slot, fault
from lingos.assistant.understanding.fillers import Names
from lingos.assistant.understanding.placed import Placed, placed
from lingos.contracts import Mark, Prediction, Value

__all__ = ["Arguments", "arguments"]

NEAR = 0.8  # how alike a word must be to one that is known
EMPTY = re.compile(
    r"(the|a|an|that|this|it|to|of|about|my)( (the|a|an|that|this))*|就是|这个|那个|一下|的", re.IGNORECASE
)
AROUND = " ,.!?:;，。！？：；"


@dataclass(frozen=True, slots=True)
class Arguments:
    """`values` by slot; `missing`: slots that must be filled and are not; `strange`: words without a known value."""

    values: Mapping[str, Value] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    strange: Mapping[str, str] = field(default_factory=dict)


def arguments(
    found: Prediction, text: str, slots: Mapping[str, Slot], names: Mapping[str, Names], now: datetime
) -> Arguments:
    """The arguments that a prediction gives for an action with these slots.

    A mark need only touch the words that it means: of "forty-five percent" also "five" is 45. What is not marked is
    looked up in the text; a closed value that stands there is believed before one that was only implied.

    >>> from datetime import UTC
    >>> from lingos.assistant.slots import choice, name
    >>> switch = choice({"on": ("on", "开"), "off": ("off", "关")})
    >>> slots = {"room": name("Which room?", "哪个房间？"), "state": switch}
    >>> said = Prediction("home.light", 0.9, False, (), marks=(Mark(1, 3, "room"),), implied={"state": "on"})
    >>> now, rooms = datetime(2026, 1, 1, tzinfo=UTC), {"room": {"kitchen": ("kitchen", "厨房")}}
    >>> found = arguments(said, "把厨房的灯打开", slots, rooms, now)
    >>> dict(found.values), found.missing
    ({'state': 'on', 'room': 'kitchen'}, ())
    """
    implied = {slot: _typed(slots[slot], told) for slot, told in found.implied.items() if slot in slots}
    values: dict[str, Value] = {slot: value for slot, value in implied.items() if value is not None}
    strange: dict[str, str] = {}
    marks = {name: mark for name, mark in _spans(found.marks).items() if name in slots}
    taken: list[Placed] = []
    for name, mark in marks.items():
        one = _value(slots[name], text, mark, names.get(name, {}), now)
        if one is None:
            strange[name] = text[mark.start : mark.end].strip(AROUND)
        else:
            values[name] = one.value
            taken.append(one)
    for name, slot in slots.items():
        lacking = slot.required and name not in values and name not in strange
        told = _unmarked(slot, text, names.get(name, {}), now, taken) if lacking or slot.kind == "choice" else None
        if told is not None and name not in marks:
            values[name] = told
    missing = tuple(name for name, slot in slots.items() if slot.required and name not in values)
    return Arguments(values, missing, strange)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _spans(marks: Sequence[Mark]) -> dict[str, Mark]:
    """One mark for each slot: from its first word to its last."""
    found: dict[str, Mark] = {}
    for mark in marks:
        before = found.get(mark.slot, mark)
        found[mark.slot] = Mark(min(before.start, mark.start), max(before.end, mark.end), mark.slot)
    return found


def _value(slot: Slot, text: str, mark: Mark, names: Names, now: datetime) -> Placed | None:
    """The value that a mark touches, the one with most letters in common; else what its own words mean."""
    touching = [one for one in placed(slot, text, names, now) if one.start < mark.end and mark.start < one.end]
    if touching:
        return max(touching, key=lambda one: min(one.end, mark.end) - max(one.start, mark.start))
    word = text[mark.start : mark.end].strip(AROUND)
    if slot.kind == "text":
        return Placed(mark.start, mark.end, word) if word and not EMPTY.fullmatch(word) else None
    near = _nearly(word, slot.values if slot.kind == "choice" else names) if slot.kind in ("choice", "name") else None
    return Placed(mark.start, mark.end, near) if near else None


def _unmarked(slot: Slot, text: str, names: Names, now: datetime, taken: Sequence[Placed]) -> Value:
    """What the text says of a slot, if it says one thing and no other, beside the words that other slots have taken."""
    free = [
        one
        for one in placed(slot, text, names, now)
        if not any(one.start < other.end and other.start < one.end for other in taken)
    ]
    told = list(dict.fromkeys(one.value for one in free))
    return told[0] if len(told) == 1 else None


def _nearly(word: str, table: Mapping[str, Sequence[str]]) -> str | None:
    """The value of a word that is nearly one that is known."""
    words = {one.lower(): value for value, said in table.items() for one in (*said, value)}
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=NEAR)
    return words[near[0]] if near else None


def _typed(slot: Slot, told: str) -> Value:
    """An implied value; None where the slot does not allow it: a skill may have learned what no app takes by now."""
    try:
        value: Value = float(told) if slot.kind in ("number", "duration") else told
    except ValueError:
        return None
    return None if fault(slot, value) else value
