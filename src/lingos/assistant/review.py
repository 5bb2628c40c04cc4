"""What was unclear becomes training data: a queue of sentences from the journal, and the labels that people give them.

Unclear is what was not understood, what the skill was least sure of (by the entropy of its answer), and what a person
took back or said no to. Labels stand in the journal, too: who asks to be forgotten takes his sentences with him.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lingos.assistant.command import SURE
from lingos.assistant.journal.entry import Entry, Kind, Note, taken_back
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.policy import PERSON
from lingos.assistant.slots import Slot, expected
from lingos.assistant.understanding.fillers import Names
from lingos.assistant.understanding.labelled import labelled, meant
from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Value
from lingos.errors import DataError, RecipeError, unknown
from lingos.text.language import addressed
from lingos.words.said import Said

__all__ = ["Review", "Unclear", "entropy"]

Why = Literal["not understood", "not sure", "declined", "taken back"]
KINDS: tuple[Kind, ...] = ("command", "understanding", "decision", "approval", "call", "effect", "review")
AGAINST = 2.0  # weight of what a person took back or said no to: more than any entropy


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
        """The sentences that say most: taken back or declined first, then by entropy. A text stands there once."""
        entries = list(self.journal.entries(kinds=KINDS))
        done = {one.command for one in entries if one.kind == "review"}
        texts = {one.command: one for one in entries if one.kind == "command" and one.private is not None}
        became = _became(entries)
        found: dict[str, tuple[float, Unclear]] = {}
        for one in entries:
            if one.kind != "understanding" or one.command in done or one.command not in texts:
                continue
            unclear = _unclear(one, texts[one.command], became.get(one.command, {}))
            if unclear is not None:
                found[unclear[1].text] = unclear
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
            RecipeError: no such intent or slot, or a value that its slot does not allow. DataError: no such sentence.
        """
        told = [one for one in self.journal.entries(kinds=("command",)) if one.command == command]
        if not told or told[0].private is None:
            raise DataError(f"no sentence '{command}'", expected="one of the queue", cure="look at the queue again")
        text = told[0].private["text"]
        private = {"text": text, "slots": self.values(text, intent, slots)}
        self.journal.append(
            Note("review", told[0].person, command, facts={"intent": intent, "by": by}, private=private)
        )

    def values(self, text: str, intent: str, slots: Mapping[str, Any]) -> dict[str, Value]:
        """The values of a label, read as the assistant reads them: "50%" and "half" are 50, 厨房 is the kitchen.

        Raises:
            RecipeError: no such intent or slot, or a value that its slot does not allow.
        """
        if intent != NOTHING and intent not in self.wishes:
            raise unknown("intent", intent, [NOTHING, *self.wishes])
        wish, found = self.wishes.get(intent), dict[str, Value]()
        known = wish.slots if wish is not None else {}
        for name, told in slots.items():
            if name not in known:
                raise unknown(f"slot of {intent}", name, known)
            names = wish.names.get(name, {}) if wish is not None else {}
            found[name] = meant(told, known[name], names, text, self.world.now())
            if found[name] is None:
                raise _unfit(f"{intent} {name}", told, known[name], names)
        return found

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


def entropy(score: float) -> float:
    """Of an answer with this probability against all others, in bits.

    >>> entropy(0.5), entropy(1.0)
    (1.0, 0.0)
    """
    return -sum(p * math.log2(p) for p in (score, 1 - score) if 0 < p < 1) + 0.0


# -- helpers ---------------------------------------------------------------------------------------------------------
def _became(entries: Sequence[Entry]) -> dict[str, dict[str, set[str]]]:
    """By command and intent: act, refuse or ask, and where a person said more of the call: yes, no or back."""
    said = {one.call: "yes" if one.facts["yes"] else "no" for one in entries if one.kind == "approval"}
    said |= dict.fromkeys(taken_back(entries), "back")
    found: dict[str, dict[str, set[str]]] = {}
    for one in entries:
        if one.kind == "decision":  # of the sentence; the call stands under the yes, if one was needed
            intent = f"{one.facts['app']}.{one.facts['action']}"
            found.setdefault(one.command, {}).setdefault(intent, set()).add(said.get(one.call, one.facts["verdict"]))
    return found


def _unclear(understood: Entry, said: Entry, became: Mapping[str, set[str]]) -> tuple[float, Unclear] | None:
    """The part of a sentence that wants a label most, with its weight; None where all of it is clear."""
    text = said.private["text"] if said.private else ""
    parts = understood.facts["parts"]
    private = (understood.private or {"parts": [{}] * len(parts)})["parts"]
    found: list[tuple[float, Unclear]] = []
    for part, own in zip(parts, private, strict=True):
        mine = set().union(*became.values()) if len(parts) == 1 else became.get(part["intent"], set())
        why = _why(part, mine, said.facts["source"] == PERSON)
        if why is not None:
            weight = AGAINST if why in ("declined", "taken back") else entropy(part["score"])
            guess, score, args = part["intent"], part["score"], own.get("args", {})
            found.append((weight, Unclear(said.command, text, said.person, addressed(text), guess, score, why, args)))
    return max(found, key=lambda pair: pair[0], default=None)


def _why(part: Mapping[str, Any], became: set[str], own: bool) -> Why | None:
    """Why a part is unclear; None where it was understood: what acted without a question, or after a yes."""
    if "back" in became:
        return "taken back"
    if part["stopped"]:  # it speaks of an action and asks for none
        return None
    if "no" in became and part["score"] < SURE:  # else it was understood, and the person thought better of it
        return "declined"
    if part["intent"] == NOTHING:
        return None if part["sure"] else "not understood"
    taken = "act" in became or "refuse" in became or part["score"] >= SURE or not own
    return None if "yes" in became or (part["sure"] and taken) else "not sure"


def _unfit(where: str, told: object, slot: Slot, names: Names) -> RecipeError:
    what = Said("review.value", {"slot": where, "given": told})
    return RecipeError(what, expected=expected(slot, names), cure=Said("review.mend"))
