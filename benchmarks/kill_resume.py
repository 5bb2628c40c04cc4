"""Kill -9 at ten random steps, resume, and compare the SHA-256 of the final weights with that of an uninterrupted run.

    python benchmarks/kill_resume.py [--seed 0] [--kills 10] [--rows 256] [--method top]

Each run is a process of its own on the embedded MiniLM and rows of examples/data/tickets_en.csv; the parent sends
SIGKILL as soon as the child says that it has done the step, so that some kills fall into the writing of the state.
Prints one JSON document: {"equal": n, "of": 10, ...}.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
TICKETS = ROOT / "examples" / "data" / "tickets_en.csv"


def child(folder: Path, rows: int, name: str) -> None:
    """One run: a line for each step done, then the digest of the weights."""
    import numpy as np
    import torch

    from lingos.backbones.text import load
    from lingos.contracts import Example
    from lingos.methods.base import method
    from lingos.settings import parse
    from lingos.tasks.base import task
    from lingos.training import loop
    from lingos.training.corpus import Corpus
    from lingos.training.fit import Watch, fit

    torch.set_num_threads(1)
    loop.STATE_SECONDS = -1.0  # a state after every step

    def log(step: int, numbers: Mapping[str, float]) -> None:
        print(step, flush=True)

    with TICKETS.open(encoding="utf-8", newline="") as file:
        found = [Example({"text": row["text"]}, row["label"], str(k)) for k, row in enumerate(csv.DictReader(file))]
    kind, found = task("classify"), found[:rows]
    corpus = Corpus(found, kind, kind.schema(found), load("default"), max_length=32, home=folder / "home")
    settings = parse(method(name).Settings, {"epochs": 3, "batch_rows": 32}, "kill_resume")
    fitted = fit(corpus, method(name), settings, np.arange(len(found)), 0, Watch(folder / "run", log=log))
    state = hashlib.sha256()
    assert fitted.branch is not None
    for key, tensor in sorted(fitted.branch.tensors().items()):
        state.update(key.encode() + tensor.contiguous().numpy().tobytes())
    print(state.hexdigest(), flush=True)


def run(folder: Path, options: argparse.Namespace, die: int | None = None) -> tuple[str, int]:
    """(last line, steps done in this process); with `die` the process is killed when it has done that step."""
    command = [
        sys.executable,
        __file__,
        "--child",
        str(folder),
        "--rows",
        str(options.rows),
        "--method",
        options.method,
    ]
    path = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    last, steps = "", 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last, steps = line.strip(), steps + line.strip().isdigit()
            if die is not None and last == str(die):
                process.send_signal(signal.SIGKILL)
        code = process.wait()
    if code != (0 if die is None else -signal.SIGKILL):
        raise SystemExit(f"the child ended with {code}")
    return last, steps


def main() -> None:
    """The uninterrupted run, then kill and resume as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--method", default="top")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.rows, options.method)
        return
    with tempfile.TemporaryDirectory() as scratch:
        whole, steps = run(Path(scratch) / "whole", options)
        kills = random.Random(options.seed).choices(range(1, steps), k=options.kills)
        runs = []
        for number, kill in enumerate(kills):
            folder = Path(scratch) / str(number)
            run(folder, options, kill)
            digest, left = run(folder, options)
            runs.append({"killed_at": kill, "steps_after": left, "equal": digest == whole})
            print(runs[-1], file=sys.stderr)
    equal = sum(bool(one["equal"]) for one in runs)
    print(
        json.dumps(
            {"equal": equal, "of": len(runs), "method": options.method, "sha256": whole, "steps": steps, "runs": runs}
        )
    )


if __name__ == "__main__":
    main()
