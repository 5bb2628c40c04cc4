"""What apps keep for a certain time, and what is told when that time comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lingos.contracts import Value, World
from lingos.words.said import Said

__all__ = ["Moment", "Ring", "Timed", "moments"]


@dataclass(frozen=True, slots=True)
class Ring:
    """One moment that came. `late`: it was due while nothing ran, or more than a minute ago.

    >>> ring = Ring("reminder 1", "close the window", datetime.fromisoformat("2026-11-25T20:00+00:00"), late=True)
    >>> ring.told("en"), ring.told("zh")
    ('reminder of 2026-11-25 20:00, late: close the window', '2026-11-25 20:00的提醒（迟到）：close the window')
    """

    id: str
    text: str
    at: datetime
    late: bool
    person: str = ""  # whose it is, where the journal knows

    def told(self, language: str) -> str:
        """The sentence that a person is shown."""
        values = {"text": self.text, "at": f"{self.at:%Y-%m-%d %H:%M}"}
        return Said("ring.late" if self.late else "ring.now", values).told(language)


class Timed(Protocol):
    """An app as far as the clock knows it."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> str: ...
    def moments(self, things: Mapping[str, Value]) -> Mapping[str, tuple[datetime, str]]: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A thing of an app that will ring."""

    at: datetime
    app: str
    place: str
    thing: str
    text: str

    @property
    def key(self) -> str:
        """A thing that is moved after it rang may ring again."""
        return f"ring {self.thing} {self.at.isoformat()}"


def moments(apps: Sequence[Timed], world: World) -> list[Moment]:
    """The moments of all apps, the next one first. A time without zone is meant in the world's."""
    zone = world.now().tzinfo
    found = [
        Moment(at if at.tzinfo else at.replace(tzinfo=zone), app.name, app.place or app.name, thing, text)
        for app in apps
        for thing, (at, text) in app.moments(world.things(app.place or app.name).read()).items()
    ]
    return sorted(found, key=lambda one: (one.at, one.thing))
