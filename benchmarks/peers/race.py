"""What both races share: turns that are run one after the other, kept, and summed up.

A turn is one command of one side. Its record is kept in .bars/peers under a key of the command and of all files that it
runs, so that a race which was ended goes on where it stopped, and a peer need not run again because LingOS changed.

    >>> middle([3.0, None, 1.0]), middle([None])
    (2.0, None)
    >>> spread([0.9, 0.8])
    '85.0 (80.0 to 90.0)'
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.common import SCRATCH
from benchmarks.record import RESULTS, ROOT, save

__all__ = ["Record", "Turn", "check_rows", "counted", "in_turn", "mean", "middle", "publish", "run", "spread"]

Record = dict[str, Any]
COMMON = ("benchmarks/peers/common.py", "benchmarks/record.py", "constraints.txt")


@dataclass(frozen=True)
class Turn:
    """One run of one side. `module` is one of benchmarks.peers; `python` the interpreter that has its libraries."""

    side: str
    module: str
    arguments: tuple[str, ...]
    threads: int
    python: str = sys.executable

    @property
    def command(self) -> str:
        """What a person types to run this turn alone."""
        python = "python" if self.python == sys.executable else os.path.relpath(self.python, ROOT)
        return shlex.join([python, "-m", f"benchmarks.peers.{self.module}", *self.arguments])

    @property
    def place(self) -> Path:
        """Where the record is kept."""
        return SCRATCH / f"{self.module}-{hashlib.sha256((self.command + _files(self)).encode()).hexdigest()[:16]}.json"


def run(turn: Turn, fresh: bool = False) -> Record:
    """The turn's record: kept, or made now in a process of its own, so that peak memory is its own.

    Raises SystemExit where the run fails; what was finished before stays.
    """
    if turn.place.is_file() and not fresh:
        return dict(json.loads(turn.place.read_text(encoding="utf-8")))
    print(f"race: {turn.side}: {turn.command}", file=sys.stderr, flush=True)
    place = turn.place
    place.parent.mkdir(parents=True, exist_ok=True)
    command = [turn.python, "-m", f"benchmarks.peers.{turn.module}", *turn.arguments]
    settings = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(turn.threads), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(
            f"{turn.side} ended with code {done.returncode}\n  expected: one JSON record\n"
            f"  do now:   mend what is told above and run the race again: finished turns are kept\n"
            f"  turn:     {turn.command}"
        )
    record = dict(json.loads(done.stdout.splitlines()[-1]))
    save(place, record)
    return record


def in_turn(rounds: Sequence[Iterable[Record]]) -> bool:
    """Whether each round ended before the next one began: a machine that slows down then slows every side."""
    times = [sorted(record["provenance"]["began"] for record in records) for records in rounds]
    return all(before[-1] <= after[0] for before, after in itertools.pairwise(times))


def check_rows(records: Sequence[Record]) -> None:
    """SystemExit if two sides did not learn from the same rows."""
    found = {record["fingerprints"]["train"]: record["side"] for record in records}
    if len(found) > 1:
        raise SystemExit(
            f"the sides learned from different rows: {found}\n  expected: one fingerprint\n"
            "  do now:   run the race again with --fresh"
        )


def publish(name: str, result: Record, quick: bool) -> Path:
    """Write the result where the docs find it; that of a quick run goes to the scratch folder, where they do not."""
    path = (SCRATCH / "quick" if quick else RESULTS) / f"{name}.json"
    save(path, result)
    return path


# -- numbers ---------------------------------------------------------------------------------------------------------
def counted(values: Iterable[float | None]) -> list[float]:
    """The values that there are."""
    return [value for value in values if value is not None]


def middle(values: Iterable[float | None]) -> float | None:
    """The median of the values that there are; None without one."""
    found = counted(values)
    return round(statistics.median(found), 3) if found else None


def mean(values: Sequence[float]) -> float:
    """The mean, in points of a hundred."""
    return round(100 * statistics.fmean(values), 2)


def spread(values: Sequence[float]) -> str:
    """Mean, least and most of shares, in points of a hundred."""
    low, high = 100 * min(values), 100 * max(values)
    return f"{100 * statistics.fmean(values):.1f} ({low:.1f} to {high:.1f})"


def _files(turn: Turn) -> str:
    """Digest of the files that the turn runs: its script, what scripts share, and for LingOS the whole package."""
    own = [*COMMON, f"benchmarks/peers/{turn.module}.py"]
    paths = [ROOT / name for name in own]
    if turn.module == "lingos_side":
        paths += sorted((ROOT / "src" / "lingos").rglob("*.py"))
    state = hashlib.sha256()
    for path in paths:
        state.update(path.read_bytes())
    return state.hexdigest()
