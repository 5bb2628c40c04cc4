"""Things of the world and their values in a person's words: "kitchen.light" -> "kitchen · light", "厨房 · 灯".

These are plain texts: whoever makes HTML of them puts them into a `Markup`, which escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lingos.assistant.world.house import DOORS, ROOMS
from lingos.contracts import Value
from lingos.words.said import WORDS, phrase

__all__ = ["place", "thing", "value"]

LONGEST = 200  # characters of a value that are shown


def place(name: str, language: str) -> str:
    """A room or door; a person's own name stays as it is.

    >>> place("front door", "zh"), place("attic", "zh")
    ('前门', 'attic')
    """
    called = {**ROOMS, **DOORS}.get(name, ())
    return next((one for one in called if not one.isascii()), name) if language == "zh" else name


def thing(name: str, language: str) -> str:
    """A thing: the place and what it is; a thing with an id, such as a note, is told by its kind.

    >>> thing("kitchen.light", "zh"), thing("note 7f3a", "en"), thing("alarm", "zh"), thing("milk", "zh")
    ('厨房 · 灯', 'note', '报警器', 'milk')
    """
    where, mark, what = name.rpartition(".")
    if mark and f"thing.{what}" in WORDS:
        return f"{place(where, language)} · {phrase(f'thing.{what}', language)}"
    kind = name.partition(" ")[0]
    return phrase(f"thing.{kind}", language) if f"thing.{kind}" in WORDS else name


def value(found: Value, language: str) -> str:
    """A value; of a thing with a text its text.

    >>> value("on", "zh"), value(21.0, "en"), value(None, "en"), value({"at": "12:00", "text": "tea"}, "en")
    ('开', '21', 'nothing', 'tea')
    """
    if found is None:
        return phrase("studio.nothing", language)
    if isinstance(found, Mapping):
        text = found.get("text") or found.get("said") or ", ".join(f"{key} {one}" for key, one in found.items())
        return _cut(str(text))
    if isinstance(found, float):
        return f"{found:g}"
    key = f"value.{found}"
    return phrase(key, language) if key in WORDS else _cut(str(found))


# -- helpers ---------------------------------------------------------------------------------------------------------
def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
