"""A sentence with the intent and the values that a person says it has -> a row to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import Names
from lingos.assistant.understanding.sentences import Wish
from lingos.assistant.understanding.values import Found, durations, moments, numbers
from lingos.contracts import Value

__all__ = ["labelled"]


def labelled(text: str, wish: Wish | None, values: Mapping[str, Value], now: datetime, none: str) -> dict[str, Any]:
    """The row: values whose words stand in the text are marked there, the others are implied.

    >>> from lingos.assistant.slots import choice, name
    >>> slots = {"room": name("Which room?", "哪个房间？"), "state": choice({"on": ("on", "开"), "off": ("off", "关")})}
    >>> wish = Wish("home.light", slots, {}, {"room": {"kitchen": ("kitchen", "厨房")}})
    >>> row = labelled("厨房太黑了", wish, {"room": "kitchen", "state": "on"}, datetime(2026, 1, 1), "none")
    >>> row["intent"], row["spans"], row["slots"]
    ('home.light', [[0, 2, 'room']], {'state': 'on'})
    """
    if wish is None:
        return {"text": text, "intent": none, "spans": [], "slots": {}}
    spans: list[tuple[int, int, str]] = []
    implied: dict[str, str] = {}
    for name, value in values.items():
        if name not in wish.slots:
            continue
        place = next(_places(text, wish.slots[name], wish.names.get(name, {}), value, now), None)
        if place is not None and not any(start < place[1] and place[0] < end for start, end, _ in spans):
            spans.append((*place, name))
        elif wish.slots[name].kind in ("choice", "number", "name"):
            implied[name] = f"{value:g}" if isinstance(value, float) else str(value)
    return {"text": text, "intent": wish.intent, "spans": [list(one) for one in sorted(spans)], "slots": implied}


def _places(text: str, slot: Slot, names: Names, value: Value, now: datetime) -> Iterator[tuple[int, int]]:
    """Where words for the value stand."""
    table = slot.values if slot.kind == "choice" else names
    for word in sorted({str(value), *table.get(str(value), ())}, key=len, reverse=True):
        start = text.lower().find(word.lower())
        if start >= 0:
            yield start, start + len(word)
    for found in _found(text, slot, now):
        if found.value == value:
            yield found.start, found.end


def _found(text: str, slot: Slot, now: datetime) -> list[Found]:
    match slot.kind:
        case "number":
            return numbers(text)
        case "duration":
            return durations(text)
        case "when":
            return moments(text, now)
    return []
