"""Calls become effects here, and nowhere else: preview, policy, journal, effect, journal.

    runner = Runner(journal, actions, world)
    outcome = runner.propose(call, command="c1")        # acts, asks or refuses
    runner.answer(call.id, "ana", yes=True)             # after it asked

The call is in the journal, on the disk, before the effect begins. A process that dies in between leaves an open call:
`recover` repeats it where the effect takes the call's id as idempotency key, and else says that nobody knows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.exc import IntegrityError

from lingos.assistant.journal.entry import Entry, Note, ended, taken_back
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.approvals import ApprovalError, answered, asked, call_of, same, written
from lingos.assistant.policy.grants import Grants
from lingos.assistant.policy.policy import PERSON, Decision, decide
from lingos.contracts import Action, Call, Effect, Preview, Value, World
from lingos.errors import LingosError, missing
from lingos.words.said import Said, told

__all__ = ["Outcome", "Runner", "new_id"]

Still = Callable[[], bool]  # whether what a person said yes to is what would be done
LOOK_BACK = 60  # entries; more where nothing of them can be undone
Kind = Literal["done", "already", "failed", "unknown", "ask", "question", "refused", "declined"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call, in one word and one sentence; `preview` where a person is asked (question: if meant)."""

    kind: Kind
    said: str
    call: Call
    preview: Preview | None = None
    effect: Effect | None = None


class Runner:
    """Runs calls of some actions. One for each journal at a time may `recover`."""

    def __init__(self, journal: Journal, actions: Iterable[Action], world: World) -> None:
        self.journal, self.world = journal, world
        self.actions: Mapping[tuple[str, str], Action] = {(one.app, one.name): one for one in actions}

    def propose(self, call: Call, *, command: str, source: str = PERSON, sure: bool = True) -> Outcome:
        """Run a call if it may run at once; else ask, or refuse. Where it is not sure that it was meant, ask."""
        action = self.actions.get((call.app, call.action))
        if action is None:
            return self._refused(call, command, Decision("refuse", self._gone(call)))
        decision = decide(call, action.risk, source, self._grants(), sure=sure)
        if decision.verdict == "refuse":
            return self._refused(call, command, decision)
        preview = self._preview(action, call)
        if preview.blocked:
            return self._refused(call, command, Decision("refuse", Said("call.blocked", {"why": preview.blocked})))
        if sure and action.risk != "read" and not preview.changes:
            # Written as what it is, and never as a question: a yes to it later would be a yes to something else.
            nothing = Decision("act", Said("policy.allowed"))
            self.journal.append(asked(call, command, nothing, self.world.now()))
            return Outcome("already", preview.said, call, preview)
        note = asked(call, command, decision, self.world.now(), preview)
        if decision.verdict == "ask":
            self.journal.append(note)
            unsure = decision.why.code == "policy.unsure"
            return Outcome("question" if unsure else "ask", decision.why.told(self.world.language), call, preview)
        return self._run(action, call, command, note)

    def answer(
        self,
        id: str,
        person: str,
        *,
        yes: bool,
        command: str = "",
        source: str = PERSON,
        meanwhile: Mapping[str, Value] | None = None,
    ) -> Outcome:
        """Take a person's yes or no to a call that waits. `meanwhile` is what other calls under the same yes did.

        Raises:
            ApprovalError: nothing of this person waits under this id, or no longer.
        """
        asked_for = answered(self.journal, id, person, source, self.world.now())
        call = call_of(asked_for)
        note = Note("approval", person, command, id, {"yes": yes}, {"digest": call.digest})
        if not yes:
            self._once(note)
            return Outcome("declined", self._told(Said("call.declined")), call)
        why = self._against(call, source, asked_for, meanwhile)
        if why is not None:
            self._once(note)
            return self._refused(call, command, Decision("refuse", why))
        action = self.actions[call.app, call.action]
        return self._run(action, call, command, note, lambda: same(asked_for, self._preview(action, call), meanwhile))

    def undo(self, person: str, *, command: str) -> Outcome | None:
        """Run the inverse of the person's last effect that was not undone; None where there is none.

        What has no inverse is not passed over: who says "undo that" means the last thing, not the one before.
        """
        last, way = self._last(person)
        if last is not None and way is None:
            return Outcome("refused", self._told(Said("undo.never")), call_of(last))
        return self.propose(replace(call_of(way), id=new_id()), command=command) if way is not None else None

    def undoable(self, person: str) -> str:
        """The call that `undo` would take back now; empty where there is none."""
        _, way = self._last(person)
        return str(way.facts["undoes"]) if way is not None else ""

    def recover(self) -> list[Outcome]:
        """End the calls that a dead process left open. Call it while no other process runs calls of this journal."""
        return [self._recovered(entry) for entry in self.journal.open("call", ("effect",))]

    # -- helpers -----------------------------------------------------------------------------------------------------
    def _against(self, call: Call, source: str, asked_for: Entry, meanwhile: Mapping[str, Value] | None) -> Said | None:
        """What speaks by now against a call that the person said yes to; None where nothing does."""
        action = self.actions.get((call.app, call.action))
        if action is None:
            return self._gone(call)
        decision = decide(call, action.risk, source, self._grants(), approved=True)
        if decision.verdict == "refuse":
            return decision.why
        preview = self._preview(action, call)
        if preview.blocked:
            return Said("call.blocked", {"why": preview.blocked})
        return None if same(asked_for, preview, meanwhile) else Said("approval.changed")

    def _changes(self, entry: Entry) -> bool:
        """Whether the call changed the world by itself: what only reads, or takes back, is not undone."""
        action = self.actions.get((entry.facts["app"], entry.facts["action"]))
        return not entry.facts.get("undoes") and (action is None or action.risk != "read")

    def _last(self, person: str) -> tuple[Entry | None, Entry | None]:
        """The last call that changed something and was not undone, and the way back, where there is one."""
        count = LOOK_BACK
        while True:  # all that became of a call stands behind it
            entries = self.journal.tail(count, person, ("call", "effect", "inverse"))
            stands = ended(entries, "done") - taken_back(entries)  # "already" changed nothing
            ways = {one.facts["undoes"]: one for one in entries if one.kind == "inverse" and one.private is not None}
            for entry in reversed(entries):
                if entry.kind == "call" and entry.call in stands and self._changes(entry):
                    return entry, ways.get(entry.call)
            if len(entries) < count:
                return None, None
            count *= 4

    def _run(self, action: Action, call: Call, command: str, before: Note, still: Still = lambda: True) -> Outcome:
        self._once(before, written(call, "call", command))
        effect = self._effect(action, call, still)
        try:
            return self._ended(action, call, command, effect)
        except (LingosError, IntegrityError):  # the effect is not written, and must not be told as if it were not
            return Outcome("unknown", self._lost(action).said, call, effect=effect)

    def _preview(self, action: Action, call: Call) -> Preview:
        """What the call would do. LingosError where an argument does not fit; an app's fault blocks it."""
        try:
            return action.preview(call, self.world)
        except LingosError:
            raise
        except Exception as error:
            extra = missing(error)
            if extra is not None:
                raise extra from error
            return Preview("", blocked=self._told(Said("call.fault", {"app": call.app})))

    def _effect(self, action: Action, call: Call, still: Still = lambda: True) -> Effect:
        try:
            if still():  # looked at twice: to write the call down may have taken its time
                return action.run(call, self.world)
            return Effect("failed", self._told(Said("approval.changed")))
        except LingosError as error:  # the world says that nothing happened
            return Effect("failed", told(error.what, self.world.language))
        except Exception:  # an app's fault; what it did before nobody knows
            return self._lost(action)

    def _ended(self, action: Action, call: Call, command: str, effect: Effect) -> Outcome:
        facts = {"status": effect.status}
        notes = [Note("effect", call.person, command, call.id, facts, {"said": str(effect.said)})]
        if effect.status == "done" and not call.undoes:  # as in an editor: who undoes twice goes two steps back
            notes += self._way_back(action, call, command, effect)
        self.journal.append(*notes)
        return Outcome(effect.status, effect.said, call, effect=effect)

    def _way_back(self, action: Action, call: Call, command: str, effect: Effect) -> list[Note]:
        try:
            inverse = action.inverse(call, effect)
        except Exception:  # an app's fault; the effect happened, and that must be written
            inverse = None
        return [] if inverse is None else [written(replace(inverse, undoes=call.id), "inverse", command)]

    def _recovered(self, entry: Entry) -> Outcome:
        call, action = call_of(entry), self.actions.get((entry.facts["app"], entry.facts["action"]))
        if action is not None and action.once and entry.private is not None:
            return self._ended(action, call, entry.command, self._effect(action, call))
        effect = self._lost(action) if action is not None else Effect("unknown", self._told(self._gone(call)))
        self.journal.append(
            Note("effect", call.person, entry.command, call.id, {"status": "unknown"}, {"said": effect.said})
        )
        return Outcome("unknown", effect.said, call, effect=effect)

    def _refused(self, call: Call, command: str, decision: Decision) -> Outcome:
        self.journal.append(asked(call, command, decision, self.world.now()))
        return Outcome("refused", decision.why.told(self.world.language), call)

    def _once(self, *notes: Note) -> None:
        try:
            self.journal.append(*notes)
        except IntegrityError as error:
            raise ApprovalError(
                Said("approval.used"), expected="an open question of yours", cure="say the command again"
            ) from error

    def _grants(self) -> Grants:
        return Grants.read(self.journal.entries(kinds=("grant",)))

    def _lost(self, action: Action) -> Effect:
        return Effect("unknown", self._told(Said("call.unknown", {"look": action.look})))

    def _gone(self, call: Call) -> Said:
        return Said("call.gone", {"app": call.app, "action": call.action})

    def _told(self, said: Said) -> str:
        return said.told(self.world.language)


def new_id() -> str:
    """An id for a command or a call."""
    return uuid.uuid4().hex
