"""What one person says on the page and what is answered; the same for every window that the person has open.

    chat = Chat(assistant, "ana")
    chat.say("lock the front door")
    chat.answer(call, yes=True, language="en")

Here no HTML is made, and no web library is known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lingos.assistant.assistant import Assistant
from lingos.assistant.reply import Part, Reply
from lingos.assistant.slots import Slot
from lingos.assistant.understanding.sentences import Wish
from lingos.assistant.understanding.wishes import wishes
from lingos.contracts import Value
from lingos.errors import LingosError
from lingos.words.said import phrase, told

__all__ = ["Chat", "Exchange", "State"]

KEPT = 40  # exchanges that a page shows
LONGEST = 2000  # characters of a sentence
CHOICES = 8  # answers to a question that are offered as buttons


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the person said or pressed, and the parts of the answer."""

    said: str
    parts: tuple[Part, ...]
    language: str


@dataclass(frozen=True, slots=True)
class State:
    """All that the page shows of a talk now: `open` are the calls that wait for a yes, `undoable` the one that undo
    would take back, `choices` the words that answer the last question."""

    exchanges: tuple[Exchange, ...]
    open: frozenset[str]
    undoable: str
    choices: tuple[str, ...]


class Chat:
    """The talk of one person with the assistant."""

    def __init__(self, assistant: Assistant, person: str) -> None:
        self.assistant, self.person = assistant, person
        self._exchanges: tuple[Exchange, ...] = ()  # replaced as a whole: windows read it while others speak
        self._adding = threading.Lock()

    def say(self, text: str) -> None:
        """Do what a sentence asks for."""
        text = text.strip()[:LONGEST]
        if text:
            self._keep(text, "", lambda: self.assistant.do(text, self.person))

    def answer(self, call: str, *, yes: bool, language: str) -> None:
        """Press Yes or No at a call that waits."""
        shown = phrase("studio.yes" if yes else "studio.no", language)
        self._keep(shown, language, lambda: self.assistant.answer(call, self.person, yes=yes, language=language))

    def undo(self, call: str, language: str) -> None:
        """Press Undo at a call: it is taken back only if it is still the last one."""
        shown = phrase("studio.undo", language)
        if call and call != self._undoable():
            gone = Part("refused", phrase("studio.gone", language))
            self._add(Exchange(shown, (gone,), language))
        else:
            self._keep(shown, language, lambda: self.assistant.undo(self.person, language=language))

    def state(self) -> State:
        """What there is to show."""
        waiting = frozenset(part.call for part in self.assistant.waiting(self.person))
        shown = self.exchanges()
        return State(shown, waiting, self._undoable(), self._choices(shown[-1]) if shown else ())

    def exchanges(self) -> tuple[Exchange, ...]:
        """What was said and answered, the newest last."""
        return self._exchanges

    def _undoable(self) -> str:
        return self.assistant.staff.runners["en"].undoable(self.person)

    def _keep(self, said: str, language: str, verb: Callable[[], Reply]) -> None:
        try:
            reply = verb()
            parts, language = reply.parts, language or reply.language
        except LingosError as error:
            parts = (Part("refused", told(error.what, language or "en")),)
        self._add(Exchange(said, parts, language or "en"))

    def _add(self, one: Exchange) -> None:
        with self._adding:
            self._exchanges = (*self._exchanges, one)[-KEPT:]

    def _choices(self, last: Exchange) -> tuple[str, ...]:
        """The words that answer the question in the last exchange, where they are few."""
        asked = next((part for part in last.parts if part.kind == "question" and not part.call), None)
        wish = self.wishes().get(asked.intent) if asked is not None else None
        if asked is None or wish is None:
            return ()
        missing = [name for name, slot in wish.slots.items() if slot.required and name not in asked.args]
        return _words(wish, missing[0], last.language) if missing else ()

    def wishes(self) -> Mapping[str, Wish]:
        """What can be wished now, by intent."""
        staff = self.assistant.staff
        return wishes(staff.apps, staff.world)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _words(wish: Wish, name: str, language: str) -> tuple[str, ...]:
    slot: Slot = wish.slots[name]
    every: Mapping[str, Any] = slot.values if slot.kind == "choice" else wish.names.get(name, {})
    return tuple(_word(value, words, language) for value, words in every.items())[:CHOICES]


def _word(value: Value, words: tuple[str, ...], language: str) -> str:
    chinese = [one for one in words if not one.isascii()]
    return str(chinese[0] if language == "zh" and chinese else value)
