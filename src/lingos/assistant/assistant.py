"""The assistant: a person's sentence -> commands -> decisions -> effects -> a reply. One at a time, all in the journal.

    assistant = Assistant(Reader, apps, journal, world)
    assistant.do("turn off the kitchen light", "ana").said

Every channel (terminal, socket, HTTP, page) calls these few verbs and nothing below them.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence

from lingos.assistant.command import Command, Installed, Staff
from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.approvals import waiting
from lingos.assistant.policy.policy import PERSON
from lingos.assistant.reply import Part, Reply, part_of
from lingos.assistant.rules import fire
from lingos.assistant.runner import Outcome, Runner, new_id
from lingos.assistant.talk import Talk
from lingos.assistant.understanding.reader import Reader
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Value
from lingos.errors import DataError, LingosError
from lingos.text.language import addressed
from lingos.words.said import LANGUAGES, phrase

__all__ = ["Assistant"]

LONGEST = 1_000  # characters of one sentence: what joins commands is looked for in all of it

Listener = Callable[[Reply], None]


class Assistant:
    """Understands, asks, acts, takes back. Safe to call from several threads; commands run one after the other.

    Args:
        reader: gives the reader of sentences; asked for each command, so that a new version of the skill is taken at
            once and no command is lost.
        apps: what can be done.
        journal: where all of it is written.
        world: what the apps act on.
    """

    def __init__(
        self, reader: Callable[[], Reader], apps: Sequence[Installed], journal: Journal, world: LiveWorld
    ) -> None:
        actions = [action for app in apps for action in app.actions]
        runners = {language: Runner(journal, actions, world.speaking(language)) for language in LANGUAGES}
        known = {f"{one.app}.{one.name}": one for one in actions}
        talk = Talk(world.things("talk"), world.now)
        self.staff = Staff(reader, tuple(apps), journal, world, runners, known, talk)
        self.listeners: list[Listener] = []
        self._lock = threading.RLock()

    def do(self, text: str, person: str, *, source: str = PERSON) -> Reply:
        """Do what a sentence asks for, or ask back, or say why not.

        Args:
            source: "person" for what a person typed or spoke; else the name of what the text came from, which can
                start nothing.
        """
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise DataError("the text is no Unicode", expected="UTF-8", cure="say it again in UTF-8")
        if len(text) > LONGEST:
            raise DataError(f"{len(text)} characters at once", expected=f"at most {LONGEST}", cure="say it in parts")
        language = addressed(text)
        with self._lock:
            one = Command(self.staff, new_id(), text, person, source, language)
            facts = {"source": source, "language": language}
            self.staff.journal.append(Note("command", person, one.id, facts=facts, private={"text": text}))
            return self._told(Reply(one.id, text, language, one.said(), person))

    def answer(self, call: str, person: str, *, yes: bool, language: str = "en", source: str = PERSON) -> Reply:
        """Say yes or no to a call that waits. ApprovalError: nothing of this person waits under this id."""
        with self._lock:
            one = Command(self.staff, new_id(), "", person, source, language)
            return self._told(Reply(one.id, "", language, one.answered(call, yes), person))

    def undo(self, person: str, *, language: str = "en") -> Reply:
        """Take back the person's last effect that can be taken back."""
        with self._lock:
            one = Command(self.staff, new_id(), "", person, PERSON, language)
            return self._told(Reply(one.id, "", language, one.undone(), person))

    def sense(self, changes: Mapping[str, Value]) -> list[Outcome]:
        """Something changed without being told, such as a sensor: what standing rules do about it."""
        with self._lock:
            return fire(changes, self.staff.runners["en"])

    def recover(self) -> list[Part]:
        """End what a dead process left open; see Runner.recover. Call it once, at the start."""
        with self._lock:
            found = self.staff.runners["en"].recover()
        return [part_of(one, "en") for one in found]

    def waiting(self, person: str, *, language: str = "en") -> list[Part]:
        """What waits for the person's yes or no, oldest first."""
        return [
            Part(
                "ask",
                phrase(entry.facts["why"], language),
                intent=f"{entry.facts['app']}.{entry.facts['action']}",
                args=(entry.private or {}).get("args", {}),
                call=entry.call,
            )
            for entry in waiting(self.staff.journal, self.staff.world.now(), person)
        ]

    def forget(self, person: str) -> int:
        """Delete all texts of a person for ever; how many entries lost theirs."""
        with self._lock:
            self.staff.talk.forget(person)
            return self.staff.journal.forget(person)

    def _told(self, reply: Reply) -> Reply:
        for listener in self.listeners:
            try:
                listener(reply)
            except Exception as error:  # what was done is done, and its reply must arrive
                note = Note("event", reply.person, reply.command, facts={"untold": type(error).__name__})
                with contextlib.suppress(LingosError):
                    self.staff.journal.append(note)
        return reply
