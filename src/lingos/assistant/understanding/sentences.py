"""Phrases of apps -> sentences to learn from: the person's own names filled in, politeness around them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import AROUND, Names, filled
from lingos.assistant.understanding.phrases import Phrase, Spoken, parsed

__all__ = ["NOTHING", "Sentence", "Wish", "taught"]

NOTHING = "none"  # the intent of what is no command
BARE = 0.4  # share of the sentences without anything around them
TRIES = 4  # draws for each sentence that is wanted; short phrases repeat themselves


@dataclass(frozen=True, slots=True)
class Wish:
    """What can be wished: an intent, its slots, and the phrases for it in each language."""

    intent: str
    slots: Mapping[str, Slot]
    phrases: Mapping[str, Sequence[str]]
    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One text to learn: spans are (start, end, slot, value), implied values stand nowhere in it."""

    text: str
    language: str
    intent: str
    spans: tuple[tuple[int, int, str, str], ...] = ()
    implied: Mapping[str, str] = field(default_factory=dict)


def taught(wishes: Sequence[Wish], *, each: int = 30, seed: int = 0) -> list[Sentence]:
    """At most `each` different sentences of every phrase; the same for the same seed.

    >>> [one.text for one in taught([Wish("x.stop", {}, {"zh": ["停(|下)"]})], each=3)]
    ['停下', '停下吧', '停']
    """
    chance = random.Random(seed)
    return [
        one
        for wish in wishes
        for language, phrases in wish.phrases.items()
        for phrase in map(parsed, phrases)
        for one in _drawn(wish, phrase, language, each, chance)
    ]


def _drawn(wish: Wish, phrase: Phrase, language: str, each: int, chance: random.Random) -> Iterator[Sentence]:
    seen: set[str] = set()
    for _ in range(each * TRIES):
        if len(seen) == each:
            return
        spoken = phrase.drawn(chance, lambda slot: filled(wish.slots[slot], language, wish.names, chance))
        around = _around(spoken, language, chance)
        if around.text not in seen:
            seen.add(around.text)
            yield Sentence(around.text, language, wish.intent, around.spans, around.implied)


def _around(spoken: Spoken, language: str, chance: random.Random) -> Spoken:
    """The same with polite words before or behind it."""
    if chance.random() < BARE:
        return spoken
    before, behind = AROUND[language]
    blank = "" if language == "zh" else " "
    first = chance.choice(before) + blank if chance.random() < 0.6 else ""
    last = blank + chance.choice(behind) if not first or chance.random() < 0.3 else ""
    spans = tuple((start + len(first), end + len(first), slot, value) for start, end, slot, value in spoken.spans)
    return Spoken(f"{first}{spoken.text}{last}", spans, spoken.implied)
