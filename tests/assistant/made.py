"""A journal, a house and a runner for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lingos.apps.home import Home
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.grants import granted
from lingos.assistant.runner import Runner, new_id
from lingos.assistant.world.house import House
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Call, Origin, Value

START = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


class Clock:
    """A clock that one sets."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def later(self, **of: float) -> None:
        self.at += timedelta(**of)


class Made:
    """All of it, on one database; ana may do everything, kid what can be undone."""

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.journal = Journal(folder / "journal.sqlite")
        self.house, self.clock = House(self.journal.engine), Clock()
        self.world = LiveWorld(self.journal.engine, {"house": self.house}, language=language, clock=self.clock)
        self.runner = Runner(self.journal, Home().actions, self.world)
        if not list(self.journal.entries()):
            self.journal.append(granted("ana", "*", "irreversible", "setup"))
            self.journal.append(granted("kid", "home", "reversible", "ana"))

    def kinds(self, call: str) -> list[str]:
        return [one.kind for one in self.journal.entries(call=call)]


def call(action: str, person: str = "ana", origins: dict[str, Origin] | None = None, **args: Value) -> Call:
    return Call(new_id(), "home", action, args, person, origins or {})
