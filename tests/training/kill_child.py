"""The same training job in forked children that are killed with SIGKILL, and its weights as one digest.

A fork has torch imported already, which a fresh process needs seconds for; benchmarks/kill_resume.py takes fresh ones.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from tests.training import made

from lingos.methods.base import method
from lingos.training import checkpoint
from lingos.training.fit import Watch, fit

SETTINGS = {"epochs": 4, "batch_rows": 8, "train_embeddings": True, "patience": 8}  # 24 steps, with dropout


def trained(folder: Path | None, die: tuple[str, int] | None = None) -> str:
    """SHA-256 of the final weights; `die` = (when, step) kills this process on the way."""

    steps = [0]

    def log(step: int, numbers: Mapping[str, float]) -> None:
        steps.append(step)
        if die == ("step", step):
            os.kill(os.getpid(), signal.SIGKILL)

    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if die == ("write", steps[-1]):
            os.kill(os.getpid(), signal.SIGKILL)
        real(source, target)

    checkpoint.os.replace = replace  # type: ignore[attr-defined]
    corpus = made.corpus("bert", 48)
    told = made.settings("full", **SETTINGS)
    found = fit(corpus, method("full"), told, made.every(corpus), 1, Watch(folder, log=log))
    checkpoint.os.replace = real  # type: ignore[attr-defined]
    state = hashlib.sha256()
    for name, tensor in sorted(found.branch.tensors().items()):
        state.update(name.encode() + tensor.numpy().tobytes())
    return state.hexdigest()


def killed(folder: Path, die: tuple[str, int]) -> bool:
    """Whether a forked child that runs the job was ended by SIGKILL."""
    child = os.fork()
    if not child:
        trained(folder, die)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
