"""What stands in the journal: kinds of entries, a note that is to be written, an entry that was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["KINDS", "Entry", "Kind", "Note", "ended", "taken_back"]

Kind = Literal[
    "command",  # a person's sentence came in
    "understanding",  # what the skill made of it
    "decision",  # what the policy said: act, ask or refuse, and why
    "approval",  # a person said yes or no to one call
    "call",  # the effect is about to begin
    "effect",  # what it did: done, already, failed or unknown
    "inverse",  # the call that would undo it
    "grant",  # a person got or lost a right
    "review",  # a sentence was labelled
    "promotion",  # another version of a skill answers from now on
    "forgotten",  # a person's texts were deleted
    "event",  # a reminder rang, a sensor changed
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be written. `facts` stay for ever; `private` holds the person's texts and can be deleted."""

    kind: Kind
    person: str
    command: str = ""  # id of the command that it belongs to
    call: str = ""  # id of the call
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was written. `private` is None where it was deleted."""

    number: int  # 1, 2, 3, ... without a gap
    at: str  # ISO 8601, UTC
    kind: Kind
    person: str
    command: str
    call: str
    facts: Mapping[str, Any]
    private: Mapping[str, Any] | None
    digest: str


def ended(entries: Iterable[Entry], *how: str) -> set[str]:
    """The calls whose effect is so by now: by them (done), or also where it was so before (already)."""
    fine = how or ("done", "already")
    return {one.call for one in entries if one.kind == "effect" and one.facts["status"] in fine}


def taken_back(entries: Sequence[Entry]) -> set[str]:
    """The calls whose effect was undone by another call."""
    done = ended(entries)
    return {one.facts["undoes"] for one in entries if one.kind == "call" and one.call in done and "undoes" in one.facts}
