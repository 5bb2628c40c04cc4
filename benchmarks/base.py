"""`python benchmarks/base.py DATA [METHOD] [NAME=VALUE ...]`: what the bilingual base is worth.

chnsenticorp (test texts that are also in train left out) and fewclue_tnews (mean of its five folds): accuracy beside
tfidf. cluener: entity F1 on its validation rows, the test labels are not published; each row's label is whether a digit
stands in it, which the task needs and nobody scores (its first entity's type costs nine points). banking77: accuracy
beside the default base. Prints one JSON document, in points. Choose settings by `--split validation`, cluener's by
`--split train`: every tenth training row.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path, too

import lingos
from benchmarks.joint import DATA, say

OURS = "lingos-base-zh-en"
BESIDE = {"chnsenticorp": ("tfidf", "none"), "fewclue_tnews": ("tfidf", "none"), "banking77": (None, "default")}
Rows = list[dict[str, Any]]


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=["chnsenticorp", "fewclue_tnews", "cluener", "banking77"])
    parser.add_argument("method", nargs="?", default="top")
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--base", default=OURS)
    parser.add_argument("--split", choices=["test", "validation", "train"])
    parser.add_argument("--calibrate", choices=["folds", "held"], default="folds", help="held: one fit, on nine tenths")
    parser.add_argument("--max-length", type=int, default=0, help="tokens read of a text; 0 = as the data need")
    options = parser.parse_args()
    told = lingos.TuneOptions(
        name="base", method=options.method, base=options.base, set=options.settings, effort="quick",
        max_length=options.max_length, calibrate=options.calibrate, personal=False,
    )  # fmt: skip
    if options.split == ("test" if options.data == "cluener" else "train"):
        parser.error("cluener's test rows have no labels; only cluener is chosen for on its training rows")
    if options.data == "cluener":
        train, test = _rows("cluener", "train"), _rows("cluener", "validation")
        if options.split == "train":
            train, test = [row for k, row in enumerate(train) if k % 10], train[::10]
        found: dict[str, Any] = {"entity F1": _entities(train, test, told)}
    else:
        parts = list(_parts(options.data, options.split or "test"))
        ours = [_score(train, test, told) for train, test in parts]
        method, base = BESIDE[options.data]
        beside = told.model_copy(
            update={"base": base, "calibrate": "folds"}
            | ({"method": method, "set": [], "max_length": 0} if method else {})
        )
        other = [_score(train, test, beside) for train, test in parts]
        means = statistics.mean(ours), statistics.mean(other)
        found = {"ours": ours, "beside": other, "mean": means[0], "mean beside": means[1], "gain": means[0] - means[1]}
    json.dump(found, sys.stdout)


def _parts(data: str, split: str) -> Iterator[tuple[Rows, Rows]]:
    """Training and test rows; of fewclue_tnews a pair for each fold."""
    if data == "fewclue_tnews":
        train, test = _rows(data, "train"), _rows(data, split)
        for fold in range(5):
            judged = [row for row in test if split == "test" or row["fold"] == fold]
            yield [row for row in train if row["fold"] == fold], judged
        return
    train, test = _rows(data, "train"), _rows(data, split)
    seen = {row["text"] for row in train} if data == "chnsenticorp" else set()
    yield train, [row for row in test if row["text"] not in seen]


def _score(train: Rows, test: Rows, told: lingos.TuneOptions) -> float:
    return float(100 * _tuned(train, test, told).evaluation.test.primary.value)


def _entities(train: Rows, test: Rows, told: lingos.TuneOptions) -> list[float]:
    joint = told.model_copy(update={"task": "understand", "text": "text", "label": "intent"})
    found = _tuned([_marked(row) for row in train], [_marked(row) for row in test], joint).evaluation.slots
    assert found is not None
    return [round(100 * one, 2) for one in found.marks]


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    spans = [[one["start"], one["end"], one["type"]] for one in row["entities"]]
    return {"text": row["text"], "intent": "digit" if any(map(str.isdigit, row["text"])) else "none", "spans": spans}


def _tuned(train: Rows, test: Rows, told: lingos.TuneOptions) -> Any:
    with tempfile.TemporaryDirectory() as scratch:
        files = [Path(scratch) / name for name in ("train.jsonl", "test.jsonl")]
        for file, rows in zip(files, (train, test), strict=True):
            file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        own = told.model_copy(update={"test": str(files[1])})
        return lingos.tune(str(files[0]), own, store=lingos.Store(Path(scratch) / "home"), say=say)


def _rows(data: str, part: str) -> Rows:
    file = next(iter(sorted((DATA / data).glob(f"{part}.jsonl*"))), DATA / data / f"{part}.jsonl")
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
