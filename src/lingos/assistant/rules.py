"""Standing rules: "when the kitchen window opens, turn the kitchen light off". Kept, confirmed once, then on their own.

    condition, command = split(text, "en")
    happens = happening(condition, apps, world)              # ("kitchen.window", "open"), or None
    runner.propose(adding(text, happens, wish), command="c") # `wish`: the call that the command was understood as
    fire(house.sense({"kitchen.window": "open"}), runner)    # when a sensor changed

A rule acts when a sensor's value has just changed to what it waits for. What actions change fires nothing, so no rule
can set off another one or itself. A rule runs with the rights that its person has at that time, and never asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from lingos.assistant.journal.entry import Note
from lingos.assistant.runner import Outcome, Runner, new_id
from lingos.assistant.slots import checked
from lingos.assistant.understanding.conditions import split
from lingos.assistant.understanding.happenings import happening, noticed
from lingos.contracts import Action, Call, Risk, Value
from lingos.errors import LingosError
from lingos.words.said import Said
from lingos.words.said import told as told_in

__all__ = ["PLACE", "Rule", "adding", "fault", "fire", "happening", "noticed", "rules", "split"]

PLACE = "rules"  # the app, and where rules are kept
QUIET: tuple[Risk, ...] = ("read", "reversible")  # what may run without anybody looking


@dataclass(frozen=True, slots=True)
class Rule:
    """When `thing` becomes something, an action of an app for a person, in whose words it was `said`."""

    id: str  # the name under which it is kept
    thing: str
    becomes: Value
    app: str
    action: str
    args: Mapping[str, Value]
    person: str
    said: str
    since: str = ""  # when it was made, ISO 8601

    def kept(self) -> dict[str, Any]:
        """As a value that is kept.

        >>> rule = Rule("rule 1", "hall.window", "open", "home", "light", {"room": "hall", "state": "on"}, "ana", "...")
        >>> rules({"rule 1": rule.kept()}) == [rule]
        True
        """
        return {name: value for name, value in asdict(self).items() if name != "id"}


def rules(kept: Mapping[str, Value]) -> list[Rule]:
    """The rules that are kept, oldest first."""
    found = [Rule(id, **cast(dict[str, Any], value)) for id, value in kept.items()]
    return sorted(found, key=lambda one: (one.since, one.id))


def adding(said: str, happens: tuple[str, Value], wish: Call) -> Call:
    """The call that makes a rule of an understood command; values that are no texts travel as JSON."""
    thing, becomes = happens
    told = {"becomes": json.dumps(becomes), "args": json.dumps(dict(wish.args), ensure_ascii=False, sort_keys=True)}
    args = {"said": said, "thing": thing, "app": wish.app, "action": wish.action, **told}
    foreign = any(origin == "foreign" for origin in wish.origins.values())
    return Call(new_id(), PLACE, "add", args, wish.person, {"args": "foreign"} if foreign else {})


def fault(app: str, name: str, args: Mapping[str, Value], action: Action | None) -> Said | None:
    """Why a rule may not hold this; None where it may. LingosError where an argument does not fit.

    Only what a person can say, with slots that are checked, what needs no question, and what means the same each time.
    """
    if action is None:
        return Said("call.gone", {"app": app, "action": name})
    slots = getattr(action, "slots", None)
    if slots is None or action.risk not in QUIET:
        return Said("rule.risk", {"app": app, "action": name})
    checked(slots, args)
    fixed = any(slots[told].kind == "when" for told in args)
    return Said("rule.moment", {"app": app, "action": name}) if fixed else None


def fire(changes: Mapping[str, Value], runner: Runner) -> list[Outcome]:
    """Run the rules that wait for one of these changes; one that fails keeps no other from running.

    Args:
        changes: sensors that really changed, with what they are now: what `House.sense` returns. Who dies between the
            change and this loses it, as somebody who did not look when the window opened.
        runner: runs the calls, each under the id of its rule as the command.
    """
    kept = runner.world.things(PLACE).read()
    hit = [one for one in rules(kept) if one.thing in changes and changes[one.thing] == one.becomes]
    return [_fired(one, runner) for one in hit]


# -- helpers ---------------------------------------------------------------------------------------------------------
def _fired(rule: Rule, runner: Runner) -> Outcome:
    facts = {"what": "became", "thing": rule.thing, "value": rule.becomes}
    call = Call(new_id(), rule.app, rule.action, rule.args, rule.person)
    try:
        why = fault(rule.app, rule.action, rule.args, runner.actions.get((rule.app, rule.action)))
        refused = {"refused": why.code} if why else {}
        runner.journal.append(Note("event", rule.person, command=rule.id, facts={**facts, **refused}))
        return (
            Outcome("refused", why.told(runner.world.language), call) if why else runner.propose(call, command=rule.id)
        )
    except LingosError as error:
        return Outcome("failed", told_in(error.what, runner.world.language), call)
