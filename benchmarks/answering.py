"""`python benchmarks/answering.py [--home FOLDER]`: how long a person waits for `lingos do`, and what memory it takes.

Trains the assistant (or takes the one in FOLDER), then prints one JSON document: `cold`, wall seconds of
`lingos do SENTENCE` in fresh processes, the best of seven; `warm`, processor milliseconds of one sentence in a warm
process with one thread, median and 95th percentile of 200; `resident`, MB of that process, and how much of it is gone
where the same sentences are read without skill and trunk; `heavy`, how many of torch and transformers it has imported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lingos.cli.household import Household
from lingos.cli.options import TrainOptions
from lingos.cli.training import train

SENTENCES = Path(__file__).parent / "sentences"
RUNS, WARM, SAID = 7, 20, 200
ASKED = ("switch the lamp in the kitchen on for me", "客厅太暗了，帮我把灯打开")
CHILD = """
import json, sys, time
from pathlib import Path
import numpy, onnxruntime, tokenizers
from lingos.cli.household import Household, owner
own, texts, me, took = Household(Path(sys.argv[1])), json.loads(sys.argv[2]), owner(), []
if sys.argv[3] == "without":
    own.reader.name = "nothing"
for text in texts:
    began = time.process_time()
    own.assistant.do(text, me)
    took.append(1000 * (time.process_time() - began))
kept = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")][0]
heavy = sum(name in sys.modules for name in ("torch", "transformers"))
print(json.dumps({"took": took, "mb": int(kept.split()[1]) / 1024, "heavy": heavy}))
"""


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="where a trained assistant lies")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        if not Household(home).store.versions("understanding"):
            train(Household(home), TrainOptions())
        json.dump({"cold": _cold(home), **_warm(home)}, sys.stdout, ensure_ascii=False)


def _cold(home: Path) -> dict[str, float]:
    environment = {**os.environ, "LINGOS_HOME": str(home), "OMP_NUM_THREADS": "1"}
    found: dict[str, float] = {}
    for language, text in zip(("en", "zh"), ASKED, strict=True):
        runs = []
        for _ in range(RUNS):
            began = time.perf_counter()
            subprocess.run(
                ["lingos", "do", text],
                env=environment,
                check=False,
                stdout=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            )
            runs.append(time.perf_counter() - began)
        found[language] = round(min(runs), 3)
    return {**found, "worst": max(found.values())}


def _warm(home: Path) -> dict[str, Any]:
    texts = [row["text"] for file in sorted(SENTENCES.glob("*.jsonl")) for row in _read(file)[: SAID // 4]]
    full, empty = (_child(home, [*ASKED * (WARM // 2), *texts], skill) for skill in ("with", "without"))
    took = sorted(full["took"][WARM:])
    return {
        "warm": {"p50": round(took[len(took) // 2], 2), "p95": round(took[int(0.95 * len(took))], 2)},
        "resident": {"process": round(full["mb"], 1), "skill and trunk": round(full["mb"] - empty["mb"], 1)},
        "heavy": full["heavy"],
    }


def _child(home: Path, texts: list[str], skill: str) -> dict[str, Any]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", CHILD, str(home), json.dumps(texts), skill],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
