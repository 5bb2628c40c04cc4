"""Known words in a sentence: names of the person's world, values of closed slots, numbers and times. No learning."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.values import durations, moments, numbers
from lingos.contracts import Value
from lingos.text.ngrams import HAN

__all__ = ["looked_up", "named"]


def named(text: str, table: Mapping[str, Sequence[str]]) -> list[str]:
    """The values whose words stand in a text, in its order; of words that overlap the longest one counts.

    >>> named("the living room and the kitchen", {"living room": ("living room",), "room": ("room",), "kitchen": ()})
    ['living room', 'kitchen']
    >>> named("把客厅的灯关了", {"on": ("on", "开"), "off": ("off", "关")}), named("often", {"on": ("on",)})
    (['off'], [])
    """
    lower, taken, found = text.lower(), [False] * len(text), []
    words = {word.lower(): value for value, told in table.items() for word in (*told, value) if word}
    for word in sorted(words, key=len, reverse=True):
        edge = "" if HAN.search(word) else r"\b"
        for one in re.finditer(f"{edge}{re.escape(word)}{edge}", lower):
            if one.end() <= len(taken) and not any(taken[one.start() : one.end()]):
                taken[one.start() : one.end()] = [True] * (one.end() - one.start())
                found.append((one.start(), words[word]))
    return list(dict.fromkeys(value for _, value in sorted(found)))


def looked_up(slot: Slot, text: str, names: Mapping[str, Sequence[str]], now: datetime) -> Value:
    """What a text says of a slot, if it says one thing and no other; None for free text, which no list knows.

    >>> from lingos.assistant.slots import number
    >>> looked_up(number(0, 100), "set it to twenty", {}, datetime(2026, 1, 1)), looked_up(number(0, 9), "1 or 2", {},
    ... datetime(2026, 1, 1))
    (20.0, None)
    """
    match slot.kind:
        case "choice":
            found: Sequence[Value] = named(text, slot.values)
        case "name":
            found = named(text, names)
        case "number":
            found = [one.value for one in numbers(text)]
        case "duration":
            found = [one.value for one in durations(text)]
        case "when":
            found = [one.value for one in moments(text, now)]
        case "text":
            found = []
    return found[0] if len(found) == 1 else None
