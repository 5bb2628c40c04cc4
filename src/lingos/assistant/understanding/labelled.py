"""A sentence with the intent and the values that a person says it has -> a row to learn from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lingos.assistant.slots import Slot, fault
from lingos.assistant.understanding.fillers import Names, filled
from lingos.assistant.understanding.placed import placed
from lingos.assistant.understanding.sentences import Wish
from lingos.contracts import Value
from lingos.text.language import addressed

__all__ = ["labelled", "meant", "varied"]


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


def meant(told: object, slot: Slot, names: Names, text: str, now: datetime) -> Value:
    """The value that a person's words for a slot of a sentence mean; None where they mean none.

    A time that the sentence tells is kept in the sentence's words: they mean another moment tomorrow.

    >>> from lingos.assistant.slots import name, percent
    >>> now, rooms = datetime(2026, 1, 1), {"kitchen": ("kitchen", "厨房")}
    >>> [meant(told, percent(), {}, "half light", now) for told in ("50%", "half", 50, "a lot")]
    [50.0, 50.0, 50, None]
    >>> [meant(told, name("Which room?", "哪个房间？"), rooms, "厨房太黑了", now) for told in ("厨房", "attic")]
    ['kitchen', None]
    """
    if isinstance(told, bool) or not isinstance(told, (str, int, float)):
        return None
    words = str(told).strip()
    value: Value = words
    match slot.kind:
        case "choice" | "name" if words not in (names if slot.kind == "name" else slot.values):
            value = _only(slot, words, names, now)
        case "number" | "duration" if isinstance(told, str):
            value = _float(words)
            if value is None and slot.kind == "duration" and words and words.lower() in text.lower():
                return words
            value = _only(slot, words, names, now) if value is None else value
        case "number" | "duration":
            value = told
        case "when" if words.lower() not in text.lower() and not _iso(words):
            value = words if placed(slot, words, names, now) else None
    return None if fault(slot, value) else value


def varied(row: Mapping[str, Any], wish: Wish | None, each: int, seed: int = 0) -> list[dict[str, Any]]:
    """A labelled row, and up to `each` like it with other words in its slots: what a person said once is a phrase.

    >>> from lingos.assistant.slots import name
    >>> rooms = {"room": {"kitchen": ("kitchen",), "hall": ("hall", "hallway")}}
    >>> wish = Wish("home.dark", {"room": name("Which room?", "哪个房间？")}, {}, rooms)
    >>> row = {"text": "pitch black in the kitchen", "intent": "home.dark", "spans": [[19, 26, "room"]], "slots": {}}
    >>> [one["text"] for one in varied(row, wish, 3)][0]
    'pitch black in the kitchen'
    """
    found = {row["text"]: dict(row)}
    if wish is None or not row["spans"]:
        return list(found.values())
    language, chance = addressed(row["text"]), random.Random(f"{seed} {row['text']}")
    for _ in range(each):
        text: str = row["text"]
        spans: list[tuple[int, int, str]] = []
        for start, end, slot in reversed(row["spans"]):
            word, _ = filled(wish.slots[slot], language, wish.names.get(slot, {}), chance)
            spans = [(a + len(word) - (end - start), b + len(word) - (end - start), name) for a, b, name in spans]
            spans.append((start, start + len(word), slot))
            text = text[:start] + word + text[end:]
        found.setdefault(text, {**row, "text": text, "spans": [list(one) for one in reversed(spans)]})
    return list(found.values())


# -- helpers ---------------------------------------------------------------------------------------------------------
def _only(slot: Slot, words: str, names: Names, now: datetime) -> Value:
    """The one value that words tell; None where they tell none or several."""
    values = {one.value for one in placed(slot, words, names, now)}
    return values.pop() if len(values) == 1 else None


def _float(words: str) -> float | None:
    try:
        return float(words)
    except ValueError:
        return None


def _iso(words: str) -> bool:
    try:
        return bool(datetime.fromisoformat(words))
    except ValueError:
        return False


def _places(text: str, slot: Slot, names: Names, value: Value, now: datetime) -> Iterator[tuple[int, int]]:
    """Where words for the value stand."""
    yield from ((one.start, one.end) for one in placed(slot, text, names, now) if one.value == value)
    words = str(value).strip()
    if slot.kind in ("text", "when", "duration") and words:  # told in the words of the sentence
        start = text.lower().find(words.lower())
        yield from [(start, start + len(words))] if start >= 0 else []
