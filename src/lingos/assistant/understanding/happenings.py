"""Words for what a sensor notices -> the sensor and its value: "the kitchen window opens" is kitchen.window = open.

Matched in full against the phrases of apps with the person's own names, no learning: a rule acts later without being
asked again, so its condition is exactly what was said or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from lingos.assistant.understanding.fillers import Names
from lingos.assistant.understanding.phrases import Part, parsed
from lingos.contracts import Value, World
from lingos.text.language import addressed
from lingos.text.normalise import clean

__all__ = ["Noticing", "happening", "noticed"]

WORD = re.compile(r"\d+\.\d+|[^\W_]+")
SMALL = frozenset({"the", "a", "an", "my", "our"})
TAIL = re.compile(r"(?:的时候|的话|时候|时|了)+$")


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
    said = TAIL.sub("", _key(condition))
    for app in apps:
        things = world.things(app.place or app.name).read()
        names = app.names(things)
        for one in app.happenings:
            for implied, ways in map(_read, (*one.en, *one.zh)):
                for found in (found for way in ways for found in _matched(way, said, names)):
                    thing = one.thing.format(**{**implied, **found})
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
@lru_cache(10_000)
def _key(text: str) -> str:
    """A text without case, articles, blanks and punctuation.

    >>> _key("The Kitchen’s window"), _key("厨房的窗户， 开了")
    ('kitchenswindow', '厨房的窗户开了')
    """
    words = WORD.findall(
        re.sub(r"['’]s (?=(open|closed)\b)", " is ", clean(text).lower()).replace("'", "").replace("’", "")
    )
    return "".join(word for word in words if word not in SMALL)


@lru_cache(1_000)
def _read(told: str) -> tuple[Mapping[str, str], tuple[tuple[Part, ...], ...]]:
    """What a phrase implies, and its ways with keys for words."""
    phrase = parsed(told)
    return phrase.implied, tuple(dict.fromkeys(map(_keyed, phrase.ways)))


def _keyed(way: Sequence[Part]) -> tuple[Part, ...]:
    parts = [(kind, _key(told) if kind == "word" else told) for kind, told in way]
    if parts[-1][0] == "word":
        parts[-1] = ("word", TAIL.sub("", parts[-1][1]))
    return tuple(parts)


def _matched(parts: Sequence[Part], said: str, names: Mapping[str, Names]) -> Iterator[dict[str, str]]:
    """The values of the slots, for each way in which the parts make up what was said."""
    if not parts:
        if not said:
            yield {}
        return
    (kind, told), rest = parts[0], parts[1:]
    known = names.get(told, {}).items() if kind == "slot" else [("", (told,))]
    for value, words in known:
        for word in words if kind == "word" else map(_key, (*words, value)):
            if said.startswith(word):
                for found in _matched(rest, said[len(word) :], names):
                    yield {told: value, **found} if kind == "slot" else found


def _word(known: Names, language: str) -> str:
    value, words = next(iter(known.items()))
    return next((word for word in words if addressed(word) == language), value)
