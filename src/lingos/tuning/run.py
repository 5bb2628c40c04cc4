"""`tune`: doctor -> split -> ladder -> calibrate -> refit -> export -> evaluate -> save. The whole road, in order."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.backbones.text import TextBackbone, load
from lingos.compression.variants import export
from lingos.confidence import Bank
from lingos.contracts import BackboneInfo, Progress
from lingos.errors import RecipeError
from lingos.ladder import ladder
from lingos.ladder.choice import Choice
from lingos.ladder.rung import Rung, memory
from lingos.ladder.rungs import Effort, effort
from lingos.manifest import Data
from lingos.methods.base import Method, method
from lingos.skill import Skill, write
from lingos.store.store import Store
from lingos.tasks.base import task
from lingos.training.corpus import Corpus
from lingos.training.fit import Fitted, Watch, fit
from lingos.training.loop import Log
from lingos.training.track import tracker
from lingos.tuning import recipe
from lingos.tuning.bundle import Parts, bundle, put_trunk
from lingos.tuning.calibrate import calibrate
from lingos.tuning.descriptions import read_descriptions
from lingos.tuning.finish import finish
from lingos.tuning.folds import shared_folds
from lingos.tuning.held import check_held, held_back
from lingos.tuning.learned import CALIBRATION, INHERITED
from lingos.tuning.naming import name_of
from lingos.tuning.options import TuneOptions
from lingos.tuning.origin import Origin, origin_of
from lingos.tuning.outside import EVERYDAY, check_outside, learns, outside_texts
from lingos.tuning.prepare import Prepared, prepare
from lingos.tuning.reading import how_read
from lingos.tuning.result import Tuned
from lingos.tuning.state import alone, check_one_process, facts_of_run, folder_of, unfinished
from lingos.words.said import Said, teller

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["tune"]

ALONE = 24 * 3600.0  # seconds: a method that was named is never skipped
CALIBRATE = 500  # rows out of fold that a method which is compared with no other needs: its scores are set by them


@dataclasses.dataclass
class Road:
    """What every part of the road may ask."""

    name: str
    options: TuneOptions
    store: Store
    say: Callable[[str], None]
    progress: Progress | None
    prepared: Prepared
    corpus: Corpus
    user: Mapping[str, Any]
    origin: Origin | None
    folder: Path  # state of an unfinished run; removed at the end

    def learned(self, rung: Rung) -> Array:
        """Positions of the rows that the skill learns: all but those that were held back to set its scores."""
        rows = np.arange(len(self.prepared.train))
        return np.setdiff1d(rows, rung.rows) if rung.fitted else rows


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
        DataError: the file can not be learned from. RecipeError: an unknown setting, or several processes were started
        for it. ResourceError: another process is at this run. Interrupted: Ctrl-C, resumable.
    """
    began = time.monotonic()
    check_one_process()
    options = recipe.merged(options or TuneOptions())
    store = store or Store()
    road = _set_out(train, options, store, say, progress)
    say = road.say
    with alone(road.folder):
        if unfinished(road.folder):
            say(Said("say.resumed", {"folder": road.folder}))
        rungs, choice = _climb(road)
        say(Said("say.chosen", {"reason": choice.reason}))
        skill = _build(road, choice.rung)
        tuned = finish(skill, road.prepared, rungs, choice, store, time.monotonic() - began, say)
        shutil.rmtree(road.folder, ignore_errors=True)
    return tuned


# -- the stages ------------------------------------------------------------------------------------------------------
def _set_out(
    train: str | Path, options: TuneOptions, store: Store, say: Callable[[str], None], progress: Progress | None
) -> Road:
    news: list[str] = []  # told below: nothing is read yet, so the language of the rows is not known
    name = name_of(train, options, news.append)
    user = recipe.asked(options)
    methods = [method(name) for name in _methods(options)]
    recipe.check_names(user, methods)
    check_outside(options, methods)
    check_held(options, methods)
    backbone = _base(options, methods)
    origin = origin_of(options, store, backbone, methods)
    prepared = prepare(train, options, backbone, say, origin)
    kind = task(options.task)
    schema = dict(kind.schema(prepared.train))
    say = teller(say, schema["language"])
    for text in news:
        say(text)
    _describe(schema, options, say)
    corpus = Corpus(prepared.train, kind, schema, backbone, home=store.home, progress=progress)
    corpus.clusters = prepared.clusters
    if backbone is not None:
        corpus.max_length = prepared.max_length
        told = {"base": backbone.info.name, "length": corpus.max_length, "precision": corpus.place.precision}
        say(Said("say.base", told))
        corpus = _outside(corpus, options, prepared, say)
    facts = facts_of_run(train, options, prepared, corpus, origin.ref if origin else "")
    folder = folder_of(store.home, facts, {**user, "descriptions": schema.get("descriptions")})
    return Road(name, options, store, say, progress, prepared, corpus, user, origin, folder)


def _base(options: TuneOptions, methods: Sequence[Method]) -> TextBackbone | None:
    """The base, or None where no method reads it; a method that was named must have one if it reads it."""
    wanted = [one.name for one in methods if one.reads != "texts"]
    if options.base == "none" and options.method in wanted:
        raise RecipeError(
            f"the method {options.method} needs a base, and the base is none",
            expected="a pretrained model",
            cure="leave --base out, name one of `lingos bases`, or choose --method tfidf",
        )
    return load(options.base) if wanted and options.base != "none" else None


def _describe(schema: dict[str, Any], options: TuneOptions, say: Callable[[str], None]) -> None:
    """What the labels mean, if that was told: a skill carries it beside what the task found in the rows."""
    if options.descriptions:
        labels = schema["labels"]
        found = read_descriptions(Path(options.descriptions), labels, schema["language"])
        say(Said("say.described", {"count": len(found), "labels": len(labels), "file": options.descriptions}))
        schema["descriptions"] = found


def _outside(corpus: Corpus, options: TuneOptions, prepared: Prepared, say: Callable[[str], None]) -> Corpus:
    """The corpus with what people say that belongs to no label; see outside.py."""
    if options.outside is None:
        return corpus
    texts, left = outside_texts(options, prepared, corpus)
    say(Said("say.outside", {"count": len(texts), "file": options.outside, "left": left}))
    return dataclasses.replace(corpus, outside=texts)


def _climb(road: Road) -> tuple[list[Rung], Choice]:
    options = road.options
    alone = options.method != "auto"
    told = effort(options.effort)
    if alone:
        told = Effort(told.name, (options.method,), ALONE, CALIBRATE if told.name == "quick" else told.rows)
    held = options.calibrate == "held"
    origin = road.origin
    if held:
        folds, known = held_back(road.corpus, options)
    else:
        folds, known = shared_folds(road.prepared, road.corpus.targets, options.seed, origin)
    if origin and len(known):
        road.say(Said("say.again", {"count": len(known), "skill": origin.ref}))

    def settings(one: Method, warm: bool) -> Any:
        return recipe.settle(one, road.user, road.corpus.schema, alone, _info(road), warm)[0]

    plan = ladder.Plan(
        effort=told,
        folds=folds,
        seed=options.seed,
        settings=settings,
        groups=road.prepared.clusters,
        known=known,
        origin=origin.ref if origin else "",
        warm=origin.tensors if origin else None,
        folder=road.folder,
        progress=road.progress,
        say=road.say,
    )
    if held:
        with _tracked(road, options.method) as log:
            rungs, choice = ladder.run(road.corpus, dataclasses.replace(plan, keep=True, log=log))
        road.say(Said("say.back", {"held": len(choice.rung.rows), "rows": len(road.learned(choice.rung))}))
    else:
        rungs, choice = ladder.run(road.corpus, plan)
    return rungs, dataclasses.replace(
        choice, reason=Said("ladder.asked", {"method": options.method})
    ) if alone and not options.from_ else choice


def _build(road: Road, rung: Rung) -> Skill:
    """Calibrate on the out-of-fold rows, fit once more on all training rows, write the bundle, export."""
    options, corpus = road.options, road.corpus
    calibration, refusal, reason = calibrate(rung, corpus, options.refuse, options.seed, road.say)
    road.say(Said("say.calibrated", {"temperature": calibration.temperature, "reason": reason}))
    if options.refuse and math.isinf(refusal.threshold):
        needed = math.ceil(1 / options.refuse - 1e-9) - 1
        road.say(Said("say.few", {"share": f"{100 * options.refuse:g}", "needed": needed, "rows": len(rung.rows)}))
    fitted = rung.fitted or _refit(road, rung)
    told = options.method != "auto", _info(road), rung.warm is not None
    settings = recipe.settle(rung.method, road.user, corpus.schema, *told)[1]
    parts = Parts(
        name=road.name,
        fitted=fitted,
        corpus=corpus,
        recipe=settings,
        effort=options.effort,
        seed=options.seed,
        calibration=calibration,
        refusal=refusal,
        bank=_bank(fitted, road, rung),
        data=_data(road.prepared, options, rung.method),
        split=_split(road, rung),
        parent=rung.origin or None,
        calibrate=options.calibrate if rung.fitted else None,
    )
    staging = Path(tempfile.mkdtemp(prefix="lingos-"))
    manifest, files = bundle(parts, staging)
    if fitted.branch is not None:
        put_trunk(road.store.trunks, corpus.base, fitted.start)
    skill = write(staging / "skill", manifest, files)
    rows = road.prepared.train, road.prepared.test
    skill = export(skill, road.store, *rows, road.say, smaller=options.effort != "quick")
    # What was read back from skill.json is English only; these reasons can be told in every language.
    return dataclasses.replace(skill, manifest=dataclasses.replace(skill.manifest, recipe=settings))


def _refit(road: Road, rung: Rung) -> Fitted:
    """The method once more, on all training rows; its losses are tracked."""
    with _tracked(road, rung.method.name) as log:
        watch = Watch(road.folder / "refit", road.progress, log, warm=rung.warm)
        fitted = fit(road.corpus, rung.method, rung.settings, road.learned(rung), road.options.seed, watch)
    for note in fitted.notes:
        road.say(note)
    return fitted


@contextlib.contextmanager
def _tracked(road: Road, name: str) -> Iterator[Log | None]:
    log = tracker(road.options.track, road.store.home / "tracking", f"{road.name}-{name}")
    try:
        yield log
    finally:
        if log is not None:
            log.end()


def _bank(fitted: Fitted, road: Road, rung: Rung) -> Bank | None:
    """Typical vectors; its rows are counted among those of "train" in split.json."""
    rows = road.learned(rung)
    found = rung.held[0].bank if rung.fitted else memory(fitted, road.corpus, rows, road.options.seed)
    return dataclasses.replace(found, rows=np.searchsorted(rows, found.rows)) if found else None


def _split(road: Road, rung: Rung) -> dict[str, list[str]]:
    """Ids of the rows, also of those that set the scores alone; of a skill that started from another one also those
    that came with it.
    """
    ids, rows = [row.id for row in road.prepared.train], road.learned(rung)
    back = {CALIBRATION: [ids[row] for row in rung.rows]} if rung.fitted else {}
    found = {"train": [ids[row] for row in rows], **back, "test": [row.id for row in road.prepared.test]}
    return {**found, INHERITED: road.origin.rows} if rung.origin and road.origin else found


def _methods(options: TuneOptions) -> tuple[str, ...]:
    return effort(options.effort).methods if options.method == "auto" else (options.method,)


def _info(road: Road) -> BackboneInfo | None:
    return road.corpus.backbone.info if road.corpus.backbone is not None else None


def _data(prepared: Prepared, options: TuneOptions, chosen: Method) -> Data:
    columns = prepared.source.columns
    return Data(
        file=_place(prepared.source.file),
        rows=prepared.examination.rows,
        used=len(prepared.train),
        fingerprint=prepared.fingerprint,
        text=columns.text,
        label=columns.label or "",
        test_file=_place(options.test) if options.test else None,
        outside=_told_outside(options.outside) if options.outside and learns(chosen) else None,
        reading=how_read(options),
    )


def _told_outside(file: str) -> str:
    return file if file == EVERYDAY else _place(file)


def _place(file: str) -> str:
    """Where the file lies, so that `explain` finds its rows from any folder; a hub id or standard input as it is."""
    return str(Path(file).resolve()) if Path(file).exists() else file
