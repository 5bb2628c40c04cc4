"""`python benchmarks/refusal.py far|near|back [METHOD] [--outside FILE]`: foreign texts caught at 5 % refused.

far: a skill of all banking77 intents, asked with hwu64's test texts. near: a skill without every 4th sorted intent,
asked with the test texts of those. back: a skill of hwu64, asked with banking77's test texts. Threshold and score come
from training rows alone. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from lingos.evaluation.refusal import auroc
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune
from lingos.tuning.verbs import load

DATA = Path(os.environ.get("LINGOS_DATA") or Path(__file__).parent.parent.parent / "shared" / "data")
Rows = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["far", "near", "back"])
    parser.add_argument("method", nargs="?", default="top")
    parser.add_argument("--outside", help="everyday, or a file of texts that belong to no label")
    options = parser.parse_args()
    kind, method = options.kind, options.method
    inside, outside = ("hwu64", "banking77") if kind == "back" else ("banking77", "hwu64")
    train, test = _rows(inside, "train"), _rows(inside, "test")
    out = set(sorted({row["label"] for row in train})[::4]) if kind == "near" else set()
    foreign = [row["text"] for row in (test if out else _rows(outside, "test")) if not out or row["label"] in out]
    train = [row for row in train if row["label"] not in out]
    own = [row for row in test if row["label"] not in out]
    with tempfile.TemporaryDirectory() as scratch:
        found = _ask(train, own, foreign, method, options.outside, Path(scratch))
    json.dump({"kind": kind, "method": method, "outside": options.outside, **found}, sys.stdout, indent=1)


def _ask(train: Rows, own: Rows, foreign: list[str], method: str, outside: str | None, scratch: Path) -> dict[str, Any]:
    files = [_written(rows, scratch / name) for rows, name in ((train, "train.jsonl"), (own, "test.jsonl"))]
    store = Store(os.environ.get("LINGOS_HOME") or scratch / "home")
    options = TuneOptions(
        test=str(files[1]), name="refusal", method=method, refuse=0.05, personal=False, outside=outside
    )
    tuned = tune(files[0], options, store=store, say=lambda text: print(text, file=sys.stderr))
    session = load(str(tuned.skill), store=store)
    sure = [session.confidence(session.outputs(texts)) for texts in ([row["text"] for row in own], foreign)]
    limit = session.own.refusal.threshold
    return {
        "score": session.own.refusal.score,
        "in_scope_refused": float((sure[0] < limit).mean()),
        "caught": float((sure[1] < limit).mean()),
        "auroc": auroc(np.asarray(sure[0]), np.asarray(sure[1])),
        "accuracy": tuned.evaluation.test.primary.value,
        "foreign_rows": len(foreign),
    }


def _rows(data: str, part: str) -> Rows:
    return [json.loads(line) for line in (DATA / data / f"{part}.jsonl").open(encoding="utf-8")]


def _written(rows: Rows, path: Path) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
