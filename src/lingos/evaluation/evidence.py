"""What every judgement rests on: labels, numbers and rows of one session on one data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.contracts import Example
from lingos.errors import DataError

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Evidence", "text_of"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything evaluation needs, whatever the session was. n rows, c labels.

    A target of -1 is a label that the skill does not know: the row counts as wrong and is listed.

    >>> rows = [Example({"text": "hi"}, "greet", "1"), Example({"text": "bye"}, "leave", "2")]
    >>> sure = np.array([[0.9, 0.1], [0.6, 0.4]])
    >>> seen = Evidence(("greet", "leave"), sure, np.log(sure), np.array([0, 1]), sure.max(1), sure.max(1) < 0.5, rows)
    >>> seen.correct.tolist()
    [True, False]
    """

    labels: tuple[str, ...]
    probabilities: Array  # [n, c] calibrated, rows sum to one
    logits: Array  # [n, c]
    targets: Array  # [n] int, -1 = label unknown to the skill
    confidence: Array  # [n] the refusal score in use, higher = surer
    refused: Array  # [n] bool
    examples: Sequence[Example]  # texts, files, lines; other columns in `fields`

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise DataError(
                "the evidence does not fit together: " + "; ".join(faults),
                expected="one row of probabilities, logits, target, confidence and refusal per example",
                cure="hand in the outputs of one session on one list of examples",
            )

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def predicted(self) -> Array:
        """[n] position of the most probable label."""
        return np.asarray(self.probabilities.argmax(1))

    @property
    def correct(self) -> Array:
        """[n] bool."""
        return np.asarray(self.predicted == self.targets)

    def take(self, rows: Array) -> Evidence:
        """The same evidence for some rows (positions or a mask)."""
        rows = np.arange(len(self))[rows]
        return Evidence(
            self.labels,
            self.probabilities[rows],
            self.logits[rows],
            self.targets[rows],
            self.confidence[rows],
            self.refused[rows],
            [self.examples[i] for i in rows],
        )


def text_of(example: Example, field: str = "text") -> str:
    """The text of an example: the named field, else all its texts joined by a space.

    >>> text_of(Example({"title": "Bill", "body": "too high"}, None, "1"))
    'Bill too high'
    """
    if field in example.fields:
        return str(example.fields[field])
    return " ".join(value for value in example.fields.values() if isinstance(value, str))


def _faults(evidence: Evidence) -> list[str]:
    rows, classes = len(evidence.examples), len(evidence.labels)
    found = [] if rows else ["no rows"]
    for name, shape in _SHAPES.items():
        wanted = (rows, classes)[:shape]
        got = np.shape(getattr(evidence, name))
        if got != wanted:
            found.append(f"{name} has shape {list(got)}, not {list(wanted)}")
    if not found and not np.isfinite(evidence.probabilities).all():
        found.append("probabilities that are not finite numbers")
    if not found and (evidence.targets.min() < -1 or evidence.targets.max() >= classes):
        found.append(f"targets outside -1..{classes - 1}")
    return found


_SHAPES = {"probabilities": 2, "logits": 2, "targets": 1, "confidence": 1, "refused": 1}
