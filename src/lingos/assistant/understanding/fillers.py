"""What stands in the slots of phrases, and around them: words of the person's world, numbers, times, free texts."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from importlib import resources

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.spelled import spelled
from lingos.text.language import addressed

__all__ = ["AROUND", "TABLES", "Names", "filled"]

Names = Mapping[str, Sequence[str]]  # what a name stands for -> what people call it
TABLES: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(
    resources.files("lingos.assistant.understanding").joinpath("fillers.json").read_text("utf-8")
)
AROUND = {language: (TABLES["before"][language], TABLES["behind"][language]) for language in ("en", "zh")}


def filled(slot: Slot, language: str, names: Names, chance: random.Random) -> tuple[str, str]:
    """A word for a slot, and the value that it stands for.

    >>> from lingos.assistant.slots import choice
    >>> filled(choice({"on": ("on", "开")}), "zh", {}, random.Random(0))
    ('开', 'on')
    """
    match slot.kind:
        case "choice":
            return _drawn(slot.values, language, chance)
        case "name":
            return _drawn(names or {"it": ("it", "它")}, language, chance)
        case "number":
            number = chance.randint(int(max(slot.low or 0, 0)), int(min(slot.high or 100, 999)))
            return _counted(number, language, chance), str(number)
        case "when" | "duration" | "text":
            told = chance.choice(TABLES[slot.like or slot.kind][language])
            values = {"n": chance.randint(1, 59), "h": chance.randint(1, 12)}
            word = told.format(**{key: _counted(one, language, chance) for key, one in values.items()})
            return word, word


def _drawn(table: Names, language: str, chance: random.Random) -> tuple[str, str]:
    value, words = chance.choice(sorted(table.items()))
    fits = [word for word in words if addressed(word) == language]
    return chance.choice(fits or [value]), value


def _counted(number: int, language: str, chance: random.Random) -> str:
    return spelled(number, language) if chance.random() < 0.5 else str(number)
