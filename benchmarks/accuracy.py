"""`python benchmarks/accuracy.py DATA [--effort E] [--method M] [--shots K] [--seeds N]`: scores of `lingos tune`.

One `lingos tune` a seed, in a process of its own, on the published train and test split; processor seconds are the
process's own. Prints one JSON document: each seed's result, the mean, and the gain over the frozen rung.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("LINGOS_DATA") or Path(__file__).parent.parent.parent / "shared" / "data")
FROZEN = ("logistic", "head", "prototype")


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(os.environ.get("LINGOS_HOME") or scratch)
        train, test = (_file(arguments.data, part) for part in ("train", "test"))
        if arguments.unseen:
            test = _without(test, train, Path(scratch) / "test.jsonl")
        runs = [_tune(arguments, train, test, seed, home) for seed in range(arguments.seeds)]
    scores = [100 * run["score"] for run in runs]
    spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
    found = {"data": arguments.data, "mean": statistics.mean(scores), "sd": spread, "runs": runs}
    found["cpu_seconds"] = max(run["cpu_seconds"] for run in runs)
    json.dump(found, sys.stdout, indent=1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--effort", default="normal")
    parser.add_argument("--method", default="auto")
    parser.add_argument("--shots", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--unseen", action="store_true", help="leave out test texts that are also in train")
    return parser.parse_args()


def _file(data: str, part: str) -> Path:
    found = sorted((DATA / data).glob(f"{part}.jsonl*"))
    if not found:
        raise SystemExit(f"no {part} rows of {data} in {DATA}; set LINGOS_DATA")
    return found[0]


def _without(test: Path, train: Path, out: Path) -> Path:
    seen = {json.loads(line)["text"] for line in train.open(encoding="utf-8")}
    kept = [line for line in test.open(encoding="utf-8") if json.loads(line)["text"] not in seen]
    out.write_text("".join(kept), encoding="utf-8")
    return out


def _tune(arguments: argparse.Namespace, train: Path, test: Path, seed: int, home: Path) -> dict[str, Any]:
    command = ["lingos", "tune", str(train), "--test", str(test), "--name", f"{arguments.data}-{seed}", "--json"]
    command += ["--effort", arguments.effort, "--method", arguments.method, "--seed", str(seed)]
    command += ["--shots", str(arguments.shots)] if arguments.shots else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "LINGOS_HOME": str(home)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(done.stdout)
    primary = told["test"]["primary"]
    frozen = [rung["score"] for rung in told["ladder"] if rung["method"] in FROZEN and "score" in rung]
    return {
        "seed": seed,
        "method": told["method"],
        "reason": told["reason"],
        "score": primary["value"],
        "low": primary["low"],
        "high": primary["high"],
        "frozen_out_of_fold": max(frozen, default=None),
        "ladder": told["ladder"],
        "wall_seconds": told["seconds"],
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


if __name__ == "__main__":
    main()
