"""`python benchmarks/joint.py DATA [METHOD] [NAME=VALUE ...] [--base NAME]`: intent and slots at once.

Tunes on the data set's training rows and prints one JSON document: the share of right intents, F1 of the slots that
stand in the text, the shares of rows with all of them, with all implied values, and with everything right, each with
its 95 % interval. Choose settings by `--split validation`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import lingos

DATA = Path(os.environ.get("LINGOS_DATA") or Path(__file__).parent.parent.parent / "shared" / "data")


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("method", nargs="?", default="top")
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--base", default="lingos-base-zh-en")
    parser.add_argument("--split", default="test", choices=["test", "validation"])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = DATA / options.data
    began = time.process_time()
    with tempfile.TemporaryDirectory() as home:
        told = lingos.TuneOptions(
            name="joint", task="understand", text="text", label="intent", method=options.method, base=options.base,
            set=options.settings, effort="quick", seed=options.seed, test=str(folder / f"{options.split}.jsonl"),
        )  # fmt: skip
        tuned = lingos.tune(str(folder / "train.jsonl"), told, store=lingos.Store(home), say=say)
    found, intent = tuned.evaluation.slots, tuned.evaluation.test.primary
    assert found is not None
    document = {
        "rows": found.rows,
        "intent": points((intent.value, intent.low, intent.high)),
        **{name: points(getattr(found, name)) for name in ("marks", "marked", "implied", "exact")},
        "processor seconds": round(time.process_time() - began),
    }
    json.dump(document, sys.stdout)


def points(told: tuple[float, float, float]) -> list[float]:
    return [round(100 * one, 2) for one in told]


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
