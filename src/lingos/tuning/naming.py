"""The name of a new skill: what was asked for, else the file's name made legal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from lingos.store.store import check_name
from lingos.tuning.options import TuneOptions
from lingos.words.said import Said

__all__ = ["STDIN", "name_of"]

STDIN = "-"  # standard input as the name of a file: it can be read once
LONGEST = 64


def name_of(train: str | Path, options: TuneOptions, say: Callable[[str], None]) -> str:
    """The name that was asked for, or one from the file's; what had to be changed is said.

    Raises:
        StoreError: the name that was asked for can not be the name of a skill.

    >>> name_of("data/tickets (1).csv", TuneOptions(), print)
    the skill is named 'tickets-1': 'tickets (1)' can not be a name; --name chooses another
    'tickets-1'
    """
    if options.name is not None:
        return check_name(options.name)
    told = "standard input" if str(train) == STDIN else _stem(str(train))
    legal = _legal(told)
    if legal != told:
        say(Said("say.named", {"legal": legal, "told": told}))
    return check_name(legal)


def _stem(train: str) -> str:
    """The file's name up to its first dot; `.` and `..` go by the folder's own name."""
    name = Path(train).name.lstrip(".") or Path(train).resolve().name
    return name.split(".")[0]


def _legal(told: str) -> str:
    plain = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", told))
    return re.sub(r"^[\W_]+", "", plain)[:LONGEST].rstrip("-_") or "skill"
