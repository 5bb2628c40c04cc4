"""Scores of `lingos tune` beside those of TF-IDF and of the literature, with intervals: three hard data sets.

    python benchmarks/published.py               # all three
    python benchmarks/published.py --only sst5   # one of them

Each is learned from its published training rows and judged once on its test rows, by the ladder (`auto`) and by `tfidf`
alone. Runs are kept by commit and command, as those of bars.py are, so that an interrupted one goes on. The result goes
to benchmarks/results/published.json, one row a data set; what is not asked for stays as it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path, too

from benchmarks.bars import CACHE, Bar, document
from benchmarks.record import RESULTS, claim, save, state

FILE = "published.json"
WAYS = ("auto", "tfidf")
# What others reached, and where it stands; some splits differ, so a gap is no proof.
KNOWN = {
    "sst5": "CNN 46.7 (harvardnlp/sent-conv-torch); DistilBERT 50.5, RoBERTa-large 59.8 (SetFit's results)",
    "ag_news_small": "64 rows a class: SetFit MPNet 88.0, RoBERTa-large 88.4 (SetFit's results); here 300 a class",
    "financial_phrasebank": "FinBERT 86 (Araci 2019; another split)",
}
NOTES = [
    "Accuracy in points with its 95 % interval on the test rows (bootstrap); one seed.",
    "Published figures are of larger models or other splits, as told: they say where the field stands, not who wins.",
]


def main(given: list[str] | None = None) -> None:
    """Measure what is asked for, keep the rest, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=KNOWN, help="repeatable; default: all")
    options = parser.parse_args(given)
    path = RESULTS / FILE
    kept = json.loads(path.read_text("utf-8"))["measured"] if path.exists() else {}
    for data in options.only or KNOWN:
        kept[data] = {way: measured(data, way) for way in WAYS}
        save(path, result(kept))
    print(json.dumps(result(kept), indent=1))


def measured(data: str, way: str) -> dict[str, Any]:
    """One claim of a data set, with the interval and the method that the ladder took."""
    command = f"python benchmarks/accuracy.py {data} --method {way}"
    kept = document(Bar(f"{data}, {way}", command, "mean"), CACHE, state())
    if not kept["ok"]:
        raise SystemExit(f"{command}: {kept['error']}")
    run = kept["document"]["runs"][0]
    found = claim(f"{data}, {way}", command, round(100 * run["score"], 2), kept["origin"])
    return found | {name: run[name] for name in ("method", "low", "high", "cpu_seconds")}


def result(kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The document that the docs show."""
    rows = [
        [data, kept[data]["auto"]["method"], *(_interval(kept[data][way]) for way in WAYS), KNOWN[data]]
        for data in KNOWN
        if data in kept
    ]
    return {
        "title": "Scores beside TF-IDF and published figures",
        "notes": NOTES,
        "claims": [kept[data][way] for data in KNOWN if data in kept for way in WAYS],
        "tables": [{"columns": ["data", "method taken", *WAYS, "published"], "rows": rows}],
        "measured": kept,
    }


def _interval(one: dict[str, Any]) -> str:
    return f"{one['value']:.1f} [{100 * one['low']:.1f}, {100 * one['high']:.1f}]"


if __name__ == "__main__":
    main()
