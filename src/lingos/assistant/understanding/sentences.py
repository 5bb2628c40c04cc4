"""Phrases of apps -> sentences to learn from, and sentences beside them on which nothing may happen."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import AROUND, Names, filled
from lingos.assistant.understanding.phrases import Phrase, Spoken, parsed

__all__ = ["NOTHING", "Sentence", "Wish", "idle", "mistyped", "taught"]

NOTHING = "none"  # the intent of what is no command
BARE = 0.4  # share of the sentences without anything around them
EACH_OTHER = 4  # sentences of each wish that no app fulfils
MISTYPED = 0.1  # share of the sentences with a slip of the finger
CUT = 0.15  # share of the sentences without effect that are cut off
NOTHING_TO_DO: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(
    resources.files("lingos.assistant.understanding").joinpath("nothing.json").read_text("utf-8")
)
TRIES = 4  # draws for each sentence that is wanted; short phrases repeat themselves


@dataclass(frozen=True, slots=True)
class Wish:
    """What can be wished: an intent, its slots, and the phrases for it in each language."""

    intent: str
    slots: Mapping[str, Slot]
    phrases: Mapping[str, Sequence[str]]
    names: Mapping[str, Names] = field(default_factory=dict)  # of each slot of the kind "name"


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

    >>> found = taught([Wish("x.stop", {}, {"zh": ["停(|下)"]})], each=3)
    >>> len(found), all("停" in one.text for one in found)
    (3, True)
    """
    chance = random.Random(seed)
    return [
        one
        for wish in wishes
        for language, phrases in wish.phrases.items()
        for phrase in map(parsed, phrases)
        for one in _drawn(wish, phrase, language, each, chance)
    ]


def idle(commands: Sequence[Sentence], *, share: float = 1.0, seed: int = 0) -> list[Sentence]:
    """Sentences on which nothing may happen, about `share` times as many as commands: some about other things,
    commands that are negated, past, quoted, asked about or another person's, and commands that are cut off.
    """
    chance = random.Random(seed)
    found = {one.text for one in commands}
    made: list[Sentence] = []
    for language, told in NOTHING_TO_DO.items():
        own = [one for one in commands if one.language == language]
        texts = [*told["off"], *_others(told["other"], language, chance)]
        for _ in range(int(share * len(own)) - len(texts)):
            text = chance.choice(own).text
            texts.append(_cut(text, chance) if chance.random() < CUT else chance.choice(told["around"]).format(c=text))
        for text in texts:
            if text and text not in found:
                found.add(text)
                made.append(Sentence(text, language, NOTHING))
    return made


def _others(templates: Sequence[str], language: str, chance: random.Random) -> list[str]:
    """Wishes that no app fulfils, with times and things in them that apps know, too."""
    kinds = ("text", "fact", "topic", "when", "duration")
    return [
        one.format(**{kind: filled(Slot("text", like=kind), language, {}, chance)[0] for kind in kinds})
        for one in templates
        for _ in range(EACH_OTHER)
    ]


def _cut(text: str, chance: random.Random) -> str:
    """The beginning of a sentence."""
    parts = text.split(" ") if " " in text else list(text)
    kept = parts[: chance.randint(1, max(1, len(parts) // 2))]
    return (" " if " " in text else "").join(kept)


def _drawn(wish: Wish, phrase: Phrase, language: str, each: int, chance: random.Random) -> Iterator[Sentence]:
    seen: set[str] = set()
    for _ in range(each * TRIES):
        if len(seen) == each:
            return
        spoken = phrase.drawn(chance, lambda slot: filled(wish.slots[slot], language, wish.names.get(slot, {}), chance))
        around = mistyped(_around(spoken, language, chance), chance)
        if around.text not in seen:
            seen.add(around.text)
            yield Sentence(around.text, language, wish.intent, around.spans, around.implied)


def mistyped(spoken: Spoken, chance: random.Random) -> Spoken:
    """Now and then with a slip of the finger outside of its slots: two letters swapped, one left out or doubled.

    >>> mistyped(Spoken("turn on the light"), random.Random(31)).text
    'trn on the light'
    """
    if chance.random() >= MISTYPED:
        return spoken
    free = [
        k
        for k in range(1, len(spoken.text) - 1)
        if spoken.text[k - 1 : k + 2].isalpha() and not any(a - 1 <= k <= b for a, b, _, _ in spoken.spans)
    ]
    if not free:
        return spoken
    k, text = chance.choice(free), spoken.text
    slips = (text[k + 1] + text[k], text[k + 1], text[k] * 2 + text[k + 1])
    slip = slips[chance.randrange(3)] if text.isascii() else slips[chance.randrange(1, 3)]
    moved = len(slip) - 2
    spans = tuple((a + moved * (a > k), b + moved * (a > k), slot, value) for a, b, slot, value in spoken.spans)
    return Spoken(text[:k] + slip + text[k + 2 :], spans, spoken.implied)


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
