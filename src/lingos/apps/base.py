"""What an app is: one file with one class; its methods that carry `@action` are what can be said and done.

    class Shopping(App):
        \"\"\"A shopping list.\"\"\"
        name = "shopping"

        @action("reversible", en=["put {item} on the list"], zh=["把{item}加到清单"])
        def add(self, at: At, item: Annotated[str, free("What?", "什么？")]) -> Plan:
            \"\"\"Put something on the list.\"\"\"
            return Plan(at.say("{item} is on the list", "{item}已加入清单"), {item: 1})

A method changes nothing: it says which things should become what. From that come the preview, "it is so already", the
check that it happened, and the way back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, cast, get_args

from lingos.assistant.slots import Slot, checked, schema
from lingos.assistant.understanding.phrases import SLOT, parsed
from lingos.contracts import Action, Call, Change, Effect, Preview, Risk, Value, World
from lingos.errors import LingosError, unknown
from lingos.registry import names as known_names
from lingos.registry import plugin
from lingos.words.said import Said

__all__ = ["RESTORE", "App", "At", "Deed", "Happening", "Plan", "action", "app", "names", "sound"]

PACKAGE = "lingos.apps"
RESTORE = "restore"
NUMBER = re.compile(r" [0-9a-f]{32}$")  # of a call, behind the kind of a thing: nothing for a person


@dataclass(frozen=True, slots=True)
class At:
    """What a method may look at: the things of the app's place, the time, the person's language, an id of its own (the
    same in preview and run, another one for each call), and who the person is.
    """

    things: Mapping[str, Value]
    now: datetime
    language: str = "en"
    id: str = ""
    person: str = ""

    def say(self, english: str, chinese: str) -> str:
        """One of two sentences, in the person's language."""
        return chinese if self.language == "zh" else english


@dataclass(frozen=True, slots=True)
class Plan:
    """What should become of which things, and the sentence for it. `blocked`: why it can not be done now."""

    said: str
    changes: Mapping[str, Value] = field(default_factory=dict)
    blocked: str = ""
    value: Value = None  # the answer of an action that reads


@dataclass(frozen=True, slots=True)
class Happening:
    """What a sensor can notice: `thing`, with {slots}, becomes something. Phrases as those of actions; the words of a
    slot are those of `App.names`.

    Happening("opens", ["[the] {room} window opens"], ["{room}[的]窗户打开"], thing="{room}.window", becomes="open")
    """

    name: str
    en: Sequence[str]
    zh: Sequence[str]
    thing: str
    becomes: Value


@dataclass(frozen=True, slots=True)
class Told:
    """What `@action` says of a method. `undo` is the risk of taking it back: to undo locking is to unlock."""

    risk: Risk
    phrases: Mapping[str, Sequence[str]]
    undo: Risk
    look: tuple[str, str]


def action(
    risk: Risk, *, en: Sequence[str], zh: Sequence[str], undo: Risk = "reversible", look: tuple[str, str] = ("", "")
) -> Callable[[Callable[..., Plan]], Callable[..., Plan]]:
    """Make a method an action: its risk, how people say it in both languages, and where one sees that it happened.

    A phrase holds {slots}, (alternatives|of words), [what may be left out], and at its end `-> slot=value` for what it
    implies: "(turn|switch) on [the] {room} light -> state=on". An action without phrases is called, never said.
    """

    def mark(method: Callable[..., Plan]) -> Callable[..., Plan]:
        method.told = Told(risk, {"en": tuple(en), "zh": tuple(zh)}, undo, look)  # type: ignore[attr-defined]
        return method

    return mark


class App:
    """Base of all apps. `place` names the things that it works on; its own ones unless told."""

    name: ClassVar[str]
    place: ClassVar[str] = ""
    title: ClassVar[tuple[str, str]] = ("", "")  # English, Chinese
    happenings: ClassVar[tuple[Happening, ...]] = ()  # on which standing rules may act

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What it can do, in the order in which it is written; the last two bring back what was."""
        own = [Deed(self, key) for key, made in vars(type(self)).items() if hasattr(made, "told")]
        return (*own, *(Restore(self, risk) for risk in ("reversible", "irreversible")))

    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """For each slot of the kind "name": the names that the person's world has now, and what people call them."""
        return {}

    def moments(self, things: Mapping[str, Value]) -> Mapping[str, tuple[datetime, str]]:
        """Which of its things ring, when, and with which words. A thing that rang is removed."""
        return {}


class Deed:
    """One method of an app as the runner sees it."""

    once = True  # things take the call's id as key

    def __init__(self, owner: App, method: str) -> None:
        self.owner, self.app, self.name = owner, owner.name, method
        self.method: Callable[..., Plan] = getattr(owner, method)
        marked: Told = getattr(type(owner), method).told
        self.told = marked if any(marked.phrases.values()) else None  # None: nobody says it
        self.risk, self.undo = marked.risk, marked.undo
        self.look = marked.look[0] or f"{self.app} ({', '.join(self.slots)})"
        self.help = (self.method.__doc__ or "").strip()

    @cached_property
    def slots(self) -> Mapping[str, Slot]:
        """The arguments, by name."""
        return schema(self.method, skip=1)

    def preview(self, call: Call, world: World) -> Preview:
        """What would change. LingosError where an argument does not fit."""
        plan, things = self._plan(call, world)
        return Preview(plan.said, _changes(things, plan.changes), plan.blocked)

    def run(self, call: Call, world: World) -> Effect:
        """Change the things, and look whether they are what was wanted."""
        plan, before = self._plan(call, world)
        if plan.blocked:
            raise LingosError(plan.blocked)
        return _applied(plan, before, call, world, self.owner)

    def inverse(self, call: Call, effect: Effect) -> Call | None:
        """The call that brings back what was; None where nothing changed."""
        return _way_back(call, effect, self.undo) if self.risk in ("reversible", "recoverable") else None

    def _plan(self, call: Call, world: World) -> tuple[Plan, Mapping[str, Value]]:
        checked(self.slots, call.args)
        things = world.things(self.owner.place or self.app).read()
        return self.method(At(things, world.now(), world.language, call.id, call.person), **call.args), things


class Restore:
    """Bring things back to what they were, if nobody has changed them since."""

    once = True
    look = ""

    def __init__(self, owner: App, risk: Risk) -> None:
        self.owner, self.app, self.risk = owner, owner.name, risk
        self.name = f"{RESTORE}_{risk}"

    def preview(self, call: Call, world: World) -> Preview:
        """Blocked where a thing is no longer what the call had made of it."""
        plan, things = self._plan(call, world)
        return Preview(plan.said, _changes(things, plan.changes), plan.blocked)

    def run(self, call: Call, world: World) -> Effect:
        """Change the things back."""
        plan, before = self._plan(call, world)
        if plan.blocked:
            raise LingosError(plan.blocked)
        return _applied(plan, before, call, world, self.owner)

    def inverse(self, call: Call, effect: Effect) -> Call | None:
        """None: who undoes twice goes two steps back."""
        return None

    def _plan(self, call: Call, world: World) -> tuple[Plan, Mapping[str, Value]]:
        things = world.things(self.owner.place or self.app).read()
        asked = cast(Mapping[str, Sequence[Value]], call.args["changes"])
        changed = [thing for thing, (after, _) in asked.items() if things.get(thing) != after]
        names = ", ".join(sorted({NUMBER.sub("", thing) for thing in asked}))
        blocked = Said("undo.changed", {"names": ", ".join(changed)}).told(world.language) if changed else ""
        said = Said("undo.done", {"names": names}).told(world.language)
        return Plan(said, {thing: before for thing, (_, before) in asked.items()}, blocked), things


def names() -> tuple[str, ...]:
    """The known apps."""
    return known_names(PACKAGE)


def app(name: str) -> App:
    """The app of this name; an error with the nearest name otherwise."""
    return cast(App, plugin(PACKAGE, name))


def sound(one: App) -> App:
    """An app, after a look at its risks, its phrases and what it notices, and after it named its things once.

    Raises:
        LingosError: a risk that there is not, a phrase that can not be read, one with a slot that no parameter is, or
            that leaves a slot of what it notices open. Whatever `names` raises where there are no things yet.
    """
    for deed in one.actions:
        if not isinstance(deed, Deed):
            continue
        told: Told = getattr(type(one), deed.name).told
        for risk in (told.risk, told.undo):
            if risk not in get_args(Risk):
                raise unknown("risk", risk, get_args(Risk))
        for phrase in (*told.phrases["en"], *told.phrases["zh"]):
            read = parsed(phrase)
            for slot in (*read.slots, *read.implied):
                if slot not in deed.slots:
                    raise unknown(f"slot of '{phrase}'", slot, deed.slots)
    for seen in one.happenings:
        if not seen.en or not seen.zh:
            raise LingosError(f"nobody can say '{seen.name}'", expected="a phrase in each language", cure="write one")
        for phrase in (*seen.en, *seen.zh):
            read = parsed(phrase)
            for slot in SLOT.findall(seen.thing):
                if slot not in read.slots | read.implied.keys():
                    raise unknown(f"slot of '{phrase}'", slot, read.slots)
    one.names({})
    return one


# -- helpers ---------------------------------------------------------------------------------------------------------
def _changes(before: Mapping[str, Value], wanted: Mapping[str, Value]) -> tuple[Change, ...]:
    return tuple(Change(thing, before.get(thing), to) for thing, to in wanted.items() if before.get(thing) != to)


def _applied(plan: Plan, before: Mapping[str, Value], call: Call, world: World, owner: App) -> Effect:
    changes = _changes(before, plan.changes)
    if not changes:
        return Effect("done" if not plan.changes else "already", plan.said, value=plan.value)
    things = world.things(owner.place or owner.name)
    if not things.apply({one.thing: one.after for one in changes}, call.id):
        return Effect("done", plan.said)  # this very call was carried out before; what was there before nobody knows
    after = things.read()
    silent = [one.thing for one in changes if after.get(one.thing) != one.after]
    if silent:
        return Effect("failed", Said("call.silent", {"names": ", ".join(silent)}).told(world.language))
    return Effect("done", plan.said, changes, plan.value)


def _way_back(call: Call, effect: Effect, risk: Risk) -> Call | None:
    changes: dict[str, Any] = {one.thing: [one.after, one.before] for one in effect.changes}
    confirmed = risk in ("recoverable", "irreversible")
    name = f"{RESTORE}_{'irreversible' if confirmed else 'reversible'}"
    return Call(f"{call.id}-undo", call.app, name, {"changes": changes}, call.person) if changes else None
