"""All that is behind the page for one person, and what each place of it shows now; no web library is known here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from markupsafe import Markup, escape

from lingos.assistant.assistant import Assistant
from lingos.assistant.history import Happened, history
from lingos.contracts import Value
from lingos.store.store import Store
from lingos.studio.cards import talk_log
from lingos.studio.chat import Chat
from lingos.studio.house_picture import house_picture
from lingos.studio.tables import history_table, skills_table, waiting_list

__all__ = ["Desk", "Review", "Shown", "Unclear", "desk"]

LAST = 30  # commands in the history


class Unclear(Protocol):
    """A sentence that wants a label."""

    @property
    def command(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def guess(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def why(self) -> str: ...
    @property
    def args(self) -> Mapping[str, Value]: ...


class Review(Protocol):
    """The queue of unclear sentences and their labels; assistant/review.py is one."""

    def queue(self, limit: int = 50) -> Sequence[Unclear]: ...
    def label(self, command: str, intent: str, slots: Mapping[str, Value], by: str) -> None: ...
    def rows(self) -> Sequence[object]: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """The places of the page that change by themselves, as HTML; `heard` is the newest answer alone, for
    those who listen. Markup, so that nothing goes there that was not escaped."""

    log: Markup
    heard: Markup
    house: Markup
    waiting: Markup
    history: Markup

    @property
    def digest(self) -> str:
        """Equal as long as nothing changed."""
        parts = "\0".join((self.log, self.heard, self.house, self.waiting, self.history))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Desk:
    """What the pages of all languages share. `review` gives the queue as it is now, or None."""

    chat: Chat
    store: Store
    review: Callable[[], Review | None]
    _kept: dict[str, tuple[object, Shown]] = field(default_factory=dict)

    def shown(self, language: str) -> Shown:
        """What the page shows now; made anew only where something may have changed, as pages ask every two seconds."""
        moment = self._moment()
        kept = self._kept.get(language)
        if kept is None or kept[0] != moment:
            kept = self._kept[language] = (moment, self._made(language))
        return kept[1]

    def _moment(self) -> tuple[object, ...]:
        """Equal as long as nobody said or did anything, no sensor moved, and no question can have grown too old."""
        staff = self.chat.assistant.staff
        number = [entry.number for entry in staff.journal.tail(1)]
        minute = staff.world.now().replace(second=0, microsecond=0)
        return number, staff.world.things("house").read(), self.chat.exchanges(), minute

    def _made(self, language: str) -> Shown:
        assistant, person, state = self.chat.assistant, self.chat.person, self.chat.state()
        waiting = assistant.waiting(person, language=language)
        last = state.exchanges[-1] if state.exchanges else None
        happened = history(assistant.staff.journal, person=person, limit=LAST)
        return Shown(
            talk_log(state, language),
            escape("; ".join(part.said for part in last.parts)) if last else Markup(""),
            house_picture(assistant.staff.world.things("house").read(), language),
            waiting_list(waiting, _last(state.undoable, happened), language),
            history_table(happened, state.open, language),
        )

    def skills(self, language: str) -> str:
        """The table of the skills."""
        return skills_table(self.store.entries(), language)

    def pressed(self, act: str, key: str, language: str) -> None:
        """Do what a button of a card says."""
        match act:
            case "yes" | "no":
                self.chat.answer(key, yes=act == "yes", language=language)
            case "undo":
                self.chat.undo(key, language)
            case "say":
                self.chat.say(key)


def desk(assistant: Assistant, person: str, store: Store, review: Callable[[], Review | None] | None = None) -> Desk:
    """The desk of a person; without `review` there is no queue."""
    return Desk(Chat(assistant, person), store, review or _none)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _last(undoable: str, happened: Sequence[Happened]) -> dict[str, str]:
    """What undo would take back, with its words; none where it was longer ago than the history that is shown."""
    calls = (facts for one in happened for call, facts in one.calls.items() if call == undoable)
    said = next((str(facts.get("said") or facts.get("action", "")) for facts in calls), "")
    return {undoable: said} if undoable and said else {}


def _none() -> None:
    return None
