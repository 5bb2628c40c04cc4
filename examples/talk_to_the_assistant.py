"""Talk to the assistant from Python: it acts, takes back, asks before what has no way back, and keeps a journal."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lingos.assistant.history import history
from lingos.cli.household import Household, owner

SAID = ("turn on the kitchen light", "and the study too", "undo that", "把厨房的灯关掉", "unlock the front door", "yes")


def main() -> None:
    """A house of its own in an empty folder; no skill is needed for sentences that the apps have word for word."""
    with tempfile.TemporaryDirectory() as folder:
        home = Household(Path(folder))
        for text in SAID:
            for part in home.assistant.do(text, owner()).parts:
                print(f"{text}\n    {part.kind}: {part.said}")
        for one in history(home.journal):
            print(one.text, [f"{call['action']} {call['status']}" for call in one.calls.values() if "action" in call])
        entries, digest, faults = home.journal.verify()
        print(f"{entries} entries, last digest {digest[:8]}, {len(faults)} faults")


if __name__ == "__main__":
    main()
