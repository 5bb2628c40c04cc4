"""The peer SetFit at K rows per class: contrastive tuning of the embedded MiniLM, then a logistic head.

    python -m benchmarks.peers.setfit_peer --shots 10                           # the library's default recipe
    python -m benchmarks.peers.setfit_peer --shots 10 --sampling iterations     # the paper's: R = 20
    python -m benchmarks.peers.setfit_peer --shots 10 --max-steps 1000          # cut short, with an estimate

It needs setfit 1.2.0, which run.sh puts into an environment of its own.

Samplings: `oversampling` (default of the library: every pair once, positives repeated), `undersampling` (as many
negatives as positives), `iterations` (R positive and R negative pairs a row, the paper's and releases below 1.0). The
number of oversampled pairs grows with the square of the rows; cut short by `--max-steps`, the learning rate still
decays to zero, so the score is that of a shorter run and not of a broken one. The clock runs from the reading of the
rows on, through both phases; not while libraries are imported. SetFit itself has no bf16: `--precision bf16` runs
the encoder's layers in it while they are tuned; pooling, loss and the logistic head stay in fp32.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs by its path, too

from benchmarks.peers import common
from benchmarks.peers.common import Clock, Row
from benchmarks.record import save

SAMPLINGS = ("oversampling", "undersampling", "iterations")
BATCH = 16


def main() -> int:
    """Train once, write the record where asked, print it."""
    options = arguments()
    common.prepare(options.threads)
    record = train(options)
    if options.out:
        save(options.out, record)
    print(json.dumps(record))
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="banking77")
    parser.add_argument("--shots", type=int, default=10, help="rows per class")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sampling", choices=SAMPLINGS, default="oversampling")
    parser.add_argument("--iterations", type=int, default=20, help="R, for --sampling iterations")
    parser.add_argument("--max-steps", type=int, help="at most so many contrastive steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto", help="auto: as the hardware")
    parser.add_argument("--limit", type=int, help="at most so many test rows")
    parser.add_argument("--quick", action="store_true", help="smoke run: 2 rows per class, 5 steps, 300 test rows")
    parser.add_argument("--out", type=Path, help="file for the record")
    options = parser.parse_args()
    if options.quick:
        options.shots, options.max_steps, options.limit = 2, 5, 300
    return options


def planned_steps(rows: list[Row], sampling: str, iterations: int) -> int:
    """Contrastive steps of one full epoch, by SetFit's own counting (a row paired with itself is a positive pair).

    >>> rows = [Row(str(i), "ab"[i % 2]) for i in range(40)]
    >>> planned_steps(rows, "undersampling", 20), planned_steps(rows, "oversampling", 20)
    (50, 53)
    """
    positive = sum(count * (count + 1) // 2 for count in Counter(row.label for row in rows).values())
    negative = len(rows) * (len(rows) + 1) // 2 - positive
    pairs = {
        "oversampling": 2 * max(positive, negative),
        "undersampling": 2 * min(positive, negative),
        "iterations": 2 * iterations * len(rows),
    }[sampling]
    return -(-pairs // BATCH)


def train(options: argparse.Namespace) -> dict[str, Any]:
    """Both phases, timed; then the score on the whole test set."""
    import torch
    from setfit import SetFitModel

    for name in ("datasets", "setfit.trainer", "transformers.models.bert.modeling_bert"):  # imports are no side's work
        importlib.import_module(name)
    origin = common.provenance("benchmarks.peers.setfit_peer")
    torch.set_num_threads(options.threads)
    setup = Clock()
    setup.start()
    rows = common.shots(common.read(options.dataset, "train"), options.shots, options.seed)
    labels = sorted({row.label for row in rows})
    model = SetFitModel.from_pretrained(str(common.minilm()))
    model.model_body.max_seq_length = common.MAX_LENGTH
    setup.stop()
    test = common.subset(common.read(options.dataset, "test"), options.limit)
    planned = planned_steps(rows, options.sampling, options.iterations)
    steps = min(planned, options.max_steps or planned)
    bf16 = options.precision == "bf16" or (options.precision == "auto" and common.has_bf16())
    body, head = fit(model, rows, labels, options, bf16)
    cost = costs(setup, body, head, planned / steps)
    found = model.predict([row.text for row in test], batch_size=64, as_numpy=True)
    return {
        "side": "SetFit",
        "dataset": options.dataset,
        "shots": options.shots,
        "seed": options.seed,
        "sampling": options.sampling,
        "precision": "bf16" if bf16 else "fp32",
        "rows": {"train": len(rows), "test": len(test)},
        "fingerprints": {"train": common.fingerprint(rows)},
        "steps": {"run": steps, "full_epoch": planned, "cut": steps < planned},
        "test": round(float((found == [labels.index(row.label) for row in test]).mean()), 6),
        "cost": cost,
        "provenance": origin,
    }


def fit(model: Any, rows: list[Row], labels: list[str], options: argparse.Namespace, bf16: bool) -> tuple[Clock, Clock]:
    """Run what `setfit.Trainer.train` runs, with a clock on each of its two phases."""
    from datasets import Dataset
    from setfit import Trainer, TrainingArguments

    texts, targets = [row.text for row in rows], [labels.index(row.label) for row in rows]
    body, head = Clock(), Clock()
    with tempfile.TemporaryDirectory() as folder:
        chosen = TrainingArguments(
            output_dir=folder,
            batch_size=BATCH,
            num_epochs=1,
            sampling_strategy=options.sampling if options.sampling != "iterations" else "oversampling",
            num_iterations=options.iterations if options.sampling == "iterations" else None,
            max_steps=options.max_steps or -1,
            seed=options.seed,
            save_strategy="no",
            report_to="none",
            show_progress_bar=False,
        )
        trainer = Trainer(model=model, args=chosen, train_dataset=Dataset.from_dict({"text": texts, "label": targets}))
        body.start()
        with layers_in_bf16(model.model_body[0]) if bf16 else contextlib.nullcontext():
            trainer.train_embeddings(texts, targets, args=chosen)
        body.stop()
        head.start()
        trainer.train_classifier(texts, targets, args=chosen)
        head.stop()
    return body, head


@contextlib.contextmanager
def layers_in_bf16(encoder: Any) -> Iterator[None]:
    """The encoder's layers in bf16, what they give in fp32.

    With pooling and the cosine loss under autocast as well, one draw at 5 a class lost 2.8 points: 70.4 against 73.1.
    """
    import torch

    forward = encoder.forward

    def cast(*given: Any, **named: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            found = forward(*given, **named)
        found["token_embeddings"] = found["token_embeddings"].float()
        return found

    encoder.forward = cast
    try:
        yield
    finally:
        encoder.forward = forward


def costs(setup: Clock, body: Clock, head: Clock, factor: float) -> dict[str, float | None]:
    """Seconds from the reading of the rows on; where the epoch was cut short, also what the whole one would take."""
    return {
        "cpu": round(setup.cpu + body.cpu + head.cpu, 2),
        "wall": round(setup.wall + body.wall + head.wall, 2),
        "setup_cpu": round(setup.cpu, 2),
        "head_cpu": round(head.cpu, 2),
        "estimated_full_epoch_cpu": round(setup.cpu + body.cpu * factor + head.cpu, 1) if factor > 1 else None,
        "peak_mib": common.peak_mib(),
    }


if __name__ == "__main__":
    sys.exit(main())
