"""The assistant of this machine, put together: journal, world, apps, reader. All channels open it here."""

from __future__ import annotations

import getpass
import os
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path

from lingos.apps.base import App, app, names, sound
from lingos.assistant.assistant import Assistant
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.grants import ALL, Grants, granted
from lingos.assistant.understanding.reader import Reader
from lingos.assistant.world.house import House
from lingos.assistant.world.world import LiveWorld
from lingos.cli.console import line
from lingos.errors import LingosError, missing, unwritable
from lingos.home import default_home
from lingos.inference import open_session
from lingos.store.store import Store

__all__ = ["SKILL", "Current", "Household", "owner"]

SKILL = "understanding"  # its name in the store
JOURNAL = "LINGOS_JOURNAL"  # a database URL in place of the file


class Household:
    """Everything that the assistant of one home folder is made of; each part is opened when it is first wanted."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        tell: Callable[[str], None] = line,
    ) -> None:
        self.tell = tell
        self.home = home or default_home()
        self.folder = self.home / "assistant"
        self.clock = clock

    @cached_property
    def store(self) -> Store:
        """The skills."""
        return Store(self.home)

    @cached_property
    def journal(self) -> Journal:
        """The journal; the one who opens it first may do everything."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise unwritable(self.folder, error) from error
        told = os.environ.get(JOURNAL)
        journal = Journal(told or self.folder / "journal.sqlite")
        if not journal.tail(1):
            journal.append(granted(owner(), ALL, "irreversible", "setup"))
        return journal

    @property
    def grants(self) -> Grants:
        """Who may do what now."""
        return Grants.read(self.journal.entries(kinds=("grant",)))

    @cached_property
    def house(self) -> House:
        """The simulated house."""
        return House(self.journal.engine)

    @cached_property
    def world(self) -> LiveWorld:
        """What the apps act on."""
        return LiveWorld(self.journal.engine, {"house": self.house}, clock=self.clock)

    @cached_property
    def apps(self) -> list[App]:
        """All apps that are installed; one that can not be read is told of and left out, and hinders no other."""
        found = []
        for name in names():
            try:
                found.append(sound(app(name)))
            except Exception as error:
                if os.environ.get("LINGOS_DEBUG"):
                    raise
                told = missing(error) or (error if isinstance(error, LingosError) else repr(error))
                self.tell(f"the app '{name}' is left out: {' '.join(str(told).split())}")
        return found

    @cached_property
    def reader(self) -> Current:
        """Reads with the version of the skill that is in use."""
        return Current(self.store)

    @cached_property
    def assistant(self) -> Assistant:
        """The assistant."""
        return Assistant(self.reader, self.apps, self.journal, self.world)

    @property
    def socket(self) -> Path:
        """Where a warm assistant answers."""
        return self.folder / "socket"


class Current:
    """The reader with the version that `understanding` means in the store now; opened again when that changes."""

    def __init__(self, store: Store, name: str = SKILL) -> None:
        self.store, self.name = store, name
        self.ref = ""
        self._reader, self._lock = Reader(), threading.Lock()

    def __call__(self) -> Reader:
        """The reader for the next command; it keeps answering with the old version until the new one is open."""
        with self._lock:
            ref = str(self.store.resolve(self.name)) if self.store.versions(self.name) else ""
            if ref != self.ref:
                skill = open_session(self.store.get(ref), self.store) if ref else None
                self._reader, self.ref = Reader(skill), ref
            return self._reader


def owner() -> str:
    """The person at this machine."""
    return getpass.getuser()
