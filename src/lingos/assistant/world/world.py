"""The world that actions see: named things, a clock, secrets, skills. What is not given here no app can reach."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine

from lingos.assistant.world.kept import Kept
from lingos.contracts import Inputs, Prediction, Things
from lingos.errors import LingosError

__all__ = ["LiveWorld"]

Ask = Callable[[str, Sequence[Inputs]], list[Prediction]]
VARIABLE = "LINGOS_SECRET_{}"


class LiveWorld:
    """Things by their place: those that are told (`{"house": ...}`), and for every other place what the database keeps.

    Args:
        engine: of the database that keeps values.
        places: things that are not kept there.
        language: of the person who is answered.
        ask: asks a skill; without it apps have no skills.
        clock: gives the time, with time zone; the local one unless told.
    """

    def __init__(
        self,
        engine: Engine,
        places: Mapping[str, Things] | None = None,
        *,
        language: str = "en",
        ask: Ask | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.engine, self.places, self.language = engine, dict(places or {}), language
        self._ask, self._clock = ask, clock or _local

    def speaking(self, language: str) -> LiveWorld:
        """The same world for a person who is answered in another language."""
        return LiveWorld(self.engine, self.places, language=language, ask=self._ask, clock=self._clock)

    def things(self, place: str) -> Things:
        """The things of a place."""
        if place not in self.places:
            self.places[place] = Kept(self.engine, place)
        return self.places[place]

    def now(self) -> datetime:
        """The time, with time zone."""
        return self._clock()

    def secret(self, name: str) -> str:
        """A secret from the environment: LINGOS_SECRET_<NAME>. LingosError where it is not set; it is never logged."""
        variable = VARIABLE.format(name.upper())
        if variable not in os.environ:
            raise LingosError(f"no secret '{name}'", expected=f"{variable} in the environment", cure="set it")
        return os.environ[variable]

    def ask(self, skill: str, inputs: Sequence[Inputs]) -> list[Prediction]:
        """What a skill answers."""
        if self._ask is None:
            raise LingosError("this world has no skills", expected="a world with `ask`", cure="give it one")
        return self._ask(skill, inputs)


def _local() -> datetime:
    return datetime.now().astimezone()
