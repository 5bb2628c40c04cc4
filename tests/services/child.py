"""A process of its own that writes: `child.py append|apply URL NAME COUNT`. Starts when a line comes in, prints what
came of it."""

from __future__ import annotations

import sys

from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.world.kept import Kept


def main() -> None:
    what, url, name, count = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    journal = Journal(url)
    kept = Kept(journal.engine, "shared")
    for place in range(int(count)):
        if what == "append":
            journal.append(Note("command", name, f"{name}{place}", private={"text": f"灯 {place}"}))
        else:
            print(int(kept.apply({"who": name, "when": place, name: place}, f"key {place}")), flush=True)
    journal.engine.dispose()


main()
