"""The peer "Hugging Face Trainer", in its best honest setting, on one data set of texts with labels. One run, one rate.

    python -m benchmarks.peers.hf_trainer --rate 2e-4 --epochs 8
    python -m benchmarks.peers.hf_trainer --rate 2e-4 --steps 40       # speed alone: no scores
    python -m benchmarks.peers.hf_trainer --quick                      # smoke: 300 rows, 1 epoch

Setting: AutoModelForSequenceClassification, bf16 where asked for, length-grouped batches with dynamic padding, fused
AdamW, warm-up 10 %, linear decay, passive OpenMP waiting. The clock runs from the reading of the rows on, while model
and tokens are made ready and while the Trainer trains; not while libraries are imported, nor while it evaluates or
saves. A run that was ended goes on from its last whole epoch when the same command is given again (`--fresh` starts
over); `resumed` in the record counts that. `trainer_race.py` chooses rate and precision and runs it beside LingOS.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs by its path, too

from benchmarks.peers import common
from benchmarks.peers.common import Clock, Point, Row
from benchmarks.record import save

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase, Trainer, TrainingArguments

Feature = dict[str, Any]


def main() -> int:
    """Run, write the record where asked, print it."""
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
    parser.add_argument("--rate", type=float, default=2e-4, help="peak learning rate")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto", help="auto: as the hardware")
    parser.add_argument("--steps", type=int, default=-1, help="stop after so many steps and measure speed alone")
    parser.add_argument("--limit", type=int, help="at most so many rows of each part")
    parser.add_argument("--quick", action="store_true", help="smoke run: 300 rows, 1 epoch")
    parser.add_argument("--fresh", action="store_true", help="do not go on with an unfinished run")
    parser.add_argument("--out", type=Path, help="file for the record")
    options = parser.parse_args()
    if options.quick:
        options.limit, options.epochs, options.fresh = 300, 1, True
    return options


def scratch(options: argparse.Namespace) -> Path:
    """The folder of this run's checkpoints: one for each set of options."""
    told = {name: value for name, value in vars(options).items() if name not in ("out", "fresh", "quick")}
    return common.SCRATCH / f"hf-{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]}"


def train(options: argparse.Namespace) -> dict[str, Any]:
    """Train and return the record: curve, best and final scores, speed, memory."""
    import torch
    from transformers import AutoTokenizer, set_seed

    for name in ("trainer", "models.auto.modeling_auto", "models.bert.modeling_bert"):  # imports are no side's work
        importlib.import_module(f"transformers.{name}")
    origin = common.provenance("benchmarks.peers.hf_trainer")
    torch.set_num_threads(options.threads)
    folder = scratch(options)
    if options.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    clock = Clock()
    clock.start()
    set_seed(options.seed)
    whole, validation = common.hold_out(common.read(options.dataset, "train"))
    kept = common.subset(whole, options.limit)
    labels = sorted({row.label for row in whole})
    tokenizer = AutoTokenizer.from_pretrained(common.minilm())
    learned = features(kept, labels, tokenizer)
    clock.stop()
    judged = [common.subset(part, options.limit) for part in (validation, common.read(options.dataset, "test"))]
    encoded = [learned, *(features(part, labels, tokenizer) for part in judged)]
    clock.start()
    trainer = build(options, encoded, tokenizer, folder)
    clock.stop()
    watch = attach(trainer, folder, clock)
    setup = {"cpu": round(clock.cpu, 2), "wall": round(clock.wall, 2)}
    trainer.train(resume_from_checkpoint=watch.resume())
    seen = options.steps * options.batch if options.steps > 0 else options.epochs * len(kept)
    cost = {**speed(watch.clock, seen, setup), "peak_mib": watch.peak()}
    scores = final_scores(trainer, watch, encoded[2]) if options.steps < 0 else {}
    shutil.rmtree(folder, ignore_errors=True)
    return {
        "side": "transformers.Trainer",
        "dataset": options.dataset,
        "rate": options.rate,
        "epochs": options.epochs,
        "settings": settings(trainer.args),
        "rows": dict(zip(("train", "validation", "test"), map(len, encoded), strict=True)),
        "fingerprints": {"train": common.fingerprint(kept), "validation": common.fingerprint(judged[0])},
        "setup": setup,
        **scores,
        "cost": cost,
        "resumed": watch.resumed,
        "curve": [asdict(point) for point in watch.curve],
        "provenance": origin,
    }


def features(rows: list[Row], labels: list[str], tokenizer: PreTrainedTokenizerBase) -> list[Feature]:
    """Token ids without padding; a plain list, because Arrow's random access costs more than the collation."""
    index = {label: number for number, label in enumerate(labels)}
    encoded = tokenizer([row.text for row in rows], truncation=True, max_length=common.MAX_LENGTH)
    names = ("input_ids", "attention_mask")
    return [{**{name: encoded[name][i] for name in names}, "labels": index[row.label]} for i, row in enumerate(rows)]


def build(
    options: argparse.Namespace,
    encoded: list[list[Feature]],
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
) -> Trainer:
    """The Trainer with the pretrained model; evaluation every half epoch, a checkpoint every epoch."""
    import torch
    from transformers import AutoModelForSequenceClassification, DataCollatorWithPadding, Trainer, TrainingArguments

    steps = -(-len(encoded[0]) // options.batch)
    count = 1 + max(row["labels"] for part in encoded for row in part)
    bf16 = options.precision == "bf16" or (options.precision == "auto" and common.has_bf16())
    use_cpu, timed = not torch.cuda.is_available(), options.steps > 0
    chosen = TrainingArguments(
        output_dir=str(folder),
        learning_rate=options.rate,
        num_train_epochs=options.epochs,
        max_steps=options.steps,
        per_device_train_batch_size=options.batch,
        per_device_eval_batch_size=64,
        warmup_steps=0.1,  # below 1 it is a share of all steps
        lr_scheduler_type="linear",
        weight_decay=0.01,
        optim="adamw_torch_fused",
        train_sampling_strategy="group_by_length",
        eval_strategy="no" if timed else "steps",
        eval_steps=max(1, round(steps / 2)),
        save_strategy="no" if timed else "epoch",
        save_total_limit=2,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=not use_cpu,
        seed=options.seed,
        bf16=bf16,
        use_cpu=use_cpu,
    )
    parts: list[Any] = encoded  # Trainer takes any sized sequence, its annotation only torch's Dataset
    return Trainer(
        model=AutoModelForSequenceClassification.from_pretrained(common.minilm(), num_labels=count),
        args=chosen,
        train_dataset=parts[0],
        eval_dataset=parts[1],
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=accuracy,
    )


def accuracy(pair: Any) -> dict[str, float]:
    return {"accuracy": float((pair.predictions.argmax(-1) == pair.label_ids).mean())}


class Watch:
    """Keeps the clock, the curve, the best weights, and all of it in each checkpoint.

    Not yet a TrainerCallback: transformers must not be imported before `prepare`, so `attach` adds that base.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.curve, self.resumed, self._peak = list[Point](), 0, 0.0

    def resume(self) -> str | None:
        """The newest complete checkpoint, its clock and curve taken over; None for a fresh start."""
        found = sorted(self.folder.glob("checkpoint-*/watch.json"), key=lambda path: path.stat().st_mtime)
        if not found:
            return None
        kept = json.loads(found[-1].read_text(encoding="utf-8"))
        self.clock.cpu, self.clock.wall, self._peak = kept["cpu"], kept["wall"], kept["peak"]
        self.curve, self.resumed = [Point(**point) for point in kept["curve"]], kept["resumed"] + 1
        return str(found[-1].parent)

    def peak(self) -> float:
        return max(self._peak, common.peak_mib())

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.clock.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if control.should_evaluate:
            self._stop()

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._stop()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.clock.start()

    def on_evaluate(self, args: Any, state: Any, control: Any, **kept: Any) -> None:
        score = round(kept["metrics"]["eval_accuracy"], 6)
        if score > max((point.accuracy for point in self.curve), default=-1.0):
            kept["model"].save_pretrained(self.folder / "best")
        cpu, wall, load = round(self.clock.cpu, 2), round(self.clock.wall, 2), round(os.getloadavg()[0], 1)
        self.curve.append(Point(state.global_step, round(state.epoch, 3), cpu, wall, score, load))
        print(self.curve[-1], file=sys.stderr, flush=True)
        self.clock.start()

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        kept = {"cpu": self.clock.cpu, "wall": self.clock.wall, "peak": self.peak(), "resumed": self.resumed}
        curve = [asdict(point) for point in self.curve]
        save(self.folder / f"checkpoint-{state.global_step}" / "watch.json", {**kept, "curve": curve})

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._stop()

    def _stop(self) -> None:
        synchronize()
        self.clock.stop()


def attach(trainer: Trainer, folder: Path, clock: Clock) -> Watch:
    """Give the Trainer a `Watch` as callback."""
    from transformers import TrainerCallback

    class Callback(Watch, TrainerCallback):
        pass

    watch = Callback(folder, clock)
    trainer.add_callback(watch)
    return watch


def synchronize() -> None:
    """A GPU works on after the call returned; the clock must wait for it."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def final_scores(trainer: Trainer, watch: Watch, test: list[Feature]) -> dict[str, Any]:
    """Scores of the last weights and of those that were best on validation."""
    from transformers import AutoModelForSequenceClassification

    rows: Any = test
    last = at_best = (trainer.predict(rows).metrics or {})["test_accuracy"]
    best = max(watch.curve, key=lambda point: point.accuracy)
    if best.step < trainer.state.global_step:
        folder = Path(str(trainer.args.output_dir)) / "best"
        trainer.model = AutoModelForSequenceClassification.from_pretrained(folder).to(trainer.args.device)
        at_best = (trainer.predict(rows).metrics or {})["test_accuracy"]
    return {
        "best": asdict(best),
        "validation": {"last": watch.curve[-1].accuracy, "best": best.accuracy},
        "test": {"last": round(last, 6), "at_best_validation": round(at_best, 6)},
    }


def speed(clock: Clock, rows: int, setup: dict[str, float]) -> dict[str, float]:
    """Cost from the reading of the rows on. Rows per processor second is what a shared machine distorts least."""
    return {
        "cpu": round(clock.cpu, 2),
        "wall": round(clock.wall, 2),
        "rows_per_wall_second": round(rows / clock.wall, 1),
        "rows_per_cpu_second": round(rows / clock.cpu, 1),
        "training_rows_per_cpu_second": round(rows / (clock.cpu - setup["cpu"]), 1),
    }


def settings(chosen: TrainingArguments) -> dict[str, Any]:
    """The arguments that matter, as the Trainer holds them."""
    names = (
        "num_train_epochs per_device_train_batch_size warmup_steps lr_scheduler_type weight_decay optim bf16 use_cpu "
        "train_sampling_strategy eval_steps max_grad_norm seed"
    )
    return {name: getattr(value := getattr(chosen, name), "value", value) for name in names.split()}


if __name__ == "__main__":
    sys.exit(main())
