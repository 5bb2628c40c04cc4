"""What an argument of an action may be: kinds of slots, written as annotations of its parameters.

Switch = choice(on=("on", "开"), off=("off", "关"))
def light(self, at: At, room: Annotated[str, name("Which room?", "哪个房间？")], state: Annotated[str, Switch]): ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from lingos.contracts import Value
from lingos.errors import LingosError, unknown
from lingos.words.said import Said, listed

__all__ = [
    "Slot",
    "checked",
    "choice",
    "duration",
    "expected",
    "fault",
    "free",
    "name",
    "number",
    "percent",
    "schema",
    "when",
]

Kind = Literal["choice", "name", "number", "when", "duration", "text"]
SHOWN = 40  # names that an error lists
EXPECTED: Mapping[Kind, str] = {
    "choice": "slot.one-of",
    "name": "slot.one-of",
    "number": "slot.any-number",
    "duration": "slot.duration",
    "when": "slot.when",
    "text": "slot.words",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument: its kind, its values where they are closed, and the question where it is missing."""

    kind: Kind
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # value -> its words, in any language
    low: float | None = None
    high: float | None = None
    ask: tuple[str, str] = ("", "")  # English, Chinese
    required: bool = True
    like: str = ""  # of a text: "unit" or "sum"; any words unless told. Of a number: "percent"


YEARS = 100 * 366 * 86_400.0  # seconds: what is longer is no length that a person means


def choice(values: Mapping[str, tuple[str, ...]], ask: tuple[str, str] = ("", "")) -> Slot:
    """One of a few fixed values; each with the words that mean it."""
    return Slot("choice", values, ask=ask)


def name(english: str, chinese: str) -> Slot:
    """A name that the person's own world has: a room, a list, a door."""
    return Slot("name", ask=(english, chinese))


def number(low: float, high: float, ask: tuple[str, str] = ("", "")) -> Slot:
    """A number within bounds."""
    return Slot("number", low=low, high=high, ask=ask)


def percent(ask: tuple[str, str] = ("How many percent?", "百分之多少？")) -> Slot:
    """A number from 0 to 100 of which "half" is 50."""
    return Slot("number", low=0, high=100, ask=ask, like="percent")


def when(english: str = "When?", chinese: str = "什么时候？") -> Slot:
    """A moment: ISO 8601 with time zone."""
    return Slot("when", ask=(english, chinese))


def duration(english: str = "How long?", chinese: str = "多长时间？") -> Slot:
    """Seconds."""
    return Slot("duration", low=0, high=YEARS, ask=(english, chinese))


def free(english: str, chinese: str, like: str = "") -> Slot:
    """Any words of the person; `like` says which ones to expect: "unit" or "sum"."""
    return Slot("text", ask=(english, chinese), like=like)


def schema(function: Callable[..., Any], skip: int = 2) -> Mapping[str, Slot]:
    """The slots of a function's parameters after the first `skip` (self, at), in their order.

    Raises:
        LingosError: a parameter is not annotated with a slot; all of them are named.
    """
    hints = get_type_hints(function, include_extras=True)
    found: dict[str, Slot] = {}
    wrong: list[str] = []
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        hint = hints.get(parameter.name)
        own = [one for one in get_args(hint) if isinstance(one, Slot)] if get_origin(hint) is Annotated else []
        if not own:
            wrong.append(parameter.name)
            continue
        found[parameter.name] = replace(own[0], required=parameter.default is inspect.Parameter.empty)
    if wrong:
        raise LingosError(
            f"{function.__qualname__}: {', '.join(wrong)} is no slot",
            expected="a parameter such as `room: Annotated[str, name('Which room?', '哪个房间？')]`",
            cure="annotate it with a kind of slot from lingos.assistant.slots",
        )
    return found


def checked(slots: Mapping[str, Slot], args: Mapping[str, Value]) -> None:
    """LingosError where an argument is unknown or missing, or has a value that its slot does not allow."""
    for told, value in args.items():
        if told not in slots:
            raise unknown("argument", told, slots)
        wrong = fault(slots[told], value)
        if wrong:
            what = Said("slot.wrong", {"name": told, "value": value, "why": wrong})
            raise LingosError(what, expected=expected(slots[told]), cure="say another one")
    missing = [told for told, slot in slots.items() if slot.required and told not in args]
    if missing:
        raise LingosError(Said("slot.missing", {"names": ", ".join(missing)}), expected="a value", cure="say it")


def fault(slot: Slot, value: Value) -> str:
    """Why a slot does not allow a value; empty where it does."""
    if slot.kind in ("number", "duration"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return Said("slot.number")
        inside = (slot.low is None or value >= slot.low) and (slot.high is None or value <= slot.high)
        return "" if inside else Said("slot.range", {"low": _bound(slot.low), "high": _bound(slot.high)})
    if not isinstance(value, str) or not value.strip():
        return Said("slot.text")
    return Said("slot.value") if slot.kind == "choice" and value not in slot.values else ""


def expected(slot: Slot, names: Iterable[str] = ()) -> Said:
    """What a slot allows; `names` are those that a name may be, where they are known."""
    known = list(slot.values or names)[:SHOWN]
    code = EXPECTED[slot.kind] if known or slot.kind != "name" else EXPECTED["text"]
    return Said(code, {"low": _bound(slot.low), "high": _bound(slot.high), "names": listed(known)})


def _bound(bound: float | None) -> str:
    return "…" if bound is None else f"{bound:g}"
