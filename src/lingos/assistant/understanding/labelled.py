"""A sentence with the intent and the values that a person says it has -> a row to learn from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import Names, filled
from lingos.assistant.understanding.placed import placed
from lingos.assistant.understanding.sentences import Wish
from lingos.contracts import Value
from lingos.text.language import addressed

__all__ = ["labelled", "varied"]


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


def _places(text: str, slot: Slot, names: Names, value: Value, now: datetime) -> Iterator[tuple[int, int]]:
    """Where words for the value stand."""
    yield from ((one.start, one.end) for one in placed(slot, text, names, now) if one.value == value)
    words = str(value).strip()
    if slot.kind in ("text", "when", "duration") and words:  # told in the words of the sentence
        start = text.lower().find(words.lower())
        yield from [(start, start + len(words))] if start >= 0 else []
