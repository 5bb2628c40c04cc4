"""LingOS's side of a race: one method as a user gets it, on the rows and by the clock of the peers.

    python -m benchmarks.peers.lingos_side --method top                    # all rows; a curve on the validation rows
    python -m benchmarks.peers.lingos_side --method top --epochs 8         # as many epochs as the peer
    python -m benchmarks.peers.lingos_side --method head --shots 10 --seed 3

Settings are those that `lingos tune --method M` settles, `--epochs` apart. The clock runs from the reading of the rows
on: base, tokens, the pass through the trunk, its cache on disk, class means, training, checkpoints, averaging. It
stands while libraries are imported and while validation rows are judged, every half epoch and at the end. Neither the
validation nor the test rows steer anything: the weights that are kept are the mean of the last three evaluations.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs by its path, too

from benchmarks.peers import common
from benchmarks.peers.common import Clock, Point, Row
from benchmarks.record import save

if TYPE_CHECKING:
    from lingos.contracts import Example
    from lingos.modules.branch import Branch
    from lingos.training.corpus import Corpus
    from lingos.training.fit import Fitted

LIBRARIES = ("lingos.training.fit", "lingos.backbones.spans", "lingos.tuning.recipe", "lingos.tasks.classify")


def main() -> int:
    """Run, write the record where asked, print it."""
    options = arguments()
    common.prepare(options.threads)
    record = train(options)
    if options.out:
        save(options.out, record)
    print(json.dumps(record))
    return 0


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="banking77")
    parser.add_argument("--method", default="top")
    parser.add_argument("--shots", type=int, help="rows per class; without it all rows but the validation rows")
    parser.add_argument("--epochs", type=int, help="default: what `lingos tune` settles")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, help="at most so many rows of each part")
    parser.add_argument("--quick", action="store_true", help="smoke run: 300 rows of each part")
    parser.add_argument("--out", type=Path, help="file for the record")
    options = parser.parse_args(given)
    options.limit = 300 if options.quick else options.limit
    return options


def train(options: argparse.Namespace) -> dict[str, Any]:
    """Train and return the record: curve, final scores, speed, memory."""
    import torch

    for name in LIBRARIES:  # imports are no side's work
        importlib.import_module(name)
    origin = common.provenance("benchmarks.peers.lingos_side")
    torch.set_num_threads(options.threads)
    clock, home = Clock(), tempfile.TemporaryDirectory()
    with home:
        clock.start()
        rows, validation = drawn(options)
        corpus = corpus_of(examples(rows), Path(home.name))
        clock.stop()
        test = common.subset(common.read(options.dataset, "test"), options.limit)
        judges = [Judge(corpus, part) for part in (validation, test)]
        clock.start()
        settings, fitted, curve = fit(corpus, options, judges[0], clock, Path(home.name))
        clock.stop()
        scores = [judge(fitted) for judge in judges]
    epochs, steps = getattr(settings, "epochs", 0), fitted.trained.steps if fitted.trained else 0
    if validation:
        curve.append(point(clock, steps, epochs, scores[0]))
    return {
        "side": f"LingOS {options.method}",
        "dataset": options.dataset,
        "shots": options.shots,
        "seed": options.seed,
        "epochs": epochs,
        "settings": settings.model_dump(),
        "precision": corpus.place.precision,
        "rows": {"train": len(rows), "validation": len(validation), "test": len(test)},
        "fingerprints": {"train": common.fingerprint(rows), "validation": common.fingerprint(validation)},
        "validation": scores[0] if validation else None,
        "test": scores[1],
        "cost": cost(clock, epochs * len(rows)),
        "curve": [asdict(each) for each in curve],
        "provenance": origin,
    }


# -- rows ------------------------------------------------------------------------------------------------------------
def drawn(options: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows to judge by while learning; with `--shots` there are none of these."""
    rows = common.read(options.dataset, "train")
    if options.shots:
        return common.shots(rows, options.shots, options.seed), []
    kept, validation = common.hold_out(rows)
    return common.subset(kept, options.limit), common.subset(validation, options.limit)


def examples(rows: Sequence[Row]) -> list[Example]:
    """The rows as LingOS's examples, numbered."""
    from lingos.contracts import Example

    return [Example({"text": row.text}, row.label, str(number)) for number, row in enumerate(rows)]


def corpus_of(rows: Sequence[Example], home: Path) -> Corpus:
    """The corpus of a run with the embedded base; its cache lies in `home`."""
    from lingos.backbones.text import load
    from lingos.tasks.base import task
    from lingos.training.corpus import Corpus

    kind = task("classify")
    return Corpus(rows, kind, kind.schema(rows), load("default"), max_length=common.MAX_LENGTH, home=home)


# -- training and judging --------------------------------------------------------------------------------------------
class Judge:
    """Accuracy of a fitted method on rows that it has not learned. Its own pass through the trunk is made once."""

    def __init__(self, learned: Corpus, rows: Sequence[Row]) -> None:
        from lingos.training.corpus import Corpus

        found = examples(rows)
        self.rows, self.truth = rows, learned.task.targets(found, learned.schema)
        self.corpus = Corpus(found, learned.task, learned.schema, learned.backbone, learned.max_length, learned.place)

    def __call__(self, fitted: Fitted) -> float:
        """Share of right answers; 0 without rows."""
        from lingos.training.fit import outputs

        if not self.rows:
            return 0.0
        found = outputs(fitted, self.corpus, np.arange(len(self.rows)))["logits"].argmax(1)
        return round(float((found == self.truth).mean()), 6)


class Watched:
    """A method that is the one inside in all, and remembers the branch that it prepared, so that it can be judged."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.branch: Branch | None = None
        self.step = self.halves = 0  # steps, and half epochs that were judged

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def prepare(self, branch: Branch, settings: Any) -> None:
        """As the method inside does."""
        self.branch = branch
        self.inner.prepare(branch, settings)


def fit(
    corpus: Corpus, options: argparse.Namespace, judge: Judge, clock: Clock, home: Path
) -> tuple[Any, Fitted, list[Point]]:
    """Settings, the fitted method, and the curve on the validation rows."""
    from lingos.methods.base import Solution, method
    from lingos.training.fit import Fitted, Watch, fit
    from lingos.tuning import recipe

    chosen = method(options.method)
    user = {"epochs": options.epochs} if options.epochs else {}
    settings: Any = recipe.settle(chosen, user, corpus.schema, True, corpus.base.info)[0]
    watched, curve = Watched(chosen), list[Point]()

    def log(step: int, numbers: Mapping[str, float]) -> None:
        watched.step = step

    def progress(what: str, share: float) -> None:
        halves = int(share * 2 * settings.epochs + 1e-9)
        if watched.branch is None or not judge.rows or halves == watched.halves:
            return
        clock.stop()
        watched.halves = halves
        start = chosen.start(corpus.base.info, settings)
        now = Fitted(chosen, settings, Solution({}), watched.branch.eval(), start)
        curve.append(point(clock, watched.step, share * settings.epochs, judge(now)))
        watched.branch.train()
        clock.start()

    watch = Watch(home / "run", progress, log)
    fitted = fit(corpus, watched, settings, np.arange(len(corpus)), options.seed, watch)
    return settings, fitted, curve


def point(clock: Clock, step: int, epoch: float, score: float) -> Point:
    """A point of the curve, told to the one who waits."""
    found = Point(step, round(epoch, 3), round(clock.cpu, 2), round(clock.wall, 2), score, round(os.getloadavg()[0], 1))
    print(found, file=sys.stderr, flush=True)
    return found


def cost(clock: Clock, rows: int) -> dict[str, float]:
    """What it took, from the reading of the rows on; `rows` counts each row once an epoch."""
    return {
        "cpu": round(clock.cpu, 2),
        "wall": round(clock.wall, 2),
        "rows_per_wall_second": round(rows / clock.wall, 1),
        "rows_per_cpu_second": round(rows / clock.cpu, 1),
        "peak_mib": common.peak_mib(),
    }


if __name__ == "__main__":
    sys.exit(main())
