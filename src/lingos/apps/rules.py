"""Standing rules as a person sees them: made, listed, deleted. What they do stands in assistant/rules.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from lingos.apps.base import App, At, Plan, action, app
from lingos.assistant.rules import Rule, fault, rules, split
from lingos.assistant.slots import free, name
from lingos.contracts import Value
from lingos.text.language import addressed
from lingos.words.said import Said

__all__ = ["Rules"]

Text = Annotated[str, free("Which rule?", "什么规则？")]
One = Annotated[str, name("Which rule?", "哪条规则？")]


class Rules(App):
    """What the assistant does on its own when a sensor changes. `find` gives the app of a name."""

    name = "rules"
    title = ("Rules", "规则")

    def __init__(self, find: Callable[[str], App] = app) -> None:
        self.find = find

    @action("recoverable", en=(), zh=())  # said as "when ..., ...", which assistant.rules.split reads
    def add(self, at: At, said: Text, thing: Text, becomes: Text, app: Text, action: Text, args: Text) -> Plan:
        """Do something whenever a sensor changes. It is confirmed once and acts later without asking."""
        known = {one.name: one for one in self.find(app).actions}
        told = json.loads(args)
        why = fault(app, action, told, known.get(action))
        if why is not None:
            return Plan("", blocked=why.told(at.language))
        new = Rule(f"rule {at.id}", thing, json.loads(becomes), app, action, told, at.person, said, at.now.isoformat())
        if any(_same(new, one) for one in rules(at.things)):
            return Plan(said)
        wish = f"{app}.{action}({', '.join(f'{slot} = {value}' for slot, value in told.items())})"
        values = {"said": said, "thing": thing, "becomes": new.becomes, "wish": wish}
        return Plan(Said("rule.made", values).told(at.language), {new.id: new.kept()})

    @action(
        "read",
        en=["(show|list) [me] [my|the] rules", "(what|which) rules (do I have|are there)"],
        zh=["(列出|看看|显示)[我的|所有]规则", "[我]有(什么|哪些)规则"],
    )
    def list(self, at: At) -> Plan:
        """List the rules, with the numbers under which they can be deleted."""
        lines = [f"{number}. {one.said}" for number, one in enumerate(rules(at.things), 1)]
        return Plan("; ".join(lines) or Said("rule.none").told(at.language), value=[*lines])

    @action(
        "recoverable",
        en=["(delete|remove|forget) [the] rule [number|about] {rule}", "(delete|remove) [the] {rule} rule"],
        zh=["(删除|删掉|取消)[关于]{rule}的规则", "(删除|删掉|取消)规则{rule}"],
    )
    def delete(self, at: At, rule: One) -> Plan:
        """Delete a rule."""
        found = {one.id: one for one in rules(at.things)}.get(rule)
        if found is None:
            return Plan("", blocked=Said("rule.lost").told(at.language))
        return Plan(Said("rule.deleted", {"said": found.said}).told(at.language), {rule: None})

    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Rules, by their words, their condition, their command and their number."""
        kept = enumerate(rules(things), 1)
        return {"rule": {one.id: (one.said, *_parts(one.said), str(number)) for number, one in kept}}


def _parts(said: str) -> tuple[str, ...]:
    return split(said, addressed(said)) or ()


def _same(one: Rule, other: Rule) -> bool:
    kept, there = one.kept(), other.kept()
    return all(kept[name] == there[name] for name in kept.keys() - {"said", "since"})
