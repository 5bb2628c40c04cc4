"""A warm assistant: the socket answers, reminders ring, rules act on what sensors see. For `serve` and `studio`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from lingos.assistant.channels.plain import part_json, reply_json
from lingos.assistant.channels.socket import Line
from lingos.assistant.clock import Clock, Ring
from lingos.assistant.history import history
from lingos.assistant.reply import part_of
from lingos.cli.household import Household
from lingos.errors import LingosError
from lingos.text.language import addressed

__all__ = ["Warm", "warm"]

Tell = Callable[[str, Mapping[str, Any]], None]


class Warm:
    """One household as HTTP and page ask it: everything is ready for JSON."""

    def __init__(self, own: Household, tell: Tell, look: Callable[[], None] = lambda: None) -> None:
        self.own, self.assistant, self.tell, self.look = own, own.assistant, tell, look

    def do(self, text: str, person: str, source: str = "person") -> dict[str, Any]:
        """A reply to a sentence."""
        return reply_json(self.assistant.do(text, person, source=source))

    def answer(self, call: str, person: str, yes: bool, language: str = "en") -> dict[str, Any]:
        """A reply to a yes or no."""
        return reply_json(self.assistant.answer(call, person, yes=yes, language=language))

    def undo(self, person: str, language: str = "en") -> dict[str, Any]:
        """A reply to "undo that"."""
        return reply_json(self.assistant.undo(person, language=language))

    def waiting(self, person: str, language: str = "en") -> list[dict[str, Any]]:
        """What waits for a yes or no."""
        return [part_json(part) for part in self.assistant.waiting(person, language=language)]

    def history(self, person: str | None, limit: int) -> list[dict[str, Any]]:
        """The last commands."""
        return [one.to_json() for one in history(self.own.journal, person=person, limit=limit)]

    def sense(self, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Sensors see something; what rules did about it."""
        done = self.assistant.sense(self.own.house.sense(changes))
        told = [{**part_json(part_of(one, "en")), "person": one.call.person} for one in done]
        for one in told:
            self.tell("rule", one)
        with contextlib.suppress(LingosError):  # rules have acted and are told; the clock looks again by itself
            self.look()
        return told


@contextmanager
def warm(own: Household, say: Callable[[str], None], tell: Tell = lambda kind, facts: None) -> Iterator[Warm]:
    """Open everything, and close it in the end. `say` is for a person at the terminal, `tell` for programs.

    Raises:
        ResourceError: another warm assistant is at this home.
    """
    with ExitStack() as stack:
        stack.enter_context(Line(own.assistant, own.socket))  # first: there is one warm assistant for each home
        for part in own.assistant.recover():
            say(part.said)
        own.reader()
        clock = Clock(own.apps, own.world, own.journal)

        def rings(ring: Ring) -> None:
            say(ring.told(addressed(ring.text)))
            facts = {"id": ring.id, "text": ring.text, "at": ring.at.isoformat(), "late": ring.late}
            tell("ring", {**facts, "person": ring.person})

        clock.listeners.append(rings)
        own.assistant.listeners.append(lambda reply: clock.look())
        own.assistant.listeners.append(lambda reply: tell("reply", {**reply_json(reply), "person": reply.person}))
        clock.start()
        stack.callback(clock.stop)
        yield Warm(own, tell, clock.look)
