"""What a person may say, for one who asks: a sentence for each thing that apps can do."""

from __future__ import annotations

import random
from collections.abc import Mapping

from lingos.assistant.understanding.fillers import filled
from lingos.assistant.understanding.phrases import parsed
from lingos.assistant.understanding.sentences import Wish

__all__ = ["examples"]


def examples(wishes: Mapping[str, Wish], language: str) -> list[str]:
    """The first phrase of each wish, with words of this person's world in its slots.

    >>> from lingos.assistant.slots import name
    >>> rooms = {"room": {"hall": ("hall",)}}
    >>> wish = Wish("home.off", {"room": name("?", "？")}, {"en": ["dark [in the] {room}"]}, rooms)
    >>> examples({"home.off": wish}, "en")
    ['dark in the hall']
    """
    return [_first(wish, language) for wish in wishes.values() if wish.phrases.get(language)]


def _first(wish: Wish, language: str) -> str:
    chance, phrase = random.Random(wish.intent), parsed(wish.phrases[language][0])  # noqa: S311, words to look at
    words = {name: filled(wish.slots[name], language, wish.names.get(name, {}), chance) for name in phrase.slots}
    return phrase.spoken(phrase.ways[0], words).text
