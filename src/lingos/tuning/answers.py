"""What a skill answered to its test rows, kept in the bundle: so that a later version can be compared with it."""

from __future__ import annotations

import json

import numpy as np
from safetensors.numpy import save

from lingos.contracts import Example
from lingos.evaluation.evidence import Evidence
from lingos.skill import Skill

__all__ = ["ANSWERS", "dumped", "kept"]

ANSWERS = "answers.safetensors"


def dumped(evidence: Evidence) -> bytes:
    """The file `ANSWERS`: predicted and true class of each row, in the order of split.json; -1 = no known label."""
    arrays = {"predicted": evidence.predicted, "targets": evidence.targets}
    return save({name: np.ascontiguousarray(value, dtype=np.int32) for name, value in arrays.items()})


def kept(skill: Skill) -> Evidence | None:
    """The answers again, without texts and without scores; None where the bundle has none."""
    if ANSWERS not in skill.manifest.files:
        return None
    labels = tuple(str(label) for label in skill.manifest.schema["labels"])
    tensors = skill.tensors(ANSWERS)
    sure = np.eye(len(labels), dtype=np.float32)[tensors["predicted"]]
    targets = tensors["targets"].astype(np.int64)
    ids = json.loads(skill.path("split.json").read_text("utf-8"))["test"]
    examples = [Example({}, labels[k] if k >= 0 else None, name) for name, k in zip(ids, targets, strict=True)]
    ones = np.ones(len(examples))
    return Evidence(labels, sure, sure, targets, ones, ones < 0, examples)
