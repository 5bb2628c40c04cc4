"""`tune`: doctor -> split -> ladder -> calibrate -> refit -> export -> evaluate -> save. The whole road, in order."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.backbones.text import TextBackbone, load
from lingos.compression.variants import export
from lingos.contracts import Progress
from lingos.data import splits
from lingos.errors import DataError, RecipeError
from lingos.ladder import ladder
from lingos.ladder.choice import Choice
from lingos.ladder.rung import Rung, memory
from lingos.ladder.rungs import Effort, effort
from lingos.manifest import Data
from lingos.methods.base import Method, method
from lingos.skill import Skill, write
from lingos.store.store import Store
from lingos.tasks.base import task
from lingos.text.normalise import clean
from lingos.training.corpus import Corpus
from lingos.training.fit import Watch, fit
from lingos.training.track import tracker
from lingos.tuning import recipe
from lingos.tuning.bundle import Parts, bundle, put_trunk
from lingos.tuning.calibrate import calibrate
from lingos.tuning.descriptions import read_descriptions
from lingos.tuning.finish import finish
from lingos.tuning.options import TuneOptions
from lingos.tuning.prepare import Prepared, prepare
from lingos.tuning.result import Tuned
from lingos.words.said import Said, teller

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["tune"]

FOLDS = 5
LONGEST = 0.99  # share of the rows that are read whole
ALONE = 24 * 3600.0  # seconds: a method that was named is never skipped


@dataclasses.dataclass
class Road:
    """What every part of the road may ask."""

    options: TuneOptions
    store: Store
    say: Callable[[str], None]
    progress: Progress | None
    prepared: Prepared
    corpus: Corpus
    user: Mapping[str, Any]
    folder: Path  # state of an unfinished run; removed at the end

    @property
    def train(self) -> Array:
        return np.arange(len(self.prepared.train))


def tune(
    train: str | Path,
    options: TuneOptions | None = None,
    *,
    store: Store | None = None,
    say: Callable[[str], None] = lambda text: None,
    progress: Progress | None = None,
) -> Tuned:
    """Make a skill from a labelled file. `say` gets one line of news at a time; the same call resumes a killed run.

    Raises:
        DataError: the file can not be learned from. RecipeError: an unknown setting. Interrupted: Ctrl-C, resumable.
    """
    began = time.monotonic()
    options = options or TuneOptions()
    store = store or Store()
    road = _set_out(train, options, store, say, progress)
    rungs, choice = _climb(road)
    say = teller(say, str(road.corpus.schema["language"]))
    say(Said("say.chosen", {"reason": choice.reason}))
    skill = _build(road, choice.rung)
    tuned = finish(skill, road.prepared, rungs, choice, store, time.monotonic() - began, say)
    shutil.rmtree(road.folder, ignore_errors=True)
    return tuned


# -- the stages ------------------------------------------------------------------------------------------------------
def _set_out(
    train: str | Path, options: TuneOptions, store: Store, say: Callable[[str], None], progress: Progress | None
) -> Road:
    user = recipe.asked(options)
    methods = [method(name) for name in _methods(options)]
    recipe.check_names(user, methods)
    backbone = None if options.base == "none" or all(one.reads == "texts" for one in methods) else load(options.base)
    prepared = prepare(train, options, backbone, say)
    kind = task(options.task)
    schema = dict(kind.schema(prepared.train))
    say = teller(say, schema["language"])
    _describe(schema, options, say)
    corpus = Corpus(prepared.train, kind, schema, backbone, home=store.home, progress=progress)
    if backbone is not None:
        corpus.max_length = options.max_length or _length(backbone, prepared)
        facts = {"base": backbone.info.name, "length": corpus.max_length, "precision": corpus.place.precision}
        say(Said("say.base", facts))
    folder = store.home / "runs" / _key(train, options, prepared, {**user, "descriptions": schema.get("descriptions")})
    if folder.exists():
        say(Said("say.resumed", {"folder": folder}))
    return Road(options, store, say, progress, prepared, corpus, user, folder)


def _describe(schema: dict[str, Any], options: TuneOptions, say: Callable[[str], None]) -> None:
    """What the labels mean, if that was told: a skill carries it beside what the task found in the rows."""
    if options.descriptions:
        labels = schema["labels"]
        found = read_descriptions(Path(options.descriptions), labels, schema["language"])
        say(Said("say.described", {"count": len(found), "labels": len(labels), "file": options.descriptions}))
        schema["descriptions"] = found


def _climb(road: Road) -> tuple[list[Rung], Choice]:
    options = road.options
    alone = options.method != "auto"
    told = effort(options.effort)
    if alone:
        told = Effort(told.name, (options.method,), ALONE, told.rows)
    folds = _folds(road)

    def settings(one: Method) -> Any:
        return recipe.settle(one, road.user, road.corpus.schema, alone)[0]

    plan = ladder.Plan(
        effort=told,
        folds=folds,
        seed=options.seed,
        settings=settings,
        groups=road.prepared.clusters,
        origin=options.from_ or "",
        warm=_warm(road),
        folder=road.folder,
        progress=road.progress,
        say=road.say,
    )
    rungs, choice = ladder.run(road.corpus, plan)
    return rungs, dataclasses.replace(
        choice, reason=Said("ladder.asked", {"method": options.method})
    ) if alone and not options.from_ else choice


def _build(road: Road, rung: Rung) -> Skill:
    """Calibrate on the out-of-fold rows, fit once more on all training rows, write the bundle, export."""
    options, corpus = road.options, road.corpus
    calibration, refusal, reason = calibrate(rung, corpus, options.refuse, options.seed)
    road.say(Said("say.calibrated", {"temperature": calibration.temperature, "reason": reason}))
    log = tracker(options.track, road.store.home / "tracking", f"{_name(road)}-{rung.method.name}")
    watch = Watch(road.folder / "refit", road.progress, log, warm=rung.warm)
    fitted = fit(corpus, rung.method, rung.settings, road.train, options.seed, watch)
    for note in fitted.notes:
        road.say(note)
    settings = recipe.settle(rung.method, road.user, corpus.schema, options.method != "auto")[1]
    parts = Parts(
        name=_name(road),
        fitted=fitted,
        corpus=corpus,
        recipe=settings,
        effort=options.effort,
        seed=options.seed,
        calibration=calibration,
        refusal=refusal,
        bank=memory(fitted, corpus, road.train, options.seed),
        data=_data(road.prepared, options.test),
        split={"train": [row.id for row in road.prepared.train], "test": [row.id for row in road.prepared.test]},
        parent=rung.origin or None,
    )
    staging = Path(tempfile.mkdtemp(prefix="lingos-"))
    manifest, files = bundle(parts, staging)
    if fitted.branch is not None:
        put_trunk(road.store.trunks, corpus.base, fitted.start)
    skill = write(staging / "skill", manifest, files)
    # Rows that were learned flip less than new ones, so the int8 gate asks test texts, without their labels.
    checked = [dataclasses.replace(row, target=None) for row in road.prepared.test]
    skill = export(skill, road.store, checked, road.say, smaller=options.effort != "quick")
    # What was read back from skill.json is English only; these reasons can be told in every language.
    return dataclasses.replace(skill, manifest=dataclasses.replace(skill.manifest, recipe=settings))


def _methods(options: TuneOptions) -> tuple[str, ...]:
    return effort(options.effort).methods if options.method == "auto" else (options.method,)


def _folds(road: Road) -> list[Array]:
    """Shared folds of the training rows: the first ones are used until the effort has enough rows out of fold."""
    train = road.prepared.train
    smallest = int(np.bincount(road.corpus.targets[: len(train)]).min())
    count = FOLDS if len(train) >= 2 * FOLDS else 2
    if len(train) < 4:
        raise DataError(
            f"{len(train)} training rows ({smallest} in the smallest class)",
            expected="at least two rows of each class",
            cure="label more rows, or use --method labels, which needs none",
        )
    return splits.folds(train, road.prepared.clusters.tolist(), count=count, seed=road.options.seed)


def _length(backbone: TextBackbone, prepared: Prepared) -> int:
    """Tokens that 99 % of the training rows need, rounded up to a multiple of eight."""
    sample = [clean(str(row.fields["text"])) for row in prepared.train[:: max(1, len(prepared.train) // 5000)]]
    needed = int(np.quantile(backbone.tokens.count(sample), LONGEST))
    return min(backbone.info.max_length, -(-max(needed, 16) // 8) * 8)


def _warm(road: Road) -> Mapping[str, Any] | None:
    if road.options.from_ is None:
        return None
    skill = road.store.get(road.options.from_)
    if skill.manifest.branch is None:
        raise RecipeError(
            f"{skill.ref} has no branch to start from: its method is {skill.manifest.method}",
            expected="a skill of a trained method (head, top, full, lora)",
            cure="leave --from out, or name another skill",
        )
    learned = set(json.loads(skill.path("split.json").read_text("utf-8"))["train"])
    shared = sum(row.id in learned for row in road.prepared.train)
    if shared:
        road.say(Said("say.learned", {"skill": str(skill.ref), "shared": shared}))
    return skill.tensors("branch.safetensors")


def _name(road: Road) -> str:
    return road.options.name or Path(road.prepared.source.file).name.split(".")[0]


def _data(prepared: Prepared, test_file: str | None) -> Data:
    columns, found = prepared.source.columns, prepared.examination
    used, label = len(prepared.train), columns.label or ""
    return Data(_place(prepared.source.file), found.rows, used, prepared.fingerprint, columns.text, label, test_file)


def _place(file: str) -> str:
    """Where the file lies, so that `explain` finds its rows from any folder; a hub id or standard input as it is."""
    return str(Path(file).resolve()) if Path(file).exists() else file


def _key(train: str | Path, options: TuneOptions, prepared: Prepared, user: Mapping[str, Any]) -> str:
    said = options.model_dump(mode="json", exclude={"name", "track", "refuse"})
    facts = json.dumps([str(train), said, prepared.fingerprint, dict(user)], sort_keys=True, default=str)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
