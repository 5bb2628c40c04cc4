"""A shopping list: an app in one file, in English and Chinese. docs/apps.md explains each part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from lingos.apps.base import App, At, Plan, action
from lingos.assistant.slots import free, name
from lingos.contracts import Value

New = Annotated[str, free("What shall I put on the list?", "要加什么？")]
Item = Annotated[str, name("Which item?", "哪一项？")]


class Shopping(App):
    """What is to be bought. Each item is one thing, which is True as long as it stands on the list."""

    name = "shopping"
    title = ("Shopping list", "购物清单")

    @action(
        "read",
        en=["what is on [my|the] shopping list", "(show|read) [me] [my|the] shopping list"],
        zh=["[我的]购物清单(上|里)有什么", "(看看|念一下)购物清单"],
    )
    def list(self, at: At) -> Plan:
        """Tell what is on the list."""
        return Plan(", ".join(at.things) or at.say("the list is empty", "清单是空的"), value=[*at.things])

    @action(
        "reversible",
        en=["(put|write) {new} on [my|the] shopping list", "add {new} to [my|the] shopping list"],
        zh=["把{new}加到购物清单[上|里]", "购物清单(上|里)(加|写)[上]{new}"],
    )
    def add(self, at: At, new: New) -> Plan:
        """Put something on the list."""
        return Plan(at.say(f"{new} is on the list", f"{new}已加入清单"), {new: True})

    @action(
        "reversible",
        en=["(take|cross|strike) [the] {item} off [my|the] shopping list"],
        zh=["把{item}从购物清单[上|里](划掉|去掉|删掉)"],
    )
    def strike(self, at: At, item: Item) -> Plan:
        """Take something off the list."""
        lost = "" if item in at.things else at.say(f"{item} is not on it", f"清单上没有{item}")
        return Plan(at.say(f"{item} is off the list", f"{item}已划掉"), {item: None}, blocked=lost)

    @action("recoverable", en=["(empty|clear) [my|the] shopping list"], zh=["(清空|清掉)购物清单"])
    def clear(self, at: At) -> Plan:
        """Take everything off the list."""
        return Plan(at.say("the list is empty", "清单是空的"), dict.fromkeys(at.things))

    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """What {item} may stand for: what is on the list now, by the words with which it was put there."""
        return {"item": {one: (one,) for one in things}}
