"""What a person may say, for one who asks: a sentence for each thing that apps can do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import TABLES, Names, filled
from lingos.assistant.understanding.phrases import parsed
from lingos.assistant.understanding.sentences import Wish
from lingos.text.language import addressed

__all__ = ["examples"]


def examples(wishes: Mapping[str, Wish], language: str) -> list[str]:
    """The first phrase of each wish, with words of this person's world in its slots; none where the world has none yet.

    >>> from lingos.assistant.slots import name
    >>> rooms = {"room": {"hall": ("hall",)}}
    >>> wish = Wish("home.off", {"room": name("?", "？")}, {"en": ["dark [in the] {room}"]}, rooms)
    >>> examples({"home.off": wish}, "en")
    ['dark in the hall']
    """
    return [
        _first(wish, language)
        for wish in wishes.values()
        if wish.phrases.get(language) and _can_be_said(wish, language)
    ]


def _can_be_said(wish: Wish, language: str) -> bool:
    needed = parsed(wish.phrases[language][0]).slots
    return all(wish.slots[name].kind != "name" or wish.names.get(name) for name in needed)


def _first(wish: Wish, language: str) -> str:
    told, chance = wish.phrases[language][0], random.Random(wish.intent)  # noqa: S311, words to look at
    phrase = parsed(told)
    seen: Counter[tuple[str, str]] = Counter()
    words = {}
    for name in sorted(phrase.slots, key=lambda one: told.index(f"{{{one}}}")):
        slot = wish.slots[name]
        kind = slot.kind, slot.like
        words[name] = _plain(slot, wish.names.get(name, {}), language, seen[kind]) or filled(slot, language, {}, chance)
        seen[kind] += 1
    return phrase.spoken(phrase.ways[0], words).text


def _plain(slot: Slot, names: Names, language: str, place: int) -> tuple[str, str] | None:
    """The first words of a table, a round number; None where the slot has neither. Two slots of one kind differ."""
    match slot.kind:
        case "choice" | "name":
            table = list((slot.values if slot.kind == "choice" else names).items())
            value, told = table[place % len(table)]
            return next((word for word in told if addressed(word) == language), value), value
        case "number":
            low = max(slot.low or 0, 0)
            high = min(slot.high or 100, low + 100)
            number = int(low + 0.6 * (high - low))
            fives = number // 5 * 5
            shown = str(fives if fives >= low else number)
            return shown, shown
        case "text":
            words = TABLES[slot.like or slot.kind][language]
            word = words[place % len(words)]
            return None if "{" in word else (word, word)
    return None
