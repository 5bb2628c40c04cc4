"""The one prediction path: texts -> predictions. Evaluation, command line, server and assistant all go through it.

    session = open_session(store.get("tickets"), store)
    session(["I was charged twice"])[0].value

A session checks the inputs, runs the engine of the variant that serves, calibrates, decides on refusal and keeps the
order. Neither torch nor transformers is imported, unless the engine "torch" is asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lingos.confidence import Bank, confidence
from lingos.contracts import Engine, Inputs, Mark, Prediction, Task
from lingos.engines.base import EngineOptions, TrunkFile
from lingos.errors import DataError, SkillError
from lingos.integrity import sha256
from lingos.registry import plugin
from lingos.skill import TRUNK, Skill, Variant
from lingos.tasks.base import calibrated
from lingos.text.normalise import clean, cleaned, places

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Session", "TrunkStore", "bank_of", "open_session", "trunk_files"]

BANK = "bank.safetensors"


class TrunkStore(Protocol):
    """Where trunks lie; `store.Store` has one as `trunks`."""

    def file(self, digest: str, name: str) -> Path: ...


class HasTrunks(Protocol):
    """A store, as far as a session needs one."""

    @property
    def trunks(self) -> TrunkStore: ...


class Session:
    """Answers with one skill. Call it with texts or with mappings of fields.

    `top` is how many (label, score) pairs a prediction carries. Safe to call from several threads.
    """

    def __init__(self, skill: Skill, variant: str, engine: Engine, bank: Bank | None = None, top: int = 5) -> None:
        self.skill, self.variant, self.engine, self.bank, self.top = skill, variant, engine, bank, top
        self.own: Variant = skill.variant(variant)[1]
        self.task: Task = plugin("lingos.tasks", skill.manifest.task)

    def __call__(self, inputs: Sequence[Inputs | str]) -> list[Prediction]:
        """One prediction per input, in the order of the inputs.

        Raises:
            DataError: an input that is not text or lacks a field; all of them are named, nothing is skipped.
        """
        checked = self._checked(inputs)
        found = self.predictions(self._run(checked), checked) if checked else []
        first = self.skill.manifest.fields[0]
        given = [one if isinstance(one, str) else str(one[first]) for one in inputs]
        return [_moved(one, was, is_[first]) for one, was, is_ in zip(found, given, checked, strict=True)]

    def outputs(self, inputs: Sequence[Inputs | str]) -> Mapping[str, Array]:
        """The raw arrays: "logits" [n, c], before calibration; "vector" [n, d] or "known" [n] if the method has it."""
        return self._run(self._checked(inputs))

    def confidence(self, outputs: Mapping[str, Any]) -> Array:
        """The score that refusal looks at, [n]; higher is surer."""
        refusal = self.own.refusal
        logits = calibrated(outputs["logits"], self.own.calibration)
        vectors = outputs.get("vector")
        known = outputs.get("known")
        return np.asarray(confidence(refusal.score, logits, vectors, self.bank, refusal.settings, known))

    def predictions(self, outputs: Mapping[str, Any], inputs: Sequence[Inputs]) -> list[Prediction]:
        """Outputs -> predictions: calibrated, refused below the threshold. Blank input is always refused."""
        schema, calibration = self.skill.manifest.schema, self.own.calibration
        decoded = self.task.decode(outputs, schema, calibration, self.top)
        sure = self._sure(outputs) & np.array([not _blank(given) for given in inputs], dtype=bool)
        ref = self.skill.ref
        return [
            dataclasses.replace(prediction, refused=not bool(flag), skill=ref)
            for prediction, flag in zip(decoded, sure, strict=True)
        ]

    def _sure(self, outputs: Mapping[str, Any]) -> Array:
        if self.own.refusal.threshold == float("-inf"):
            return np.asarray(np.isfinite(outputs["logits"]).all(axis=1))
        # Not `confidence < threshold`: a confidence that is not a number must refuse.
        return np.asarray(self.confidence(outputs) >= self.own.refusal.threshold)

    def _run(self, inputs: Sequence[Inputs]) -> Mapping[str, Array]:
        if inputs:
            return self.engine.outputs(inputs)
        labels = self.skill.manifest.schema.get("labels", ())
        return {"logits": np.zeros((0, len(labels)), dtype=np.float32)}

    def _checked(self, inputs: Sequence[Inputs | str]) -> list[Inputs]:
        if isinstance(inputs, (str, bytes, Mapping)):
            raise DataError(
                f"one {type(inputs).__name__} was given", expected="a list of inputs", cure="put it in a list"
            )
        fields = self.skill.manifest.fields
        made = [{fields[0]: given} if isinstance(given, str) else given for given in inputs]
        faults = [fault for place, given in enumerate(made) for fault in _faults(place, given, fields)]
        if faults:
            raise DataError(
                f"{len(faults)} of {len(made)} inputs can not be read:\n"
                + "\n".join(f"    {one}" for one in faults[:20]),
                expected=f"a text, or the fields {', '.join(fields)} with text in them",
                cure="mend these inputs and send all again; none was answered",
            )
        return [cleaned(given, fields) for given in made]


def open_session(
    skill: Skill,
    store: HasTrunks | None = None,
    *,
    engine: str | None = None,
    variant: str | None = None,
    top: int = 5,
    options: EngineOptions | None = None,
) -> Session:
    """A session of a skill.

    Args:
        store: has the trunk; not needed for a standalone bundle or a method without a backbone.
        engine: another engine than the variant's own, "torch" to check a served variant.
        variant: another one than that which serves.
        top: how many (label, score) pairs a prediction carries.
        options: threads and batch size of the engine.

    Raises:
        SkillError: no such variant, or its files are missing. StoreError: the trunk is missing or altered.
    """
    name, own = skill.variant(variant)
    opener = plugin("lingos.engines", engine or own.engine)
    running = opener.open(skill, own, trunk_files(skill, store, own), options or EngineOptions())
    return Session(skill, name, running, bank_of(skill), top)


def trunk_files(skill: Skill, store: HasTrunks | None, variant: Variant | None = None) -> TrunkFile:
    """How to get a file of the skill's trunk: from the bundle, if it carries its trunk, else from the store."""

    def find(name: str) -> Path:
        if f"{TRUNK}/{name}" in skill.manifest.files:
            return skill.path(f"{TRUNK}/{name}")
        branch = skill.manifest.branch
        if store is None or branch is None or branch.trunk is None:
            raise SkillError(
                f"{skill.ref} does not carry its trunk",
                expected="the store that holds it, or a standalone bundle",
                cure="put it into a store, or export it there with `lingos skills export NAME --standalone`",
            )
        path = store.trunks.file(branch.trunk, name)
        wanted = variant.trunk_sha256 if variant is not None and variant.trunk_file == name else None
        if wanted is not None and sha256(path) != wanted:
            raise SkillError(
                f"the trunk {name} is not the one that {skill.ref} was tested with",
                expected=f"SHA-256 {wanted}",
                cure="use another variant, or train the skill again",
            )
        return path

    return find


def bank_of(skill: Skill) -> Bank | None:
    """The typical training vectors that a skill carries for refusal and neighbours; None where it has none."""
    if BANK not in skill.manifest.files:
        return None
    tensors = skill.tensors(BANK)
    try:
        return Bank(tensors["vectors"], tensors["targets"], tensors["rows"])
    except KeyError as error:
        raise SkillError(
            f"{skill.folder / BANK} has no {error}",
            expected="vectors, targets, rows",
            cure="restore the bundle from the store or train it again",
        ) from error


def _moved(prediction: Prediction, original: str, kept: object) -> Prediction:
    """The prediction with its marks where they stand in the text as it was given."""
    if not prediction.marks or original == kept:
        return prediction
    of = places(original, str(kept))
    marks = tuple(Mark(of[mark.start], of[mark.end - 1] + 1, mark.slot) for mark in prediction.marks)
    return dataclasses.replace(prediction, marks=marks)


def _blank(given: Inputs) -> bool:
    return not any(clean(str(value)) for value in given.values())


def _faults(place: int, given: object, fields: Sequence[str]) -> list[str]:
    if not isinstance(given, Mapping):
        return [f"input {place} is {type(given).__name__}, not text"]
    missing = [f"input {place} has no field '{name}'" for name in fields if name not in given]
    wrong = [name for name in fields if name in given and not isinstance(given[name], str)]
    return missing + [f"input {place}: '{name}' is {type(given[name]).__name__}, not text" for name in wrong]
