"""A desk for tests: an assistant on a new house, without a trained skill."""

from __future__ import annotations

from pathlib import Path

from lingos.apps.base import app
from lingos.assistant.assistant import Assistant
from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.grants import granted
from lingos.assistant.understanding.reader import Reader
from lingos.assistant.world.house import House
from lingos.assistant.world.world import LiveWorld
from lingos.store.store import Store
from lingos.studio.desk import Desk, desk


def made(folder: Path) -> Desk:
    """Ana's desk; she may do everything."""
    journal = Journal(folder / "journal.sqlite")
    journal.append(granted("ana", "*", "irreversible", "setup"))
    world = LiveWorld(journal.engine, {"house": House(journal.engine)})
    reader = Reader()
    assistant = Assistant(lambda: reader, [app("home"), app("desk")], journal, world)
    return desk(assistant, "ana", Store(folder / "home"))
