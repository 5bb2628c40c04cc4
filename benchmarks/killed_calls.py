"""`python benchmarks/killed_calls.py [KILLS]`: kill -9 while calls run, and count what happened to the world.

A witness, a process of its own behind a Unix socket, is the device: it carries out and counts. A worker runs calls one
after the other; half of them carry a key that the witness knows, half do not. The worker is killed at a random moment;
of every five one dies between the effect and the entry that tells of it: the witness kills it then. After each death a
new worker starts with `recover`. At the end the journal is held against the witness. One JSON document:

    twice    calls that happened more than once
    lost     effects that no call in the journal tells of, and calls whose end is not written
    wrong    calls that are told "done" and did not happen, or told "failed" and did
    unknown  calls that nobody knows of: with a key there is none
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from lingos.assistant.journal.journal import Journal
from lingos.assistant.policy.grants import granted
from lingos.assistant.runner import Runner, new_id
from lingos.assistant.world.world import LiveWorld
from lingos.contracts import Call, Change, Effect, Preview, Risk, World

KILLS = 1000
LONGEST = 0.15  # seconds of a worker's life after it has opened the journal, at most
PATIENCE = 60  # seconds
BETWEEN = 5  # of so many workers one dies between the effect and its entry


class Ring:
    """Rings the witness's bell. `once`: the witness is told the call's id, and rings once for each."""

    app = "bell"
    risk: Risk = "reversible"
    look = "the bell"

    def __init__(self, once: bool, where: Path) -> None:
        self.once, self.where = once, where
        self.name = "ring_once" if once else "ring"

    def preview(self, call: Call, world: World) -> Preview:
        return Preview("it rings", (Change("bell", 0, 1),))

    def run(self, call: Call, world: World) -> Effect:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.where))
            line.sendall(json.dumps({"id": call.id, "once": self.once, "pid": os.getpid()}).encode())
            line.recv(1)
        return Effect("done", "it rang")

    def inverse(self, call: Call, effect: Effect) -> None:
        return None


def main() -> int:
    """Kill, count, print. 1 = something happened twice, was lost, or is told wrongly."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        witness = _forked(_witness, place)
        while not (place / "ready").exists():
            time.sleep(0.01)
        Journal(place / "journal.sqlite").append(granted("ana", "*", "irreversible", "setup"))
        chance = random.Random(0)
        for turn in range(kills):
            _one_life(place, chance, kill_between=turn % BETWEEN == 0)
        _worker(place)  # the last recovery
        os.kill(witness, signal.SIGTERM)
        os.waitpid(witness, 0)
        found = _told(place, kills)
    print(json.dumps(found, indent=1))
    return int(bool(found["twice"] or found["lost"] or found["wrong"] or found["chain"]))


def _one_life(place: Path, chance: random.Random, kill_between: bool) -> None:
    (place / "deadly").touch() if kill_between else (place / "deadly").unlink(missing_ok=True)
    reader, writer = os.pipe()
    worker = _forked(lambda where: _worker(where, writer), place)
    os.close(writer)
    os.read(reader, 1)  # it has opened the journal
    os.close(reader)
    if not kill_between:
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(worker, signal.SIGKILL)
    _ended(worker)


def _ended(worker: int) -> None:
    """Wait for a death that must come; without a witness a worker would live for ever."""
    late = time.monotonic() + PATIENCE
    while os.waitpid(worker, os.WNOHANG)[0] == 0:
        if time.monotonic() > late:
            os.kill(worker, signal.SIGKILL)
            sys.exit(f"a worker lived longer than {PATIENCE} seconds: the witness is gone")
        time.sleep(0.001)


def _forked(work: Any, place: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            work(place)
        finally:
            os._exit(0)
    return child


def _worker(place: Path, ready: int | None = None) -> None:
    """Recover; with somebody to tell that it is `ready`, then ring for ever."""
    journal = Journal(place / "journal.sqlite")
    if ready is not None:
        os.write(ready, b"1")
    runner = Runner(journal, [Ring(True, place / "bell"), Ring(False, place / "bell")], LiveWorld(journal.engine))
    runner.recover()
    turn = 0
    while ready is not None:
        turn += 1
        name = "ring_once" if turn % 2 else "ring"
        runner.propose(Call(new_id(), "bell", name, {}, "ana"), command="c")


def _witness(place: Path) -> None:
    """Rings, writes it down, and where it is told so kills whoever asked before it can write anything."""
    rung: set[str] = set()
    with socket.socket(socket.AF_UNIX) as door, (place / "rung").open("a", buffering=1) as book:
        door.bind(str(place / "bell"))
        door.listen()
        (place / "ready").touch()
        while True:
            line, _ = door.accept()
            with line, contextlib.suppress(ConnectionError):  # who asked may be dead by now
                asked = json.loads(line.recv(1000) or b"{}")
                if not asked:
                    continue
                if not (asked["once"] and asked["id"] in rung):
                    rung.add(asked["id"])
                    book.write(asked["id"] + "\n")
                if (place / "deadly").exists():
                    with contextlib.suppress(ProcessLookupError):  # one that died while it waited
                        os.kill(asked["pid"], signal.SIGKILL)
                        (place / "deadly").unlink(missing_ok=True)
                    continue
                line.sendall(b"1")


def _told(place: Path, kills: int) -> dict[str, Any]:
    journal = Journal(place / "journal.sqlite")
    rung = Counter((place / "rung").read_text().split())
    calls = {one.call: one.facts["action"] for one in journal.entries(kinds=("call",))}
    ended = {one.call: one.facts["status"] for one in journal.entries(kinds=("effect",))}
    count, _, faults = journal.verify()
    return {
        "kills": kills,
        "calls": len(calls),
        "rung": sum(rung.values()),
        "twice": sum(times > 1 for times in rung.values()),
        "lost": len(set(rung) - set(calls)) + len(set(calls) - set(ended)),
        "wrong": sum((status == "done") != (call in rung) for call, status in ended.items() if status != "unknown"),
        "unknown": sum(status == "unknown" for status in ended.values()),
        "unknown with a key": sum(s == "unknown" for call, s in ended.items() if calls[call] == "ring_once"),
        "unknown that rang": sum(status == "unknown" and call in rung for call, status in ended.items()),
        "entries": count,
        "chain": faults,
    }


if __name__ == "__main__":
    sys.exit(main())
