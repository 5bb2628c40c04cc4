"""Questions that wait for a person's yes. One is bound to one call by its id and digest; it expires and works once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lingos.assistant.journal.entry import Entry, Kind, Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.policy import PERSON, Decision
from lingos.contracts import Call, Preview, Value
from lingos.errors import StateError
from lingos.words.said import Said

__all__ = ["PATIENCE", "ApprovalError", "answered", "asked", "call_of", "same", "waiting", "written"]

PATIENCE = timedelta(minutes=10)  # how long a question may wait


class ApprovalError(StateError):
    """The answer fits no question that waits: another call, answered before, too old, or not this person's."""


def asked(call: Call, command: str, decision: Decision, now: datetime, preview: Preview | None = None) -> Note:
    """The note of a decision on a call, with all that is needed to run it after a restart, and what was shown of it."""
    facts = {"verdict": decision.verdict, "why": decision.why.code, "until": (now + PATIENCE).isoformat()}
    note = written(call, "decision", command, facts)
    return replace(note, private={**note.private, "touches": _touched(preview)}) if preview is not None else note


def written(call: Call, kind: Kind, command: str, facts: Mapping[str, Any] | None = None) -> Note:
    """A note from which `call_of` reads the call again."""
    own = {"app": call.app, "action": call.action, "origins": dict(call.origins)}
    # Both go where a person is forgotten: short arguments could be guessed from their digest.
    private = {"args": dict(call.args), "digest": call.digest}
    if call.undoes:
        own["undoes"] = call.undoes
    return Note(kind, call.person, command, call.id, {**own, **(facts or {})}, private)


def call_of(entry: Entry) -> Call:
    """The call that such a note was written for; without arguments where the person's texts were forgotten."""
    facts = entry.facts
    args = entry.private["args"] if entry.private is not None else {}
    return Call(
        entry.call, facts["app"], facts["action"], args, entry.person, facts["origins"], facts.get("undoes", "")
    )


def answered(journal: Journal, id: str, person: str, source: str, now: datetime) -> Entry:
    """The decision whose call a yes or no may be given to now.

    Raises:
        ApprovalError: see the class; each with the sentence that tells which.
    """
    if source != PERSON:
        raise _wrong("approval.foreign")
    found = list(journal.entries(call=id))
    decisions = [one for one in found if one.kind == "decision" and one.facts["verdict"] == "ask"]
    if not decisions:
        raise _wrong("approval.none")
    decision = decisions[-1]
    if decision.person != person:
        raise _wrong("approval.other", person=decision.person)
    if any(one.kind in ("approval", "call") for one in found):
        raise _wrong("approval.used")
    if now >= datetime.fromisoformat(decision.facts["until"]):
        raise _wrong("approval.late")
    if decision.private is None or call_of(decision).digest != decision.private["digest"]:
        raise _wrong("approval.changed")
    return decision


def same(decision: Entry, preview: Preview, meanwhile: Mapping[str, Value] | None = None) -> bool:
    """Whether a preview touches nothing but what was shown when the person was asked, and finds it as it was then, or
    as other calls under the same yes have left it.
    """
    shown = (decision.private or {}).get("touches")  # an older LingOS wrote none
    fine = [*(shown or ()), *(_touch(thing, value) for thing, value in (meanwhile or {}).items())]
    return shown is None or all(one in fine for one in _touched(preview))


def waiting(journal: Journal, now: datetime, person: str | None = None) -> list[Entry]:
    """The questions that still wait, oldest first."""
    decisions = journal.open("decision", ("approval", "call"), person)
    asks = (one for one in decisions if one.facts["verdict"] == "ask")
    return [one for one in asks if now < datetime.fromisoformat(one.facts["until"])]


def _touched(preview: Preview) -> list[list[str]]:
    return [_touch(one.thing, one.before) for one in preview.changes]


def _touch(thing: str, value: Value) -> list[str]:
    return [thing, json.dumps(value, sort_keys=True, ensure_ascii=False)]


def _wrong(code: str, **values: object) -> ApprovalError:
    return ApprovalError(Said(code, values), expected="an open question of yours", cure="say the command again")
