"""One method on chosen rows of a corpus: the closed-form part, then the gradient part if it has one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from lingos.contracts import Batch, Progress
from lingos.engines.base import in_order, planned
from lingos.errors import RecipeError
from lingos.methods.base import Deep, Descent, Features, Method, Solution, balance, head_kind
from lingos.methods.base import method as method_of
from lingos.modules.branch import Branch, is_head, make_branch
from lingos.settings import Options
from lingos.tasks.base import label_texts
from lingos.text.ngrams import Ngrams
from lingos.training.corpus import Corpus, beyond, digest
from lingos.training.device import Place, Precision
from lingos.training.held import NONE, cut
from lingos.training.hidden import STEP_TOKENS, States, padded
from lingos.training.loop import Job, Log, Trained, descend
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Fitted", "Watch", "fit", "outputs"]

START_ROWS = 32  # rows a class that make the class means at the start


@dataclass(frozen=True)
class Watch:
    """Who looks on: where the state is kept, the progress bar, the tracker; `steps` ends early for a forecast."""

    folder: Path | None = None
    progress: Progress | None = None
    log: Log | None = None
    steps: int | None = None
    warm: Mapping[str, Any] | None = None  # tensors of another skill's branch to start from


@dataclass
class Fitted:
    """A method after its fit. Text methods carry a solution, the others a branch."""

    method: Method
    settings: Options
    solution: Solution
    branch: Branch | None = None
    start: int | None = 0
    trained: Trained | None = None
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # further files of the bundle
    judges: Array = field(default_factory=lambda: np.zeros(0, np.int64))  # positions that decided when to stop


def fit(corpus: Corpus, method: Method, settings: Any, rows: Array, seed: int, watch: Watch | None = None) -> Fitted:
    """Fit `method` on the rows at these positions; no other target is read.

    Returns the fitted method; its branch is in eval mode. The same arguments give the same bits on the same place.
    """
    watch, began = watch or Watch(), time.perf_counter()
    torch.manual_seed(seed)
    if method.reads == "texts":
        fitted = Fitted(method, settings, method.solve(_features(corpus, rows, settings, seed), settings))
    elif method.reads == "vectors":
        fitted = _on_vectors(corpus, method, settings, rows, seed)
    else:
        fitted = _trained(corpus, method, settings, rows, seed, watch)
    before = fitted.trained.seconds if fitted.trained else 0.0  # of a resumed fit also those before it was killed
    fitted.seconds = max(time.perf_counter() - began, before)
    return fitted


def outputs(fitted: Fitted, corpus: Corpus, rows: Array) -> dict[str, Array]:
    """Raw outputs for the rows at these positions, in their order: "logits" [n, c]; of a branch "vector" [n, d], of a
    text method "known" [n].
    """
    if fitted.branch is None:
        tensors = fitted.solution.tensors
        grams = Ngrams({gram: k for k, gram in enumerate(fitted.solution.vocabulary)}, tensors["idf"])
        texts = [corpus.texts[k] for k in rows]
        return {"logits": grams.project(texts, tensors["weight"], tensors["bias"]), "known": grams.known(texts)}
    place = _place(corpus, fitted.settings)
    return _forward(fitted.branch, _reader(corpus, fitted.start), np.asarray(rows), corpus, place)


# -- three kinds -----------------------------------------------------------------------------------------------------
def _features(corpus: Corpus, rows: Array, settings: Any, seed: int) -> Features:
    targets = _taught(corpus)[rows]
    return Features(
        texts=[corpus.texts[k] for k in rows],
        targets=targets,
        labels=corpus.schema["labels"],
        weights=balance(targets, corpus.classes, getattr(settings, "class_weights", "none")),
        seed=seed,
        label_texts=label_texts(corpus.schema),
    )


def _on_vectors(corpus: Corpus, method: Method, settings: Any, rows: Array, seed: int) -> Fitted:
    rows = _with_names(corpus, settings, rows)
    features = replace(_features(corpus, rows, settings, seed), vectors=corpus.vectors[rows], encode=corpus.encode)
    solution = method.solve(features, settings)
    depth = corpus.base.info.depth
    head = corpus.task.head(corpus.base, corpus.schema, method.head)
    branch = make_branch(corpus.base, depth, head).eval()
    branch.fill(_torch(solution.tensors))
    return Fitted(method, settings, solution, branch.to(corpus.place.device), depth)


def _trained(corpus: Corpus, method: Method, settings: Any, rows: Array, seed: int, watch: Watch) -> Fitted:
    rows, judges = cut(corpus, rows, seed) if settings.patience else (rows, rows[:0])
    rows = _with_names(corpus, settings, rows)
    start = method.start(corpus.base.info, settings)
    if start is None and settings.adversarial:
        raise RecipeError(
            "adversarial pushes the trunk's output, and with train_embeddings there is no trunk",
            expected="one of the two",
            cure="leave adversarial or train_embeddings out",
        )
    head = corpus.task.head(corpus.base, corpus.schema, head_kind(method, corpus.base.info))
    branch = make_branch(corpus.base, start, head)
    if start is not None and _head_first(branch, settings):
        corpus.want([start, corpus.base.info.depth])  # in one pass
    notes = _warm(branch, watch.warm) if watch.warm else []
    notes += [NONE] if settings.patience and not len(judges) else []
    method.prepare(branch, settings)
    solution = _begin(branch, corpus, method, settings, rows, seed, start)
    job = _job(branch, corpus, method, settings, np.concatenate([rows, beyond(corpus)]), seed, start)
    job.folder, job.progress, job.log, job.steps = watch.folder, watch.progress, watch.log, watch.steps
    if watch.folder is not None:
        job.reads = digest(corpus, np.concatenate([rows, beyond(corpus)])) + _digest(watch.warm)
    if len(judges):
        job.judge = _judge(job, corpus, start, judges)
    trained = descend(job)
    files = method.finish(branch, settings)
    return Fitted(
        method, settings, solution, branch, start, trained, notes=notes + trained.notes, files=files, judges=judges
    )


def _begin(
    branch: Branch, corpus: Corpus, method: Method, settings: Any, rows: Array, seed: int, start: int | None
) -> Solution:
    """The head's start: class means of the untrained branch, from a few rows of each class; or, from there, a head that
    is fitted on the frozen vectors of all rows.
    """
    few = _few(_taught(corpus), rows, seed)
    features = _features(corpus, few, settings, seed)
    found = _forward(branch.eval(), _reader(corpus, start), few, corpus, _place(corpus, settings))
    solution = method.solve(replace(features, vectors=found["vector"], encode=corpus.encode), settings)
    branch.begin(_torch(solution.tensors), _torch(found))
    if _head_first(branch, settings):
        first = fit(corpus, method_of("head"), _head_settings(settings), rows[rows < len(corpus)], seed)
        assert first.branch is not None
        branch.fill({name: tensor.detach() for name, tensor in first.branch.tensors().items()})
    return solution


def _head_first(branch: Branch, settings: Any) -> bool:
    """Whether the head is fitted on frozen vectors before the layers move. A family's own head reads no such vector."""
    return isinstance(settings, Deep) and settings.begin == "head" and not branch.pools


def _head_settings(settings: Deep) -> Options:
    """Of `head`: how long, how fast and by how many rows; all else is said once for both parts of a run."""
    own = {"epochs", "head_rate", "batch_rows", "patience"}
    told = {name: value for name, value in settings.model_dump().items() if name in Descent.model_fields.keys() - own}
    return method_of("head").Settings.model_validate(told)


def _job(
    branch: Branch, corpus: Corpus, method: Method, settings: Any, rows: Array, seed: int, start: int | None
) -> Job:
    targets = _taught(corpus)[rows]
    weights = balance(targets, corpus.classes, settings.class_weights)
    groups = method.groups(branch, settings)
    job = Job(branch, corpus.task, groups, settings, targets, weights, _place(corpus, settings), seed)
    if start is None:
        job.rows = [corpus.rows[k] for k in rows]
    else:
        job.states = _subset(corpus.states(start), rows)
    if branch.joint:
        job.also = {name: [arrays[k] for k in rows] for name, arrays in corpus.also.items()}
    return job


def _judge(job: Job, corpus: Corpus, start: int | None, judges: Array) -> Callable[[Branch], float]:
    truth = corpus.targets[judges]

    def judge(branch: Branch) -> float:
        found = _forward(branch, _reader(corpus, start), judges, corpus, job.place)["logits"]
        chances = torch.log_softmax(torch.from_numpy(found), 1)[torch.arange(len(truth)), torch.from_numpy(truth)]
        # Accuracy decides; the likelihood, far smaller than a row, breaks ties. Unrounded it would rise for ever.
        return float((found.argmax(1) == truth).mean()) + 1e-6 * round(float(chances.mean()), 2)

    return judge


# -- reading ---------------------------------------------------------------------------------------------------------
Reader = Callable[[Any], Batch]


def _reader(corpus: Corpus, start: int | None) -> Reader:
    """Positions -> the batch that a branch with this start reads."""
    if start is None:
        return lambda rows: padded([corpus.rows[k] for k in rows])
    states = corpus.states(start)

    def read(rows: Any) -> Batch:
        hidden = states.batch(rows)
        return Batch({}, hidden.mask, hidden)

    return read


def _place(corpus: Corpus, settings: Any) -> Place:
    """The corpus's place in the precision that the settings ask for."""
    wanted: Precision | Literal["auto"] = getattr(settings, "precision", "auto")
    return corpus.place if wanted == "auto" else replace(corpus.place, precision=wanted)


def _forward(branch: Branch, reader: Reader, rows: Array, corpus: Corpus, place: Place) -> dict[str, Array]:
    lengths = corpus.lengths[rows] if branch.span is not None else np.ones(len(rows), dtype=np.int64)
    parts = []
    branch.to(place.device)
    with torch.inference_mode(), place.autocast():
        for step in planned(lengths, STEP_TOKENS):
            outputs = branch(place.move(reader(rows[step])))
            parts.append((step, {name: values.float().cpu().numpy() for name, values in outputs.items()}))
    return in_order(parts, len(rows))


def _subset(states: States, rows: Array) -> States:
    """The states of some rows, without copying them: starts are kept per row."""
    chosen = states.chosen[rows] if isinstance(states, _View) else np.asarray(rows)
    return _View(states.flat, states.starts, states.depth, chosen)


@dataclass(frozen=True)
class _View(States):
    chosen: Any = None

    @property
    def lengths(self) -> Array:
        return np.asarray(np.diff(self.starts)[self.chosen])

    def batch(self, rows: Array) -> Any:
        return States(self.flat, self.starts, self.depth).batch(self.chosen[rows])


def _taught(corpus: Corpus) -> Array:
    """Class numbers of the rows and then of the labels' own texts, int64 [n + classes + outside]; -1 outside."""
    return np.concatenate([corpus.targets, np.arange(corpus.classes), np.full(len(corpus.outside), -1)])


def _with_names(corpus: Corpus, settings: Any, rows: Array) -> Array:
    """The rows, and where they count the labels' own texts, which come after all rows."""
    if not getattr(settings, "label_names", False):
        return rows
    return np.concatenate([rows, len(corpus) + np.unique(corpus.targets[rows])])


def _few(targets: Array, rows: Array, seed: int) -> Array:
    order = np.random.default_rng([seed, 3]).permutation(rows)
    return np.sort(np.concatenate([order[targets[order] == k][:START_ROWS] for k in np.unique(targets[rows])]))


def _warm(branch: Branch, tensors: Mapping[str, Any]) -> list[str]:
    """Fill the layers from another skill's branch. The head starts from class means: its classes are other ones."""
    own = branch.tensors()
    fits = {name for name in tensors if name in own and own[name].shape == tensors[name].shape and not is_head(name)}
    branch.fill(_torch({name: tensors[name] for name in fits}))
    layers = sum(not is_head(name) for name in own)
    return [Said("train.warm", {"count": len(fits), "layers": layers})]


def _digest(tensors: Mapping[str, Any] | None) -> str:
    state = hashlib.sha256()
    for name, values in sorted((tensors or {}).items()):
        state.update(name.encode() + np.ascontiguousarray(values).tobytes())
    return state.hexdigest()


def _torch(tensors: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.array(value, dtype=np.float32)) for name, value in tensors.items()}
