"""Words for what a sensor notices -> the sensor and its value: "the kitchen window opens" is kitchen.window = open.

Matched in full against the phrases of apps with the person's own names, no learning: a rule acts later without being
asked again, so its condition is exactly what was said or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from lingos.assistant.slots import name
from lingos.assistant.understanding.arguments import arguments
from lingos.assistant.understanding.fillers import Names
from lingos.assistant.understanding.grammar import Grammar
from lingos.assistant.understanding.phrases import SLOT, parsed
from lingos.assistant.understanding.sentences import Wish
from lingos.contracts import Value, World
from lingos.text.language import addressed
from lingos.text.normalise import clean

__all__ = ["Noticing", "happening", "noticed"]

WHOSE = re.compile(r"^(?:A|An|My|Our)\b|\b(?:a|an|my|our)\b")  # no letter that is a name: "Room A"
IS = re.compile(r"['’]s (?=(?:open|closed)\b)", re.IGNORECASE)
TAIL = re.compile(r"(?:的时候|的话|时候|时|了)+[\s,.!?，。！？]*$")


class Told(Protocol):
    """One thing that can be noticed: Happening in apps/base.py."""

    @property
    def en(self) -> Sequence[str]: ...
    @property
    def zh(self) -> Sequence[str]: ...
    @property
    def thing(self) -> str: ...
    @property
    def becomes(self) -> Value: ...


class Noticing(Protocol):
    """An app as far as it notices."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def happenings(self) -> Sequence[Told]: ...
    def names(self, things: Mapping[str, Value]) -> Mapping[str, Names]: ...


def happening(condition: str, apps: Sequence[Noticing], world: World) -> tuple[str, Value] | None:
    """The thing that a condition speaks of and what it becomes; None where no app notices that."""
    said = WHOSE.sub("the", IS.sub(" is ", TAIL.sub("", clean(condition))))
    for app in apps:
        things = world.things(app.place or app.name).read()
        known = {str(place): _wish(str(place), one, app.names(things)) for place, one in enumerate(app.happenings)}
        [found] = Grammar(known)([said])
        if found.refused:
            continue
        wish, one = known[str(found.value)], app.happenings[int(str(found.value))]
        told = arguments(found, said, wish.slots, wish.names, world.now())
        values = {**found.implied, **told.values}
        if told.strange or not values.keys() >= set(SLOT.findall(one.thing)):
            continue  # a name that is nobody's
        thing = one.thing.format(**values)
        if thing in things:
            return thing, one.becomes
    return None


def noticed(apps: Sequence[Noticing], world: World, language: str) -> list[str]:
    """One sentence for each thing that apps notice, from its first phrase, to say what is possible."""
    found = []
    for app in apps:
        names = app.names(world.things(app.place or app.name).read())
        words = {slot: (_word(known, language), "") for slot, known in names.items() if known}
        for one in app.happenings:
            phrase = parsed((one.zh if language == "zh" else one.en)[0])
            if phrase.slots <= words.keys():
                found.append(phrase.spoken(phrase.ways[0], words).text)
    return found


# -- helpers ---------------------------------------------------------------------------------------------------------
def _wish(intent: str, told: Told, names: Mapping[str, Names]) -> Wish:
    """What can be noticed, read as what can be wished is."""
    slots = {slot: name("", "") for phrase in (*told.en, *told.zh) for slot in parsed(phrase).slots}
    return Wish(intent, slots, {"en": told.en, "zh": told.zh}, names)


def _word(known: Names, language: str) -> str:
    value, words = next(iter(known.items()))
    return next((word for word in words if addressed(word) == language), value)
