"""The peer "Hugging Face Trainer", in its best honest setting, on one data set of texts with labels.

    python benchmarks/peers/hf_trainer.py                       # three rates, 8 epochs, one process each
    python benchmarks/peers/hf_trainer.py --rate 2e-4 --epochs 3
    python benchmarks/peers/hf_trainer.py --quick               # smoke: 300 rows, 1 epoch

Setting: AutoModelForSequenceClassification, bf16 where the hardware has it, length-grouped batches with dynamic
padding, fused AdamW, warm-up 10 %, linear decay, passive OpenMP waiting. The clock runs while the Trainer trains: not
while it evaluates or saves, and not while model and tokens are prepared (`setup` tells that apart). Each rate has its
own process, so that peak memory is its own. A run that was ended goes on from its last whole epoch when the same
command is given again (`--fresh` starts over); `resumed` in the record counts that.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import common
from common import Clock, Point, Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase, Trainer, TrainingArguments

RATES = (1e-4, 2e-4, 4e-4)
KEPT = ("rate", "best", "validation", "test", "cost")
Feature = dict[str, Any]


def main() -> int:
    """Run one rate here, or several in a process each and then sum up."""
    options = arguments()
    if len(options.rate) > 1:
        return sweep(options)
    common.prepare(options.threads)
    record = train(options, options.rate[0])
    common.save(options.out or place(options, options.rate[0]), record)
    print(json.dumps({key: record[key] for key in KEPT}))
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="banking77")
    parser.add_argument("--rate", type=float, nargs="+", default=list(RATES), help="learning rates")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, help="at most so many rows of each part")
    parser.add_argument("--quick", action="store_true", help="smoke run: 300 rows, 1 epoch, one rate")
    parser.add_argument("--fresh", action="store_true", help="do not reuse finished or unfinished runs")
    parser.add_argument("--out", type=Path, help="result file (default: benchmarks/results/peers/...)")
    options = parser.parse_args()
    if options.quick:
        options.limit, options.epochs, options.rate, options.fresh = 300, 1, [2e-4], True
    return options


def place(options: argparse.Namespace, rate: float | None) -> Path:
    """The result file of one rate, or of the sweep."""
    part = f"_rate{rate:g}" if rate else ""
    size = f"_rows{options.limit}" if options.limit else ""
    batch = f"_batch{options.batch}" if options.batch != 32 else ""
    name = f"hf_trainer_{options.dataset}{size}{batch}_epochs{options.epochs}_seed{options.seed}{part}"
    return common.RESULTS / f"{name}.json"


def sweep(options: argparse.Namespace) -> int:
    """Each rate in its own process, finished ones reused; the summary names the best by validation."""
    origin = common.provenance(Path(__file__).resolve())
    records = []
    for rate in options.rate:
        command = [sys.executable, str(Path(__file__).resolve()), "--rate", str(rate)]
        for name in ("dataset", "epochs", "batch", "seed", "threads", "limit"):
            value = getattr(options, name)
            command += [f"--{name}", str(value)] if value is not None else []
        if options.fresh or not place(options, rate).exists():
            subprocess.run(command + ["--fresh"] * options.fresh, check=True)
        records.append(json.loads(place(options, rate).read_text(encoding="utf-8")))
    best = max(records, key=lambda record: float(record["best"]["accuracy"]))
    summary = {
        "peer": "transformers.Trainer",
        "best_rate": best["rate"],
        "rates": [{key: record[key] for key in KEPT} for record in records],
        "provenance": origin,
    }
    common.save(options.out or place(options, None), summary)
    return 0


def train(options: argparse.Namespace, rate: float) -> dict[str, Any]:
    """Train at one rate and return the record: curve, best and final scores, speed, memory."""
    import torch
    from transformers import AutoTokenizer, set_seed

    origin = common.provenance(Path(__file__).resolve())
    torch.set_num_threads(options.threads)
    rows = common.read(options.dataset, "train")
    labels = sorted({row.label for row in rows})
    kept, validation = common.hold_out(rows)
    parts = (kept, validation, common.read(options.dataset, "test"))
    kept, validation, test = (common.subset(part, options.limit) for part in parts)
    folder = common.SCRATCH / place(options, rate).stem
    if options.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    setup = Clock()
    setup.start()
    set_seed(options.seed)
    tokenizer = AutoTokenizer.from_pretrained(common.minilm())
    encoded = [features(part, labels, tokenizer) for part in (kept, validation, test)]
    trainer = build(options, rate, encoded, tokenizer, folder)
    setup.stop()
    watch = attach(trainer, folder)
    trainer.train(resume_from_checkpoint=watch.resume())
    cost = {**speed(watch.clock, len(kept) * options.epochs), "peak_mib": watch.peak()}
    scores = final_scores(trainer, watch, encoded[2])
    shutil.rmtree(folder)
    return {
        "peer": "transformers.Trainer",
        "dataset": options.dataset,
        "rate": rate,
        "settings": settings(trainer.args),
        "rows": {"train": len(kept), "validation": len(validation), "test": len(test)},
        "fingerprints": {"train": common.fingerprint(kept), "validation": common.fingerprint(validation)},
        "setup": {"cpu": round(setup.cpu, 2), "wall": round(setup.wall, 2)},
        **scores,
        "cost": cost,
        "resumed": watch.resumed,
        "curve": [asdict(point) for point in watch.curve],
        "provenance": origin,
    }


def features(rows: list[Row], labels: list[str], tokenizer: PreTrainedTokenizerBase) -> list[Feature]:
    """Token ids without padding; a plain list, because Arrow's random access costs more than the collation."""
    index = {label: number for number, label in enumerate(labels)}
    encoded = tokenizer([row.text for row in rows], truncation=True, max_length=128)
    names = ("input_ids", "attention_mask")
    return [{**{name: encoded[name][i] for name in names}, "labels": index[row.label]} for i, row in enumerate(rows)]


def build(
    options: argparse.Namespace,
    rate: float,
    encoded: list[list[Feature]],
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
) -> Trainer:
    """The Trainer with the pretrained model; evaluation every half epoch, a checkpoint every epoch."""
    from transformers import AutoModelForSequenceClassification, DataCollatorWithPadding, Trainer, TrainingArguments

    steps = -(-len(encoded[0]) // options.batch)
    count = 1 + max(row["labels"] for part in encoded for row in part)
    bf16, use_cpu = precision()
    chosen = TrainingArguments(
        output_dir=str(folder),
        learning_rate=rate,
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch,
        per_device_eval_batch_size=64,
        warmup_steps=0.1,  # below 1 it is a share of all steps
        lr_scheduler_type="linear",
        weight_decay=0.01,
        optim="adamw_torch_fused",
        train_sampling_strategy="group_by_length",
        eval_strategy="steps",
        eval_steps=max(1, round(steps / 2)),
        save_strategy="epoch",
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


def precision() -> tuple[bool, bool]:
    """(bf16, use_cpu). bf16 only where the hardware has it: emulated bf16 is slower than fp32."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False), False
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16")), True


class Watch:
    """Keeps the clock, the curve, the best weights, and all of it in each checkpoint.

    Not yet a TrainerCallback: transformers must not be imported before `prepare`, so `attach` adds that base.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock, self.curve, self.resumed, self._peak = Clock(), list[Point](), 0, 0.0

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
        common.save(self.folder / f"checkpoint-{state.global_step}" / "watch.json", {**kept, "curve": curve})

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._stop()

    def _stop(self) -> None:
        synchronize()
        self.clock.stop()


def attach(trainer: Trainer, folder: Path) -> Watch:
    """Give the Trainer a `Watch` as callback."""
    from transformers import TrainerCallback

    class Callback(Watch, TrainerCallback):
        pass

    watch = Callback(folder)
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


def speed(clock: Clock, rows: int) -> dict[str, float]:
    """Cost of training alone; rows per processor second is what a shared machine distorts least."""
    return {
        "train_cpu": round(clock.cpu, 2),
        "train_wall": round(clock.wall, 2),
        "rows_per_wall_second": round(rows / clock.wall, 1),
        "rows_per_cpu_second": round(rows / clock.cpu, 1),
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
