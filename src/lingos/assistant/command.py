"""One sentence on its way: what it leans on, what is heard in it, what is asked back, what runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from lingos.assistant.help import examples
from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.approvals import ApprovalError
from lingos.assistant.policy.policy import PERSON
from lingos.assistant.reply import Part, part_of
from lingos.assistant.rules import PLACE, adding, happening, noticed, split
from lingos.assistant.runner import Outcome, Runner, new_id
from lingos.assistant.slots import Slot
from lingos.assistant.talk import Last, Pending, Talk
from lingos.assistant.understanding.arguments import Arguments, arguments
from lingos.assistant.understanding.guard import stopped
from lingos.assistant.understanding.happenings import Noticing
from lingos.assistant.understanding.hearing import SHORT, Heard, heard, left_over
from lingos.assistant.understanding.reader import Reader
from lingos.assistant.understanding.sentences import NOTHING
from lingos.assistant.understanding.turns import Turn, turn
from lingos.assistant.understanding.wishes import Spoken, wishes
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Action, Call, Origin, Prediction, Value
from lingos.errors import LingosError
from lingos.words.said import LANGUAGES, Said, listed
from lingos.words.said import told as told_in

__all__ = ["Command", "Installed", "Staff"]

LEANING_STOPS = ("negated", "past", "quoted", "others")  # "what about the hall" is a question and leans all the same
SURE = 0.95  # of a command that changes something: below it the person is asked whether it was meant
COURTESIES = {"greeting": "talk.greeting", "thanks": "talk.thanks"}


class Installed(Spoken, Noticing, Protocol):
    """An app as the assistant sees it."""


@dataclass(frozen=True, slots=True)
class Staff:
    """All that a command needs: who understands, what can be done, who runs it, what was spoken of last."""

    reader: Callable[[], Reader]
    apps: Sequence[Installed]
    journal: Journal
    world: LiveWorld
    runners: Mapping[str, Runner]
    actions: Mapping[str, Action]
    talk: Talk


class Command:
    """One sentence of one person on its way."""

    def __init__(self, staff: Staff, id: str, text: str, person: str, source: str, language: str) -> None:
        self.staff, self.id, self.text, self.person, self.source = staff, id, text, person, source
        self.language, self.runner, self.talk = language, staff.runners[language], staff.talk
        self.now = staff.world.now()
        self.wishes = wishes(staff.apps, staff.world)
        self.last: Last | None = None  # what ran, and what waits for the next sentence: kept when all is said
        self.waits = Pending()

    def said(self) -> tuple[Part, ...]:
        """What becomes of the sentence."""
        if self.source != PERSON:  # nothing of it may act, be asked back, or change what the person speaks of
            self._heard(self.text)
            return (Part("refused", self._say("policy.foreign-command", source=self.source), self.text),)
        pending = self.talk.pending(self.person)
        if pending is not None:  # it waits for this sentence and for no other, also if the process dies in it
            self.talk.keep(self.person)
        return self._kept(lambda: self._answer(turn(self.text), pending))

    def _answer(self, told: Turn, pending: Pending | None) -> tuple[Part, ...]:
        return self._leaning(told, pending) or self._standing() or self._courtesy(told) or self._commands()

    def answered(self, call: str, yes: bool) -> tuple[Part, ...]:
        """After a yes or no."""
        return self._kept(lambda: (self._answered(call, yes),))

    def undone(self) -> tuple[Part, ...]:
        """After "undo that"."""
        return self._kept(lambda: (self._undone(),))

    def _kept(self, answer: Callable[[], tuple[Part, ...]]) -> tuple[Part, ...]:
        """The answer, after what it leaves for the next sentence was kept, and what waited before was dropped. What ran
        is kept, too, where a later part of the sentence could not.
        """
        try:
            parts = answer()
        finally:
            if self.last or self.waits:
                self.talk.keep(self.person, last=self.last, pending=self.waits)
        if not self.last and not self.waits and self.talk.pending(self.person):
            self.talk.keep(self.person)
        return parts

    def _shown(self, outcome: Outcome) -> Part:
        """What became of a call; the next sentence may lean on it."""
        if outcome.kind in ("ask", "question"):
            self.waits = replace(self.waits, calls=(*self.waits.calls, outcome.call.id))  # one yes is for all of them
        elif outcome.kind in ("done", "already") and not outcome.call.undoes:
            self.last = Last(f"{outcome.call.app}.{outcome.call.action}", outcome.call.args, outcome.call.id)
        return part_of(outcome, self.language, self.text)

    # -- sentences that lean on the one before ----------------------------------------------------------------------
    def _leaning(self, told: Turn, pending: Pending | None) -> tuple[Part, ...]:
        """What it means after the sentence before; empty where it stands for itself."""
        match told.kind:
            case "undo":
                return (self._undone(),)
            case "help":
                shown = "".join(f"\n- {one}" for one in examples(self.wishes, self.language))
                return (Part("told", self._say("talk.help", examples=shown), self.text),)
            case "yes" | "no" if pending is not None and pending.calls:
                return self._all_answered(pending, told.kind == "yes")
            case "no" if pending is not None:
                return (Part("declined", self._say("call.declined"), self.text, pending.intent),)
            case "yes" | "no":
                return (Part("sorry", self._say("talk.nothing-waits"), self.text),)
            case "also" | "instead":
                leant = self._like_last(told)
                if leant is not None:
                    return (leant,)
        filled = self._filled(pending) if pending is not None and pending.slot else None
        return (filled,) if filled is not None else ()

    def _undone(self) -> Part:
        outcome = self.runner.undo(self.person, command=self.id)
        return self._shown(outcome) if outcome is not None else Part("sorry", self._say("undo.nothing"), self.text)

    def _answered(self, call: str, yes: bool, meanwhile: Mapping[str, Value] | None = None) -> Part:
        outcome = self.runner.answer(
            call, self.person, yes=yes, command=self.id, source=self.source, meanwhile=meanwhile
        )
        return self._shown(outcome)

    def _all_answered(self, pending: Pending, yes: bool) -> tuple[Part, ...]:
        """Each call that waits; one that waits no longer keeps no other from being answered."""
        parts: list[Part] = []
        for call in pending.calls:
            meanwhile = {one.thing: one.after for part in parts for one in part.changes if part.kind == "done"}
            try:
                parts.append(self._answered(call, yes, meanwhile))
            except ApprovalError as error:
                parts.append(Part("refused", told_in(error.what, self.language), self.text, call=call))
        return tuple(parts)

    def _like_last(self, told: Turn) -> Part | None:
        """The last command with other words in its slots; for "no, at ten" the last one is taken back first."""
        last = self.talk.last(self.person)
        if last is None or last.intent not in self.wishes:
            return None
        own = self._only_values(last.intent, told.rest, self.text if told.kind == "also" else told.rest)
        if not own or all(last.args.get(name) == value for name, value in own.items()):
            return None
        origins: dict[str, Origin] = {name: "context" for name in last.args if name not in own}
        if told.kind == "instead" and self.runner.undoable(self.person) == last.call:
            back = self.runner.undo(self.person, command=self.id)
            if back is not None and back.kind not in ("done", "already"):
                return self._shown(back)
        return self._called(last.intent, {**last.args, **own}, origins)

    def _filled(self, pending: Pending) -> Part | None:
        """The command that a word was missing for; None where the sentence is no such word."""
        slot = self.wishes[pending.intent].slots[pending.slot] if pending.intent in self.wishes else None
        if slot is None:
            return None
        own = self._only_values(pending.intent, self.text, self.text)
        value = self.text.strip() if slot.kind == "text" else own.get(pending.slot)
        if value is None:
            return None
        return self._complete(pending.intent, {**pending.args, **own, pending.slot: value}, pending.text)

    def _only_values(self, intent: str, words: str, whole: str) -> Mapping[str, Value]:
        """What words say of the slots of an intent, if they say nothing else, and the whole is no sentence on which
        nothing may happen: "not the kitchen" names a room, and is no answer.
        """
        if stopped(whole) in LEANING_STOPS or left_over(words, self.wishes[intent], self.now) > SHORT:
            return {}
        wish, plain = self.wishes[intent], Prediction(intent, 0.0, False, ())
        every = {name: replace(slot, required=True) for name, slot in wish.slots.items()}
        return arguments(plain, words, every, wish.names, self.now).values

    # -- standing rules: "when the window opens, turn the light off" ---------------------------------------------------
    def _standing(self) -> tuple[Part, ...]:
        """The question whether a rule shall stand; empty where the sentence is none."""
        parts = split(self.text, self.language)
        if parts is None or f"{PLACE}.add" not in self.staff.actions:
            return ()
        happens = happening(parts[0], self.staff.apps, self.staff.world)
        [one, *more] = self._heard(parts[1])
        clear = not more and one.sure and one.intent != NOTHING and not one.stopped and one.complete
        if happens is None:
            unnoticed = Part("sorry", self._unnoticed(parts[0]), self.text, one.intent, one.score)
            return (unnoticed,) if clear else ()
        if not clear:
            return (Part("sorry", self._say("talk.rule"), self.text, one.intent, one.score),)
        wish = self._call(one.intent, one.arguments.values, {})
        return (self._proposed(adding(self.text, happens, wish)),)

    def _unnoticed(self, condition: str) -> str:
        known = listed(noticed(self.staff.apps, self.staff.world, self.language), "list.semicolon")
        code = "rule.condition" if known else "rule.nothing"
        return self._say(code, condition=condition, known=known)

    def _courtesy(self, told: Turn) -> tuple[Part, ...]:
        """The answer to a greeting or thanks; empty where it is none, or where an app has these words as a phrase."""
        code = COURTESIES.get(told.kind)
        if code is None or self.staff.reader().knowing(self.wishes).has(self.text):
            return ()
        return (Part("told", self._say(code), self.text),)

    # -- sentences that stand for themselves --------------------------------------------------------------------------
    def _commands(self) -> tuple[Part, ...]:
        return tuple(map(self._part, self._heard(self.text)))

    def _part(self, one: Heard) -> Part:
        if one.intent == NOTHING or not (one.sure or one.likely):
            return Part("sorry", self._say("talk.sorry"), one.text, one.intent, one.score)
        changes = self.staff.actions[one.intent].risk != "read"
        if one.stopped and changes:
            return Part("sorry", self._say(f"talk.stopped.{one.stopped}"), one.text, one.intent, one.score)
        if one.sure and (one.score >= SURE or not changes):
            return replace(self._complete(one.intent, one.arguments.values, one.text, one.arguments), score=one.score)
        return self._meant(one)

    def _meant(self, one: Heard) -> Part:
        """Ask whether that was meant; nothing runs before a yes."""
        if not one.complete:
            return Part("sorry", self._say("talk.sorry"), one.text, one.intent, one.score)
        call = self._call(one.intent, one.arguments.values, {})
        try:
            outcome = self.runner.propose(call, command=self.id, source=self.source, sure=False)
        except LingosError:
            return Part("sorry", self._say("talk.sorry"), one.text, one.intent, one.score)
        return replace(self._shown(outcome), text=one.text, score=one.score)

    def _complete(self, intent: str, args: Mapping[str, Value], text: str, told: Arguments | None = None) -> Part:
        """Run it, or ask for the first word that is missing."""
        slots = self.wishes[intent].slots
        missing = [name for name, slot in slots.items() if slot.required and name not in args]
        if not missing:
            return replace(self._called(intent, args), text=text)
        strange = told.strange.get(missing[0], "") if told else ""
        self.waits = replace(self.waits, intent=intent, args=args, slot=missing[0], text=text)
        return Part("question", self._question(slots[missing[0]], missing[0], strange), text, intent, args=args)

    def _called(self, intent: str, args: Mapping[str, Value], origins: Mapping[str, Origin] | None = None) -> Part:
        return self._proposed(self._call(intent, args, origins or {}))

    def _proposed(self, call: Call) -> Part:
        try:
            outcome = self.runner.propose(call, command=self.id, source=self.source)
        except LingosError as error:  # an argument that its slot does not allow
            why = told_in(error.what, self.language)
            return Part("refused", why, self.text, f"{call.app}.{call.action}", args=call.args)
        return self._shown(outcome)

    # -- helpers -----------------------------------------------------------------------------------------------------
    def _call(self, intent: str, args: Mapping[str, Value], origins: Mapping[str, Origin]) -> Call:
        app, _, action = intent.partition(".")
        return Call(new_id(), app, action, args, self.person, origins)

    def _heard(self, text: str) -> tuple[Heard, ...]:
        """What a text says, written in the journal."""
        found = heard(text, self.staff.reader().knowing(self.wishes), self.wishes, self.now)
        parts = [
            {"intent": one.intent, "score": round(one.score, 4), "sure": one.sure, "stopped": one.stopped}
            for one in found
        ]
        private = {"parts": [{"text": one.text, "args": dict(one.arguments.values)} for one in found]}
        self.staff.journal.append(Note("understanding", self.person, self.id, facts={"parts": parts}, private=private))
        return found

    def _question(self, slot: Slot, name: str, strange: str) -> str:
        asked = slot.ask[LANGUAGES.index(self.language)] or self._say("talk.which", name=name)
        return self._say("talk.strange", word=strange, asked=asked) if strange else asked

    def _say(self, code: str, **values: object) -> str:
        return Said(code, values).told(self.language)
