"""Settings of a method by held-back rows of a training file, so that no test row ever steers a default.

    python benchmarks/settings.py banking77 top                       # as `lingos tune` settles it
    python benchmarks/settings.py banking77 top begin=means epochs=5
    python benchmarks/settings.py banking77 top --shots 10 --seeds 3 adversarial=0

With all rows a tenth of each class is held back (and the validation file is added where there is one); with `--shots K`
K rows a class are drawn and 3,000 others are judged. Prints one JSON document: scores, mean, processor seconds a fit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path, too

from benchmarks.peers import common
from benchmarks.peers.common import Row

JUDGED = 3_000


def main(given: list[str] | None = None) -> None:
    """Fit once a seed, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("method")
    parser.add_argument("settings", nargs="*", help="name=value, as in --set")
    parser.add_argument("--shots", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(given)
    common.prepare(options.threads)
    found = [_one(options, seed) for seed in range(options.seeds)]
    scores = [round(100 * score, 2) for score, _ in found]
    seconds = statistics.fmean(seconds for _, seconds in found)
    told = {"data": options.data, "method": options.method, "settings": options.settings, "shots": options.shots}
    print(json.dumps(told | {"scores": scores, "mean": round(statistics.fmean(scores), 2), "cpu_seconds": seconds}))


def _one(options: argparse.Namespace, seed: int) -> tuple[float, float]:
    """(share of right answers, processor seconds of the fit with its pass through the trunk)."""
    from benchmarks.peers import lingos_side
    from lingos.methods.base import method
    from lingos.training.fit import fit
    from lingos.tuning import recipe

    learned, judged = parts(options.data, options.shots, seed)
    with tempfile.TemporaryDirectory() as home:
        corpus = lingos_side.corpus_of(lingos_side.examples(learned), Path(home))
        chosen = method(options.method)
        user: dict[str, Any] = dict(pair.split("=", 1) for pair in options.settings)
        settings = recipe.settle(chosen, user, corpus.schema, True, corpus.base.info)[0]
        began = time.process_time()
        fitted = fit(corpus, chosen, settings, np.arange(len(corpus)), seed)
        seconds = time.process_time() - began
        return lingos_side.Judge(corpus, judged)(fitted), round(seconds, 1)


def parts(data: str, shots: int, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to learn and rows to judge by, all of them labelled for training."""
    rows = common.read(data, "train")
    if shots:
        learned = common.shots(rows, shots, seed)
        taken = {(row.text, row.label) for row in learned}
        return learned, common.subset([row for row in rows if (row.text, row.label) not in taken], JUDGED, 1)
    learned, judged = common.hold_out(rows)
    more = (common.data_folder() / data / "validation.jsonl").is_file()
    return learned, judged + (common.read(data, "validation") if more else [])


if __name__ == "__main__":
    main()
