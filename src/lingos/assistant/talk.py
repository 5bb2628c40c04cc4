"""What a person and the assistant spoke of last, kept in the database: the next sentence may lean on it.

talk = Talk(world.things("talk"), world.now)
talk.keep("ana", pending=Pending(calls=("c7",)))
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, cast

from lingos.contracts import Things, Value

__all__ = ["PATIENCE", "Last", "Pending", "Talk"]

PATIENCE = timedelta(minutes=10)  # afterwards a sentence stands for itself again


@dataclass(frozen=True, slots=True)
class Last:
    """The last command that ran."""

    intent: str
    args: Mapping[str, Value]
    call: str


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for the person's next sentence: a yes or no to calls, a word for a slot of an intent, or both."""

    intent: str = ""
    args: Mapping[str, Value] = field(default_factory=dict)
    slot: str = ""
    calls: tuple[str, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.calls or self.slot)


class Talk:
    """The talk of each person."""

    def __init__(self, things: Things, now: Callable[[], datetime]) -> None:
        self.things, self.now = things, now

    def last(self, person: str) -> Last | None:
        """The last command, if it was not long ago."""
        told = self._told(person).get("last")
        return Last(**told) if told else None

    def pending(self, person: str) -> Pending | None:
        """What waits, if it was not long ago."""
        told = self._told(person).get("pending")
        if not told or set(told) != {one.name for one in fields(Pending)}:  # nothing, or of an older LingOS
            return None
        return Pending(**{**told, "calls": tuple(told["calls"])})

    def keep(self, person: str, *, last: Last | None = None, pending: Pending | None = None) -> None:
        """After a command: what ran stays the last one until another runs, what waits waits until the next sentence."""
        kept = last or self.last(person)
        told = {
            "at": self.now().isoformat(),
            "last": asdict(kept) if kept else None,
            "pending": asdict(pending) if pending else None,
        }
        self.things.apply({person: cast(Value, told)}, f"talk {uuid.uuid4().hex}")

    def forget(self, person: str) -> None:
        """Delete it."""
        self.things.apply({person: None}, f"talk {uuid.uuid4().hex}")

    def _told(self, person: str) -> Mapping[str, Any]:
        told = cast(Mapping[str, Any], self.things.read().get(person) or {})
        if not told or self.now() - datetime.fromisoformat(told["at"]) > PATIENCE:
            return {}
        return told
