"""`python benchmarks/understanding.py [--base NAME] [--sentences FILE ...]`: is the assistant right, and is it quiet?

Trains it from the phrases of its apps, as `lingos assistant train` does, and says the sentences of
benchmarks/sentences to it, which were written by others and taught nothing. Prints one JSON document: by language and
kind what came of them, the share of commands that were wholly right, and of the others the share that changed
something, each with its 95 % interval. `--show wrong` lists the sentences with that result on standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lingos.assistant.play import Played, counted, play
from lingos.cli.household import Household, owner
from lingos.cli.options import TrainOptions
from lingos.cli.training import train
from lingos.evaluation.intervals import wilson

SENTENCES = Path(__file__).parent / "sentences"  # by others who had not seen the rules; half of those that must not act
SEEN = Path(__file__).parents[1] / "examples" / "loop"  # by which the rules were made
NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default=TrainOptions().base)
    parser.add_argument("--method", default="top")
    parser.add_argument("--each", type=int, default=TrainOptions().each, help="sentences of each phrase")
    parser.add_argument("--set", action="append", default=[], help="method settings")
    parser.add_argument("--home", type=Path, help="keep the assistant there; one that is there is not trained again")
    parser.add_argument("--sentences", type=Path, action="append", default=[], help="other files of sentences")
    parser.add_argument("--show", action="append", default=[], help="list the sentences with this result")
    options = parser.parse_args()
    files = options.sentences or [*sorted(SENTENCES.glob("*.jsonl")), *sorted(SEEN.glob("dev_no_act*.jsonl"))]
    with tempfile.TemporaryDirectory() as folder:
        own = Household(options.home or Path(folder), clock=lambda: NOW)
        facts = _trained(own, options)
        played = play(own.assistant, [row for file in files for row in _read(file)], owner())
    for one in played:
        if one.result in options.show:
            sys.stderr.write(f"{one.result} {one.kind}: {one.text} -> {', '.join(one.intents)}: {one.said}\n")
    json.dump({**facts, **_told(played)}, sys.stdout, indent=1, ensure_ascii=False)


def _trained(own: Household, options: argparse.Namespace) -> dict[str, Any]:
    if own.store.versions("understanding"):
        return {}
    told = TrainOptions(base=options.base, method=options.method, each=options.each, set=options.set)
    began, spent = time.perf_counter(), time.process_time()
    found = train(own, told)
    seconds = {"wall seconds": time.perf_counter() - began, "processor seconds": time.process_time() - spent}
    return {"rows": found.rows, **{name: round(one, 1) for name, one in seconds.items()}, "own rows": found.score}


def _told(played: list[Played]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for language, kinds in counted(played).items():
        own = {kind: dict(results) for kind, results in sorted(kinds.items())}
        commands = kinds.get("command", Counter())
        idle = sum((results for kind, results in kinds.items() if kind != "command"), Counter[str]())
        found[language] = {
            "commands right": _share(commands["right"], commands.total()),
            "false actuations": _share(idle["false"], idle.total()),
            "by kind": own,
        }
    idle = Counter(one.result for one in played if one.kind != "command")
    return {**found, "false actuations": _share(idle["false"], idle.total())}


def _share(count: int, of: int) -> dict[str, Any]:
    interval = wilson(count, of)
    bounds = [round(interval.low, 4), round(interval.high, 4)]
    return {"share": round(count / max(of, 1), 4), "interval": bounds, "of": of}


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
