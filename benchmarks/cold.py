"""`python benchmarks/cold.py`: how long a person waits for `lingos --help` and for the first `lingos predict`.

Tunes a `head` skill on banking77, then asks in fresh processes, the best of seven: wall, user and processor seconds;
`heavy`: how many of torch and transformers were imported by `predict`. Prints one JSON document.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("LINGOS_DATA") or Path(__file__).parent.parent.parent / "shared" / "data")
RUNS = 7
MODULES = """
import sys
from lingos.cli.main import main
sys.argv = ["lingos", "predict", "cold", "where is my card?", "--json"]
try:
    main()
except SystemExit:
    pass
print(sum(name in sys.modules for name in ("torch", "transformers")), file=sys.stderr)
"""


def main() -> None:
    """Print the document."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "LINGOS_HOME": home}
        tune = ["lingos", "tune", str(DATA / "banking77" / "train.jsonl"), "--name", "cold", "--method", "head"]
        subprocess.run([*tune, "--effort", "quick"], env=environment, check=True, stdout=subprocess.DEVNULL)
        found = {"help": _best(["lingos", "--help"], environment)}
        found["predict"] = _best(["lingos", "predict", "cold", "where is my card?", "--json"], environment)
        told = subprocess.run(
            [sys.executable, "-c", MODULES], env=environment, capture_output=True, text=True, check=True
        )
        json.dump({**found, "heavy": int(told.stderr.splitlines()[-1])}, sys.stdout)


def _best(command: Sequence[str], environment: dict[str, str]) -> dict[str, Any]:
    runs = [_once(command, environment) for _ in range(RUNS)]
    return {name: round(min(run[name] for run in runs), 3) for name in ("wall", "user", "cpu")}


def _once(command: Sequence[str], environment: dict[str, str]) -> dict[str, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    user = after.ru_utime - before.ru_utime
    return {"wall": wall, "user": user, "cpu": user + after.ru_stime - before.ru_stime}


if __name__ == "__main__":
    main()
