"""What happened, for a person to read: each command with what became of it, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from lingos.assistant.journal.entry import Entry
from lingos.assistant.journal.journal import Journal

__all__ = ["Happened", "history"]

BEGUN = {"ask": "waits", "refuse": "refused", "act": "already"}  # what a decision is until an effect follows
EACH = 12  # entries that a command has at most, as a rule


@dataclass(frozen=True, slots=True)
class Happened:
    """One command. `text` is empty where it was a click, None where the person's texts were forgotten."""

    command: str
    at: str
    person: str
    text: str | None = ""
    calls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # call -> action, args, verdict, status, said

    def to_json(self) -> dict[str, Any]:
        """What `lingos history --json` prints."""
        calls = [{"call": call, **facts} for call, facts in self.calls.items()]
        return {"command": self.command, "at": self.at, "person": self.person, "text": self.text, "calls": calls}


def history(journal: Journal, *, person: str | None = None, limit: int = 20) -> list[Happened]:
    """The last commands, newest first."""
    found: dict[str, list[Entry]] = {}
    for entry in journal.tail(limit * EACH, person):
        if entry.command:
            found.setdefault(entry.command, []).append(entry)
    shown = [_happened(command, entries) for command, entries in reversed(found.items())][:limit]
    return [
        replace(one, calls={call: _closed(journal, call, facts) for call, facts in one.calls.items()}) for one in shown
    ]


def _closed(journal: Journal, call: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """A question that waited, with what became of it: the answer stands under another command."""
    if facts.get("status") != "waits":
        return facts
    told = list(journal.entries(call=call))
    status = _calls(told)[call]["status"]
    if status == "approved" and not any(one.kind == "call" for one in told):
        status = "refused"
    elif status == "waits" and datetime.fromisoformat(told[0].facts["until"]) <= datetime.now(UTC):
        status = "expired"
    return {**facts, "status": status}


def _happened(command: str, entries: list[Entry]) -> Happened:
    told = next((one for one in entries if one.kind == "command"), None)
    text = "" if told is None else told.private["text"] if told.private is not None else None
    return Happened(command, entries[0].at, entries[0].person, text, _calls(entries))


def _calls(entries: Iterable[Entry]) -> Mapping[str, Mapping[str, Any]]:
    calls: dict[str, dict[str, Any]] = {}
    for one in entries:
        if not one.call or one.kind == "inverse":
            continue
        facts, private = calls.setdefault(one.call, {}), one.private or {}
        match one.kind:
            case "decision" | "call":
                facts |= {"action": f"{one.facts['app']}.{one.facts['action']}", "args": private.get("args")}
                facts.setdefault("status", BEGUN.get(one.facts.get("verdict", ""), ""))
            case "approval":
                facts["status"] = "approved" if one.facts["yes"] else "declined"
            case "effect":
                facts |= {"status": one.facts["status"], "said": private.get("said")}
    return calls
