"""What is kept for a time rings: at its time, late, once, and after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("apscheduler", reason="pip install 'lingos[assistant]'")

from tests.assistant.made import START, Made

from lingos.apps.base import App
from lingos.apps.desk import Desk
from lingos.assistant.clock import Clock, Ring
from lingos.assistant.journal.entry import Entry, Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.moments import moments
from lingos.assistant.runner import Runner
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Call, Value

ROOT = Path(__file__).parents[2]
REAL = 0.4  # seconds


class Eggs(App):
    """Eggs that are done at a time."""

    name = "eggs"

    def moments(self, things: Mapping[str, Value]) -> Mapping[str, tuple[datetime, str]]:
        return {key: (datetime.fromisoformat(one["at"]), one["text"]) for key, one in things.items()}


class Kitchen(Made):
    """Eggs on a clock that one sets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rings: list[Ring] = []
        self.bell = self.another()

    def another(self) -> Clock:
        """The clock of another process, in time."""
        bell = Clock([Eggs(), Desk()], self.world, self.journal)
        bell.listeners.append(self.rings.append)
        return bell

    def boil(self, name: str, at: datetime | str) -> None:
        told = at if isinstance(at, str) else at.isoformat()
        self.world.things("eggs").apply({name: {"at": told, "text": f"{name} is done"}}, f"boil {name} {told}")

    def left(self) -> list[str]:
        return [*self.world.things("eggs").read()]

    def events(self, what: str = "rang") -> list[Entry]:
        return [one for one in self.journal.entries(kinds=("event",)) if one.facts["what"] == what]


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    made = Kitchen(tmp_path)
    yield made
    made.bell.stop()


def test_what_is_due_rings_once_the_oldest_first(kitchen: Kitchen) -> None:
    for name, minutes in (("egg 1", 5), ("egg 2", 3), ("egg 3", 60)):
        kitchen.boil(name, START + timedelta(minutes=minutes))
    assert kitchen.bell.ring_due() == []
    kitchen.clock.later(minutes=5)
    assert [one.id for one in kitchen.bell.ring_due()] == ["egg 2", "egg 1"]
    assert kitchen.bell.ring_due() == kitchen.another().ring_due() == []
    assert kitchen.rings == [
        Ring("egg 2", "egg 2 is done", START + timedelta(minutes=3), late=True),
        Ring("egg 1", "egg 1 is done", START + timedelta(minutes=5), late=False),
    ]
    assert kitchen.left() == ["egg 3"] and len(kitchen.events()) == 2
    assert kitchen.journal.verify()[2] == []


def test_what_came_due_while_nothing_ran_is_late(kitchen: Kitchen) -> None:
    kitchen.boil("egg 1", START - timedelta(seconds=1))
    kitchen.bell.start()
    assert [(one.id, one.late) for one in kitchen.rings] == [("egg 1", True)]
    assert kitchen.rings[0].told("en") == "reminder of 2026-11-25 19:59, late: egg 1 is done"
    assert kitchen.events()[0].facts["late"] is True


def test_a_reminder_knows_whose_it_is(kitchen: Kitchen) -> None:
    desk = type("Ringing", (Desk,), {"moments": Eggs.moments})()
    runner = Runner(kitchen.journal, Desk().actions, kitchen.world)
    runner.propose(Call("call1", "desk", "timer", {"length": 60.0}, "ana"), command="c")
    bell = Clock([desk], kitchen.world, kitchen.journal)
    kitchen.clock.later(minutes=1)
    assert [(one.id, one.person, one.late) for one in bell.ring_due()] == [("reminder call1", "ana", False)]
    event = kitchen.events()[0]
    assert (event.call, event.person, event.private) == ("call1", "ana", {"text": "the timer is over"})
    undone = runner.undo("ana", command="c")
    assert undone is not None and undone.kind == "refused", "what rang does not come back"
    kitchen.journal.forget("ana")
    assert kitchen.events()[0].private is None and kitchen.journal.verify()[2] == []


def test_moved_and_removed_before_its_time(kitchen: Kitchen) -> None:
    kitchen.boil("egg 1", START + timedelta(minutes=1))
    kitchen.boil("egg 2", START + timedelta(minutes=1))
    kitchen.boil("egg 1", START + timedelta(minutes=9))
    kitchen.world.things("eggs").apply({"egg 2": None}, "eaten")
    kitchen.clock.later(minutes=2)
    assert kitchen.bell.ring_due() == []
    kitchen.clock.later(minutes=8)
    assert [one.id for one in kitchen.bell.ring_due()] == ["egg 1"]
    kitchen.boil("egg 1", kitchen.clock() + timedelta(minutes=1))  # the same name once more
    kitchen.clock.later(minutes=1)
    assert [one.id for one in kitchen.bell.ring_due()] == ["egg 1"] and kitchen.left() == []


def test_a_time_without_zone_is_the_worlds(kitchen: Kitchen) -> None:
    kitchen.boil("egg 1", "2026-11-25T20:01:00")
    assert moments([Eggs()], kitchen.world)[0].at == START + timedelta(minutes=1)


def test_one_deaf_listener_keeps_no_other_from_hearing_it(kitchen: Kitchen) -> None:
    kitchen.bell.listeners.insert(0, lambda ring: 1 / 0)
    kitchen.boil("egg 1", START)
    kitchen.bell.ring_due()
    assert len(kitchen.rings) == 1 and kitchen.left() == []
    assert kitchen.events("untold")[0].facts["why"] == "ZeroDivisionError"


def test_who_can_not_remove_does_not_ring_for_ever(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen.boil("egg 1", START)
    with monkeypatch.context() as patch:
        patch.setattr(kitchen.world.things("eggs"), "apply", lambda changes, key: False)
        kitchen.bell.ring_due()
        kitchen.bell.ring_due()
    assert len(kitchen.rings) == 1 and kitchen.left() == ["egg 1"]
    kitchen.bell.ring_due()
    assert len(kitchen.rings) == 1 and kitchen.left() == []


def test_cut_off_before_it_was_removed_is_told_again_and_journalled_once(kitchen: Kitchen) -> None:
    facts = {"what": "rang", "app": "eggs", "thing": "egg 1", "at": START.isoformat(), "late": False}
    kitchen.boil("egg 1", START)
    kitchen.journal.append(Note("event", "", facts=facts))
    assert len(kitchen.bell.ring_due()) == 1
    assert len(kitchen.events()) == 1 and kitchen.left() == []


class Live:
    """Eggs in real time."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder / "journal.sqlite")
        self.world = LiveWorld(self.journal.engine)
        self.bell = Clock([Eggs()], self.world, self.journal)
        self.heard: list[tuple[str, bool]] = []
        self.rang = threading.Semaphore(0)
        self.bell.listeners.append(self._hear)

    def _hear(self, ring: Ring) -> None:
        self.heard.append((ring.id, ring.late))
        self.rang.release()

    def boil(self, name: str, seconds: float) -> None:
        at = (self.world.now() + timedelta(seconds=seconds)).isoformat()
        self.world.things("eggs").apply({name: {"at": at, "text": name}}, f"boil {name} {at}")
        self.bell.look()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    yield made
    made.bell.stop()


def test_in_real_time(live: Live) -> None:
    live.boil("egg 1", REAL)
    live.bell.start()
    live.boil("egg 2", 2 * REAL)
    live.boil("egg 3", REAL / 2)
    for _ in range(3):
        assert live.rang.acquire(timeout=5)
    live.bell.stop()
    assert live.heard == [("egg 3", False), ("egg 1", False), ("egg 2", False)]
    assert live.world.things("eggs").read() == {}


def test_a_slow_listener_delays_no_wake_up_for_ever(live: Live) -> None:
    live.bell.listeners.insert(0, lambda ring: time.sleep(REAL))
    live.bell.start()
    for number in range(3):
        live.boil(f"egg {number}", 0.05 * number)
    for _ in range(3):
        assert live.rang.acquire(timeout=5)


def test_what_comes_due_while_it_rings_is_not_forgotten(live: Live) -> None:
    live.bell.listeners.append(lambda ring: live.boil("egg 2", 0.0) if ring.id == "egg 1" else None)
    live.bell.start()
    live.boil("egg 1", 0.05)
    for _ in range(2):
        assert live.rang.acquire(timeout=5)


def test_it_tries_again_after_the_database_did_not_answer(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    append, fails = live.journal.append, [True]

    def sometimes(*notes: Note) -> Any:
        if fails.pop() if fails else False:
            raise OSError("the disk is full")
        return append(*notes)

    monkeypatch.setattr(live.journal, "append", sometimes)
    monkeypatch.setattr("lingos.assistant.clock.AGAIN", timedelta(seconds=0.1))
    live.bell.start()
    live.boil("egg 1", 0.05)
    assert live.rang.acquire(timeout=5) and not fails


def test_what_another_process_keeps_rings_without_being_told(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lingos.assistant.clock.LONGEST_WAIT", timedelta(seconds=0.1))
    live.bell.start()
    other = Live(tmp_path)
    time.sleep(REAL)
    assert list(live.journal.entries()) == [], "to look writes nothing"
    other.boil("egg 1", 0.0)
    assert live.rang.acquire(timeout=5) and live.heard == [("egg 1", False)]


def test_a_clock_that_is_set_is_honoured(kitchen: Kitchen) -> None:
    rang = threading.Event()
    kitchen.bell.listeners.append(lambda ring: rang.set())
    kitchen.bell.start()
    kitchen.boil("egg 1", START + timedelta(hours=1))
    kitchen.bell.look()
    assert not rang.wait(0.1)
    kitchen.clock.later(hours=1)
    kitchen.bell.look()
    assert rang.wait(5)


# A process that is killed: while it waits, or after it told and before it removed what rang.
KILLED = """
import os, signal, sys, time
from pathlib import Path
from tests.assistant.test_clock import Live
live = Live(Path(sys.argv[1]))
if sys.argv[2] == "telling":
    live.bell.listeners.append(lambda ring: os.kill(os.getpid(), signal.SIGKILL))
live.bell.start()
live.boil("egg 1", 0.1 if sys.argv[2] == "telling" else 1.0)
print("boiling", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("when", ["telling", "waiting"])
def test_killed_and_started_again_it_rings(tmp_path: Path, when: str) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), when], env=env, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "boiling\n"
        if when == "waiting":
            process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    live = Live(tmp_path)
    assert [*live.world.things("eggs").read()] == ["egg 1"], "nothing is lost"
    at = moments([Eggs()], live.world)[0].at
    time.sleep(max(0.0, (at - live.world.now()).total_seconds()))
    live.bell.start()
    live.bell.stop()
    assert live.heard == [("egg 1", True)] and live.world.things("eggs").read() == {}
    assert len(list(live.journal.entries(kinds=("event",)))) == 1 and live.journal.verify()[2] == []
    again = Live(tmp_path)
    again.bell.start()
    again.bell.stop()
    assert again.heard == []
