"""What was unclear becomes training data: a queue of sentences from the journal, and the labels that people give them.

Unclear is what was not understood, what the skill was least sure of (by the entropy of its answer), and what a person
took back or corrected. Labels stand in the journal, too: who asks to be forgotten takes his sentences with him.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lingos.assistant.journal.entry import Entry, Note, taken_back
from lingos.assistant.journal.journal import Journal
from lingos.assistant.understanding.labelled import labelled
from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Value
from lingos.errors import DataError, unknown
from lingos.text.language import addressed

__all__ = ["Review", "Unclear", "entropy"]

Why = Literal["not understood", "not sure", "taken back"]


@dataclass(frozen=True, slots=True)
class Unclear:
    """One sentence that wants a label; `guess` is what it was taken for."""

    command: str
    text: str
    person: str
    language: str
    guess: str
    score: float
    why: Why
    args: Mapping[str, Value] = field(default_factory=dict)


class Review:
    """The queue of one journal and its labels. `wishes`: what can be wished now, by intent."""

    def __init__(self, journal: Journal, wishes: Mapping[str, Wish], world: LiveWorld) -> None:
        self.journal, self.wishes, self.world = journal, wishes, world

    def queue(self, limit: int = 50) -> list[Unclear]:
        """The sentences that say most: taken back first, then by entropy. A text stands there once."""
        entries = list(self.journal.entries(kinds=("command", "understanding", "call", "effect", "review")))
        done = {one.command for one in entries if one.kind == "review"}
        texts = {one.command: one for one in entries if one.kind == "command" and one.private is not None}
        undone = _undone(entries)
        found: dict[str, tuple[float, Unclear]] = {}
        for one in entries:
            if one.kind != "understanding" or one.command in done or one.command not in texts:
                continue
            weight, unclear = _unclear(one, texts[one.command], one.command in undone)
            if unclear is not None:
                found[unclear.text] = (weight, unclear)
        return [one for _, one in sorted(found.values(), key=lambda pair: -pair[0])][:limit]

    def unlabelled(self) -> dict[str, str]:
        """All sentences without a label, by the id of their command."""
        entries = list(self.journal.entries(kinds=("command", "review")))
        done = {one.command for one in entries if one.kind == "review"}
        said = (one for one in entries if one.kind == "command" and one.private is not None)
        return {one.command: one.private["text"] for one in said if one.private and one.command not in done}

    def label(self, command: str, intent: str, slots: Mapping[str, Value], by: str) -> None:
        """Say what a sentence meant; `none`: nothing that can be done.

        Raises:
            RecipeError: no such intent or slot. DataError: no such sentence.
        """
        self._check(intent, slots)
        told = [one for one in self.journal.entries(kinds=("command",)) if one.command == command]
        if not told or told[0].private is None:
            raise DataError(f"no sentence '{command}'", expected="one of the queue", cure="look at the queue again")
        text = told[0].private["text"]
        facts = {"intent": intent, "by": by}
        self.journal.append(
            Note("review", told[0].person, command, facts=facts, private={"text": text, "slots": dict(slots)})
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row to learn from for each labelled sentence; of several labels the last one counts."""
        found = {
            one.command: self._row(one)
            for one in self.journal.entries(kinds=("review",))
            if one.private is not None and one.facts["intent"] in (NOTHING, *self.wishes)
        }
        return list(found.values())

    def _row(self, one: Entry) -> dict[str, Any]:
        assert one.private is not None
        wish = self.wishes.get(one.facts["intent"])
        return labelled(one.private["text"], wish, one.private["slots"], self.world.now(), NOTHING)

    def _check(self, intent: str, slots: Mapping[str, Value]) -> None:
        if intent != NOTHING and intent not in self.wishes:
            raise unknown("intent", intent, [NOTHING, *self.wishes])
        known = self.wishes[intent].slots if intent != NOTHING else {}
        for name in slots:
            if name not in known:
                raise unknown(f"slot of {intent}", name, known)


def entropy(score: float) -> float:
    """Of an answer with this probability against all others, in bits.

    >>> entropy(0.5), entropy(1.0)
    (1.0, 0.0)
    """
    return -sum(p * math.log2(p) for p in (score, 1 - score) if 0 < p < 1) + 0.0


# -- helpers ---------------------------------------------------------------------------------------------------------
def _undone(entries: Sequence[Entry]) -> set[str]:
    """The commands whose effect was taken back."""
    back = taken_back(entries)
    return {one.command for one in entries if one.kind == "call" and one.call in back}


def _unclear(understood: Entry, said: Entry, undone: bool) -> tuple[float, Unclear | None]:
    parts = understood.facts["parts"]
    least = min(parts, key=lambda one: (one["sure"], one["score"]))
    # A sentence that was stopped is understood: it speaks of an action and asks for none.
    if not undone and (least["sure"] or least["stopped"]):
        return 0.0, None
    text = said.private["text"] if said.private else ""
    why: Why = "taken back" if undone else "not understood" if least["intent"] == NOTHING else "not sure"
    args = (understood.private or {"parts": [{}]})["parts"][0].get("args", {})
    language = addressed(text)
    unclear = Unclear(said.command, text, said.person, language, least["intent"], least["score"], why, args)
    return (2.0 if undone else entropy(least["score"])), unclear
