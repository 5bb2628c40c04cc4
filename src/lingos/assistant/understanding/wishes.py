"""Apps -> what can be wished of them, and the rows from which a skill learns to understand it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.sentences import Sentence, Wish, idle, taught
from lingos.contracts import Action, Value, World

__all__ = ["rows", "wishes"]


class Spoken(Protocol):
    """An app as far as it can be talked to."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def actions(self) -> Sequence[Action]: ...
    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]: ...


def wishes(apps: Sequence[Spoken], world: World) -> dict[str, Wish]:
    """Every intent, "app.action", of these apps, with the names that the person's world has now."""
    found: dict[str, Wish] = {}
    for app in apps:
        names = app.names(world.things(app.place or app.name).read())
        for action in app.actions:
            told: Any = getattr(action, "told", None)
            if told is None:
                continue
            slots: Mapping[str, Slot] = getattr(action, "slots", {})
            own = {slot: names.get(slot, {}) for slot, one in slots.items() if one.kind == "name"}
            intent = f"{app.name}.{action.name}"
            found[intent] = Wish(intent, slots, told.phrases, own)
    return found


def rows(known: Mapping[str, Wish], *, each: int = 8, seed: int = 0) -> list[dict[str, Any]]:
    """The rows that teach these wishes, for `lingos.tune` with the task "understand"."""
    commands = taught(list(known.values()), each=each, seed=seed)
    return [_row(one) for one in [*commands, *idle(commands, seed=seed)]]


def _row(one: Sentence) -> dict[str, Any]:
    spans = [[start, end, slot] for start, end, slot, _ in one.spans]
    return {"text": one.text, "intent": one.intent, "spans": spans, "slots": dict(one.implied)}
