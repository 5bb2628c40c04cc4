"""Climb from the cheapest method to the dearest on shared folds, within a time that was said beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.contracts import Progress
from lingos.ladder.choice import Choice, choose, futile
from lingos.ladder.forecast import forecast
from lingos.ladder.rung import Rung, climb
from lingos.ladder.rungs import Effort
from lingos.methods.base import Method, method, trains_layers
from lingos.training import clock
from lingos.training.corpus import Corpus
from lingos.training.fit import Watch
from lingos.training.loop import Log
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Plan", "run"]

PATIENCE = 5 * 60.0  # seconds that the first pass through the trunk may always take
REFIT = 1.25  # the chosen method is fitted once more, on a quarter more rows


@dataclass(frozen=True)
class Plan:
    """What the ladder is asked: folds of positions, the effort, and who looks on."""

    effort: Effort
    folds: Sequence[Array]
    seed: int
    settings: Callable[[Method, bool], Any]  # a method, and whether it starts from `warm` -> its settled settings
    known: Array = field(default_factory=lambda: np.zeros(0, np.int64))  # learned with every fold, never judged by
    groups: Array | None = None  # near-duplicate cluster of every row
    origin: str = ""  # skill whose branch is tried as a start beside a fresh one
    warm: Mapping[str, Any] | None = None
    folder: Path | None = None
    progress: Progress | None = None
    log: Log | None = None  # of the losses, where the fit is kept
    keep: bool = False  # the fit stays in the rung: it will serve
    say: Callable[[str], None] = lambda text: None


def run(corpus: Corpus, plan: Plan) -> tuple[list[Rung], Choice]:
    """Try each rung and choose. A rung whose forecast does not fit is skipped, and says so."""
    began = clock.seconds()
    rungs: list[Rung] = []
    pool = np.sort(np.concatenate([*plan.folds, plan.known]))
    for rung in _rungs(corpus, plan):
        left = plan.effort.seconds - (clock.seconds() - began)
        folds = _folds(rung, corpus, plan, left)
        planned = sum(map(len, folds))
        watch = Watch(plan.folder, _told(plan.progress, rung.name), plan.log)
        for fold in folds:
            held = climb(rung, corpus, pool, fold, plan.seed, watch, plan.keep)
            for note in held.notes:
                plan.say(Said("say.rung", {"rung": rung.name, "said": note}))
            rung.stopped = futile(rung, rungs, corpus, planned) or ""
            if rung.stopped:
                break
        plan.say(_line(rung, corpus))
        rungs.append(rung)
    return rungs, choose(rungs, corpus, plan.groups)


def _rungs(corpus: Corpus, plan: Plan) -> list[Rung]:
    """Each method, and where a skill to start from was named, each that trains layers from there as well."""
    found = []
    for name in plan.effort.methods:
        one = method(name)
        found.append(Rung(one, plan.settings(one, False)))
        if plan.warm is not None and trains_layers(one, corpus.base.info):
            found.append(Rung(one, plan.settings(one, True), plan.origin, plan.warm))
    return found


def _folds(rung: Rung, corpus: Corpus, plan: Plan, left: float) -> list[Array]:
    """As many of the shared folds as the time allows: the paired test needs the same rows, not all of them."""
    folds = _enough(plan.folds, plan.effort.rows)
    if rung.method.reads != "texts" and corpus.backbone is None:
        rung.skipped = Said("skipped.base")
        return []
    if rung.method.reads == "texts":
        return folds
    alone = len(plan.effort.methods) == 1  # a method that was named is never skipped
    ready = _ready(corpus, rung)
    if ready and rung.method.reads == "vectors":
        return folds
    found = forecast(corpus, rung.method, rung.settings, _rest(plan), plan.seed)
    lacking = found.lacking(corpus.home)
    if lacking and alone:
        plan.say(Said("say.rung", {"rung": rung.name, "said": lacking}))
    elif lacking:
        rung.skipped = lacking
        return []
    trunk = 0.0 if ready else found.trunk
    if rung.method.reads == "vectors":
        # Without one pass through the trunk nothing but words could be tried: even `quick` waits a little for it.
        if trunk > max(left, PATIENCE) and not alone:
            rung.skipped = Said("skipped.trunk", {"forecast": found.said, "left": f"{max(0.0, left):.0f}"})
        return [] if rung.skipped else folds
    count = max(int((left - trunk) / max(found.fit, 1e-6) - REFIT), int(alone))
    if count < 1:
        rung.skipped = Said("skipped.fit", {"forecast": found.said, "left": f"{max(0.0, left) / 60:.0f}"})
        return []
    said = Said("forecast.fit", {"forecast": found.said})
    plan.say(Said("say.rung", {"rung": rung.name, "said": said}))
    return folds[: min(count, len(folds))]


def _enough(folds: Sequence[Array], rows: int) -> list[Array]:
    """The first folds that hold so many rows together."""
    held = np.cumsum([len(fold) for fold in folds])
    return list(folds[: int(np.searchsorted(held, rows)) + 1])


def _ready(corpus: Corpus, rung: Rung) -> bool:
    depth = rung.method.start(corpus.base.info, rung.settings)
    return depth is None or corpus.has(depth)


def _rest(plan: Plan) -> Array:
    if plan.keep:
        return plan.known
    return np.concatenate([*(plan.folds[1:] or plan.folds), plan.known])


def _told(progress: Progress | None, name: str) -> Progress | None:
    if progress is None:
        return None
    return lambda what, share: progress(f"{name}: {what}", share)


def _line(rung: Rung, corpus: Corpus) -> Said:
    if rung.skipped:
        said = Said("ladder.skipped", {"reason": rung.skipped})
    else:
        score = f"{100 * rung.correct(corpus, rung.rows).mean():.1f}"
        said = Said("ladder.line", {"score": score, "rows": len(rung.rows), "seconds": f"{rung.seconds:.0f}"})
    if isinstance(rung.stopped, Said):
        said = Said("list.semicolon", {"first": said, "rest": rung.stopped})
    return Said("say.rung", {"rung": rung.name, "said": said})
