"""Losses to TensorBoard, Weights & Biases or MLflow, by one flag. Nothing leaves the machine on its own."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lingos.errors import MissingExtra, unknown
from lingos.training.loop import Log

__all__ = ["TRACKERS", "Tracker", "tracker"]

TRACKERS = {"tensorboard": "tensorboard", "wandb": "wandb", "mlflow": "mlflow"}
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "WANDB_ERROR_REPORTING": "false"}  # read when the client is imported


@dataclass(frozen=True)
class Tracker:
    """One run at a client: call it as (step, numbers), and `end` it."""

    log: Log
    end: Callable[[], object]

    def __call__(self, step: int, numbers: Mapping[str, float]) -> None:
        self.log(step, numbers)


def tracker(kind: str, folder: Path, run: str) -> Tracker | None:
    """A new run at a client, or None for "none". W&B stays offline unless WANDB_MODE says otherwise."""
    if kind == "none":
        return None
    if kind not in TRACKERS:
        raise unknown("tracker", kind, ["none", *TRACKERS])
    if importlib.util.find_spec(TRACKERS[kind]) is None:
        raise MissingExtra(TRACKERS[kind], "tracking")
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    return {"tensorboard": _tensorboard, "wandb": _wandb, "mlflow": _mlflow}[kind](folder, run)


def _tensorboard(folder: Path, run: str) -> Tracker:
    from torch.utils.tensorboard import SummaryWriter  # an extra

    writer = SummaryWriter(str(folder / run))

    def log(step: int, numbers: Mapping[str, float]) -> None:
        for name, value in numbers.items():
            writer.add_scalar(name, value, step)
        writer.flush()

    return Tracker(log, writer.close)


def _wandb(folder: Path, run: str) -> Tracker:
    import wandb  # an extra

    client = wandb.init(project="lingos", name=run, dir=str(folder), mode=os.environ.get("WANDB_MODE") or "offline")
    return Tracker(lambda step, numbers: client.log(dict(numbers), step=step), client.finish)


def _mlflow(folder: Path, run: str) -> Tracker:
    import mlflow  # an extra

    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{folder}/mlflow.db")
    mlflow.start_run(run_name=run)
    return Tracker(lambda step, numbers: mlflow.log_metrics(dict(numbers), step=step), mlflow.end_run)
