"""One rung: a method on the shared folds, each row predicted by a model that did not see it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from lingos.confidence import PER_CLASS, Bank, bank
from lingos.errors import ResourceError
from lingos.methods.base import Method
from lingos.tasks.base import softmax
from lingos.training.corpus import Corpus, beyond, digest
from lingos.training.fit import Fitted, Watch, fit, outputs
from lingos.training.pace import milliseconds
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Held", "Rung", "climb", "memory"]

TEMPERATURES = np.geomspace(0.2, 5.0, 41)
TIMED = 16  # texts that are answered one by one
BANK_ROWS = 400  # rows a class, at most, among which k-means finds a fold's bank of typical vectors
BANK_TOTAL = 10_000  # rows in all: the pass over them must stay cheap beside the fit, however many classes there are


@dataclass(frozen=True)
class Held:
    """Out-of-fold outputs of one fold: rows, targets [m], logits [m, c], vectors [m, d or 0], the fold's bank; of a
    text method also `known` [m], where texts from outside were learned their logits [k, c]. `ms`: for one text alone,
    in this process; `megabytes`: of what is the method's own.
    """

    rows: Array
    logits: Array
    vectors: Array
    targets: Array
    bank: Bank | None
    seconds: float
    known: Array | None = None
    ms: float = 0.0
    megabytes: float = 0.0
    notes: tuple[str, ...] = ()
    outside: Array | None = None


@dataclass(eq=False)  # arrays have no truth value: a rung is itself alone
class Rung:
    """What a method showed. `skipped`: why it was not tried; `stopped`: why not on all folds; `warm`: tensors of the
    skill `origin` to start from; `fitted`: the last fit, where it is the one that will serve.
    """

    method: Method
    settings: Any
    origin: str = ""
    warm: Mapping[str, Any] | None = None
    held: list[Held] = field(default_factory=list)
    seconds: float = 0.0
    skipped: str = ""
    stopped: str = ""
    fitted: Fitted | None = None

    @property
    def name(self) -> str:
        """The method, and the skill that it started from."""
        named = {"method": self.method.name, "skill": self.origin}
        return Said("ladder.from", named) if self.origin else self.method.name

    @property
    def rows(self) -> Array:
        """Positions that were predicted out of fold."""
        return np.concatenate([held.rows for held in self.held]) if self.held else np.zeros(0, np.int64)

    @property
    def logits(self) -> Array:
        """Out-of-fold logits of `rows`."""
        return np.concatenate([held.logits for held in self.held])

    def correct(self, corpus: Corpus, rows: Array) -> Array:
        """1 where the out-of-fold label was right, for rows that were predicted: int64 [rows]."""
        order = np.argsort(self.rows)
        found = order[np.searchsorted(self.rows, rows, sorter=order)]
        return np.asarray(self.logits.argmax(1)[found] == corpus.targets[rows], dtype=np.int64)

    def likelihood(self, corpus: Corpus, rows: Array) -> Array:
        """Log of the right label's out-of-fold chance at each of `TEMPERATURES`, at least ln 1e-4: [t, rows]."""
        order = np.argsort(self.rows)
        found = order[np.searchsorted(self.rows, rows, sorter=order)]
        logits, places = self.logits[found], (np.arange(len(rows)), corpus.targets[rows].astype(np.int64))
        return np.log(np.maximum([softmax(logits, heat)[places] for heat in TEMPERATURES], 1e-4))


def climb(rung: Rung, corpus: Corpus, pool: Array, fold: Array, seed: int, watch: Watch, keep: bool = False) -> Held:
    """Fit on the pool without the fold, predict the fold. What is done already lies in the folder of `watch` and is
    read. `keep`: the fit will serve and stays in the rung; what lies there is its state, from which it goes on.
    """
    place = watch.folder / f"{rung.method.name}-{_key(rung, corpus)}-{len(rung.held)}" if watch.folder else None
    held = None if keep else _read(place)
    if held is None or not np.array_equal(held.rows, fold):
        rest = np.setdiff1d(pool, fold)
        fitted = fit(corpus, rung.method, rung.settings, rest, seed, replace(watch, folder=place, warm=rung.warm))
        held = _held(fitted, rung, corpus, rest, fold, seed)
        if keep:
            rung.fitted = fitted
        else:
            _write(place, held)
    rung.held.append(held)
    rung.seconds += held.seconds
    return held


def memory(fitted: Fitted, corpus: Corpus, rows: Array, seed: int) -> Bank | None:
    """The bank of typical training vectors of a fitted method; None for methods without vectors."""
    if fitted.branch is None:
        return None
    order = np.random.default_rng([seed, 11]).permutation(rows)
    targets = corpus.targets[order]
    each = max(PER_CLASS, min(BANK_ROWS, BANK_TOTAL // corpus.classes))
    few = np.sort(np.concatenate([order[targets == k][:each] for k in np.unique(targets)]))
    found = bank(outputs(fitted, corpus, few)["vector"], corpus.targets[few])
    return Bank(found.vectors, found.targets, few[found.rows])


def _held(fitted: Fitted, rung: Rung, corpus: Corpus, rest: Array, fold: Array, seed: int) -> Held:
    found = outputs(fitted, corpus, fold)
    vectors = found.get("vector", np.zeros((len(fold), 0), np.float32))
    kept = memory(fitted, corpus, rest, seed)
    return Held(
        rows=fold,
        logits=found["logits"],
        vectors=vectors,
        targets=corpus.targets[fold],
        bank=kept,
        seconds=fitted.seconds,
        known=found.get("known"),
        ms=milliseconds(fitted, corpus, [corpus.texts[k] for k in fold[:TIMED]]) if not rung.held else rung.held[0].ms,
        megabytes=_megabytes(fitted),
        notes=tuple(fitted.notes),
        outside=outputs(fitted, corpus, beyond(corpus))["logits"] if len(beyond(corpus)) else None,
    )


def _megabytes(fitted: Fitted) -> float:
    own = fitted.solution.tensors if fitted.branch is None else fitted.branch.tensors()
    return sum(values.nbytes for values in own.values()) / 1e6 + sum(map(len, fitted.solution.vocabulary)) / 1e6


# -- kept on disk, so that a killed ladder does not start again -----------------------------------------------------
def _key(rung: Rung, corpus: Corpus) -> str:
    facts = json.dumps([rung.settings.model_dump(), rung.origin, digest(corpus)], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:8]


def _write(place: Path | None, held: Held) -> None:
    if place is None:
        return
    arrays = {name: getattr(held, name) for name in ("rows", "logits", "vectors", "targets")}
    arrays["numbers"] = np.array([held.seconds, held.ms, held.megabytes])
    if held.known is not None:
        arrays["known"] = held.known
    if held.outside is not None:
        arrays["outside"] = held.outside
    if held.bank is not None:
        arrays |= {"bank": held.bank.vectors, "classes": held.bank.targets, "of": held.bank.rows}
    partial = place / f"held.{os.getpid()}.npz"
    try:
        place.mkdir(parents=True, exist_ok=True)
        np.savez(partial, allow_pickle=False, **arrays)
        os.replace(partial, place / "held.npz")
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ResourceError(
            f"{place} can not be written: {error}",
            expected=f"{held.logits.nbytes + held.vectors.nbytes} bytes free",
            cure="free some space and run the same command again: it goes on from the last fold that was written",
        ) from error
    (place / "state.safetensors").unlink(missing_ok=True)


def _read(place: Path | None) -> Held | None:
    if place is None or not (place / "held.npz").exists():
        return None
    try:
        with (place / "held.npz").open("rb") as file, np.load(file, allow_pickle=False) as found:
            kept = Bank(found["bank"], found["classes"], found["of"]) if "bank" in found else None
            rows, logits, vectors, targets = (found[name] for name in ("rows", "logits", "vectors", "targets"))
            seconds, ms, megabytes = found["numbers"].tolist()
            known, outside = found.get("known"), found.get("outside")
            return Held(rows, logits, vectors, targets, kept, seconds, known, ms, megabytes, outside=outside)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None  # a damaged file: the fold is fitted again
