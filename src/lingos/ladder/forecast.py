"""How long will it take, and how much memory and disk? Asked before the work, from a few measured steps of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lingos.contracts import BackboneInfo
from lingos.methods.base import Deep, Method
from lingos.training import batches, clock
from lingos.training.corpus import Corpus, beyond
from lingos.training.fit import Watch, fit
from lingos.training.hidden import IN_MEMORY
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Forecast", "forecast"]

SAMPLE = 192  # rows whose trunk output is computed for the measurement
FEW = 8
STEPS = 4


@dataclass(frozen=True)
class Forecast:
    """Seconds of the trunk pass over all rows, seconds of one fit, megabytes of memory and of disk."""

    trunk: float
    fit: float
    memory_mb: float
    disk_mb: float

    @property
    def said(self) -> Said:
        """Time, memory and disk in words."""
        total = self.trunk + self.fit
        long = total >= 90
        time = Said("time.minutes" if long else "time.seconds", {"count": f"{total / 60 if long else total:.0f}"})
        return Said("forecast", {"time": time, "memory": f"{self.memory_mb:.0f}", "disk": f"{self.disk_mb:.0f}"})

    def lacking(self, home: Path | None) -> Said | None:
        """What this machine has too little of, memory or disk; None where both suffice, or can not be asked for."""
        disk = shutil.disk_usage(home).free / 1e6 if home and home.exists() else None
        wants = ("skipped.memory", self.memory_mb, _memory_mb()), ("skipped.disk", self.disk_mb, disk)
        for code, needed, free in wants:
            if free is not None and needed > free:
                return Said(code, {"needed": f"{needed:.0f}", "free": f"{free:.0f}"})
        return None


def _memory_mb() -> float | None:
    """Memory that can be had without swapping, where the system tells (Linux)."""
    told = Path("/proc/meminfo")
    lines = told.read_text("ascii").splitlines() if told.exists() else []
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) / 1e3 if found else None


def forecast(corpus: Corpus, method: Method, settings: Any, rows: Array, seed: int) -> Forecast:
    """What one fit of a method on these rows costs, by running a few steps of it on a sample of the corpus.

    The head that `begin=head` fits first, some seconds, is left out. Text and vector methods are cheap enough to be run
    instead of forecast: zeros, but for the trunk pass.
    """
    if method.reads == "texts":
        return Forecast(0.0, 0.0, 0.0, 0.0)
    info = corpus.base.info
    small = _sample(corpus, seed)
    start = method.start(info, settings)
    reach = info.depth if getattr(settings, "begin", "") == "head" else start
    trunk = _trunk_seconds(corpus, small, reach) if reach is not None else 0.0
    kept = (
        0 if start is None else len(corpus) + len(corpus.outside) if start == info.depth else int(corpus.lengths.sum())
    )
    states = 4.0 * info.width * kept
    if method.reads == "vectors":
        return Forecast(trunk, 0.0, states / 1e6, states / 1e6)
    share = _share_that_moves(info, start)
    weights = 4.0 * info.parameters * (1 + 3 * share)  # the gradient and two moments of what moves, in float32
    fit = _fit_seconds(corpus, small, method, settings, rows, seed)
    disk = states + 4.0 * info.parameters * share * (3 + settings.average)
    return Forecast(trunk, fit, (weights + min(states, IN_MEMORY)) / 1e6, disk / 1e6)


def _sample(corpus: Corpus, seed: int) -> Corpus:
    chosen = np.sort(np.random.default_rng([seed, 5]).permutation(len(corpus))[:SAMPLE])
    examples = [corpus.examples[k] for k in chosen]
    return Corpus(examples, corpus.task, corpus.schema, corpus.base, corpus.max_length, corpus.place)


def _trunk_seconds(corpus: Corpus, small: Corpus, start: int) -> float:
    """The pass over the sample less that over a few rows: making the layers happens once and is no matter of rows."""
    few = Corpus(small.examples[:FEW], corpus.task, corpus.schema, corpus.base, corpus.max_length, corpus.place)
    tokens = float(small.lengths.sum() - few.lengths.sum())
    seconds = _clock(lambda: few.want([start])), _clock(lambda: small.want([start]))
    rate = (seconds[1] - seconds[0]) / tokens if tokens > 0 and seconds[1] > seconds[0] else 0.0
    return seconds[0] + rate * float(corpus.lengths.sum())


def _share_that_moves(info: BackboneInfo, start: int | None) -> float:
    """Share of the parameters that move at most: half of a small encoder is its embedding."""
    return 1.0 if start is None else 0.7 * (info.depth - start) / info.depth


def _fit_seconds(corpus: Corpus, small: Corpus, method: Method, settings: Any, rows: Array, seed: int) -> float:
    """Steps of the fit times the seconds of a step, scaled by how many padded tokens a step has here and there."""
    pooled = method.start(corpus.base.info, settings) == corpus.base.info.depth
    rows = np.concatenate([rows, beyond(corpus)])
    lengths = np.ones(len(rows), np.int64) if pooled else corpus.lengths[rows]
    there = _plan(lengths, settings, [seed])
    ticks, tokens = _measured(small, method, settings, seed)
    padded = sum(len(step) * int(lengths[step].max()) for step in there) / len(there)
    return float(settings.epochs * len(there) * ticks * _passes(settings) * max(padded, 1.0) / max(tokens, 1.0))


def _passes(settings: Any) -> float:
    """Passes of a step on average: a row that is pushed is seen twice. The steps that are measured are not pushed."""
    pushed = isinstance(settings, Deep) and settings.adversarial > 0
    return 2.0 - settings.adversarial_after if pushed else 1.0


def _measured(small: Corpus, method: Method, settings: Any, seed: int) -> tuple[float, float]:
    """Seconds of a step on the sample without the first one, and its padded tokens."""
    rows = np.flatnonzero(small.targets >= 0)
    times: list[float] = []
    generator = torch.get_rng_state()
    # A sample of a larger corpus is repeated where a step takes more rows than the sample has.
    wanted = np.resize(rows, max(len(rows), settings.batch_rows)) if len(small) >= SAMPLE else rows
    changed = {"patience": 0, "epochs": max(settings.epochs, STEPS + 1)}
    changed |= {"adversarial": 0.0} if isinstance(settings, Deep) else {}
    plain = settings.model_copy(update=changed)
    watch = Watch(steps=STEPS + 1, log=lambda step, numbers: times.append(clock.seconds()))
    fitted = fit(small, method, plain, wanted, seed, watch)
    torch.set_rng_state(generator)
    pooled = fitted.start == small.base.info.depth
    lengths = np.ones(len(wanted), np.int64) if pooled else small.lengths[wanted]
    steps = [step for epoch in range(plain.epochs) for step in _plan(lengths, plain, [seed, epoch])][1 : STEPS + 1]
    tokens = sum(len(step) * int(lengths[step].max()) for step in steps) / len(steps)
    return max(1e-5, (times[-1] - times[0]) / (len(times) - 1)), tokens


def _plan(lengths: Array, settings: Any, seed: list[int]) -> list[Array]:
    return batches.plan(lengths, settings.batch_rows, settings.batch_tokens, np.random.default_rng(seed))


def _clock(work: Callable[[], None]) -> float:
    began = clock.seconds()
    work()
    return clock.seconds() - began
