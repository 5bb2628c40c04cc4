"""What every task shares: the plug-in folder, how to get one, and how logits become scores."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import numpy as np

from lingos.contracts import Calibration, Schema, Task
from lingos.registry import names as known_names
from lingos.registry import plugin

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["calibrated", "label_texts", "names", "softmax", "task"]

PACKAGE = "lingos.tasks"


def names() -> tuple[str, ...]:
    """The known tasks."""
    return known_names(PACKAGE)


def task(name: str) -> Task:
    """The task of this name; RecipeError with the nearest name otherwise."""
    return cast(Task, plugin(PACKAGE, name))


def label_texts(schema: Schema) -> list[str]:
    """What a person would say for each label: its description where one was told, else its name in words.

    >>> label_texts({"labels": ["card_lost", "rate"], "descriptions": {"rate": "today's exchange rate"}})
    ['card lost', "today's exchange rate"]
    """
    told = schema.get("descriptions") or {}
    return [told.get(label, re.sub(r"[_\-]+", " ", label).strip()) for label in schema["labels"]]


def calibrated(logits: Array, calibration: Calibration) -> Array:
    """Logits [n, c] as every answer, score and refusal reads them; softmax makes scores of them.

    >>> calibrated(np.array([[1.0, 0.0]]), Calibration(2.0, (0.0, 3.0))).tolist()
    [[0.5, 1.5]]
    """
    shifted = np.asarray(logits, dtype=np.float64)
    if calibration.offsets:
        shifted = shifted + np.asarray(calibration.offsets)
    return np.asarray(shifted / calibration.temperature)


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Probabilities [n, c] = softmax(logits / temperature), in double precision; safe for large values.

    >>> softmax(np.array([[1000.0, 1000.0]])).tolist()
    [[0.5, 0.5]]
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))
