"""Aliases of one skill name: which version `@production` means, how that came about, and the way back.

The file is a log of moves; the state is what the log adds up to. A move is a compare-and-swap under a file lock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from lingos.errors import StoreError
from lingos.integrity import replace_text
from lingos.strict import build

__all__ = ["Move", "State", "check_alias", "load", "moved", "save"]

FILE = "aliases.json"
ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Move:
    """One line of the log; version None takes the alias away. `reason`: what the gate compared and said; `forced`: it
    was moved although the gate did not accept it.
    """

    alias: str
    version: int | None
    at: str
    kind: Literal["set", "rollback", "remove"] = "set"
    reason: str = ""
    forced: bool = False


@dataclass(frozen=True)
class State:
    """What `aliases.json` holds. `last` is the highest version ever given, so that no number is used twice."""

    last: int = 0
    moves: tuple[Move, ...] = field(default_factory=tuple)
    format: int = 1

    def current(self) -> dict[str, int]:
        """Alias -> version, now."""
        return {alias: trail[-1] for alias, trail in self._trails().items() if trail}

    def before(self, alias: str) -> list[int]:
        """The versions that the alias meant earlier, oldest first; a roll-back goes to the last of them."""
        return self._trails().get(alias, [])[:-1]

    def _trails(self) -> Mapping[str, list[int]]:
        trails: dict[str, list[int]] = {}
        for move in self.moves:
            trail = trails.setdefault(move.alias, [])
            if move.kind == "rollback":
                while trail and trail[-1] != move.version:
                    trail.pop()
            elif move.version is None:
                trail.clear()
            elif not trail or trail[-1] != move.version:
                trail.append(move.version)
        return trails


def load(folder: Path) -> State:
    """The state of a skill's folder; a folder without the file has no alias."""
    try:
        content = json.loads((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return State()
    except (OSError, ValueError) as error:
        raise _broken(folder, str(error)) from error
    state, faults = build(State, content)
    if state is None:
        raise _broken(folder, "; ".join(faults))
    return state


def save(folder: Path, state: State) -> None:
    """Write the state atomically; the caller holds the lock."""
    replace_text(folder / FILE, json.dumps(asdict(state), indent=1) + "\n")


def moved(
    state: State,
    alias: str,
    version: int | None,
    kind: Literal["set", "rollback", "remove"] = "set",
    reason: str = "",
    forced: bool = False,
) -> State:
    """The state after one more move, stamped with the time."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return State(state.last, (*state.moves, Move(alias, version, now, kind, reason, forced)))


def check_alias(alias: str) -> str:
    """The alias itself, or a StoreError: lower-case letters, digits, `-` and `_`, and a letter first."""
    if not ALIAS.fullmatch(alias):
        raise StoreError(
            f"'{alias}' can not be an alias",
            expected="lower-case letters, digits, - and _, beginning with a letter, at most 32",
            cure="for example 'production'",
        )
    return alias


def _broken(folder: Path, why: str) -> StoreError:
    return StoreError(
        f"{folder / FILE} can not be read: {why}",
        expected="the file that LingOS wrote",
        cure="restore it from a backup; without it, name@3 still answers, and nothing can be promoted or removed",
    )
