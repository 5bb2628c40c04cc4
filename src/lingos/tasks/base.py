"""What every task shares: the plug-in folder, how to get one, and how logits become scores."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lingos.contracts import (
    Backbone,
    Batch,
    Calibration,
    Example,
    Field,
    Finding,
    HeadKind,
    Outputs,
    Prediction,
    Row,
    Schema,
    Task,
)
from lingos.errors import DataError
from lingos.registry import names as known_names
from lingos.registry import plugin
from lingos.text.language import main_language
from lingos.words.said import Said

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lingos.contracts import Array

__all__ = ["Labelled", "calibrated", "label_texts", "names", "softmax", "task"]

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


class Labelled:
    """The common part of the tasks whose rows have one label each: schema, checks, logits, loss, answers."""

    fields: tuple[Field, ...] = (Field("text"),)
    primary = "accuracy"
    higher_is_better = True
    reads: tuple[str, ...] = ()

    def read(self, example: Example) -> Example:
        """The example as it is."""
        return example

    def settle(self, example: Example, schema: Schema) -> Example:
        """The example as its schema sees it."""
        return example

    def schema(self, examples: Iterable[Example]) -> Schema:
        """Labels in sorted order, rows per label, main language. One label only is a DataError."""
        rows = list(examples)
        counts = Counter(str(row.target) for row in rows if row.target is not None)
        if len(counts) < 2:
            raise DataError(
                f"{len(counts)} class{'es' * (not counts)} in {len(rows)} rows",
                expected="at least two different labels",
                cure="check that the label column is the right one (--label)",
            )
        labels = sorted(counts)
        return {
            "labels": labels,
            "counts": [counts[label] for label in labels],
            "language": main_language([str(row.fields["text"]) for row in rows]),
        }

    def check(self, example: Example, schema: Schema) -> Iterable[Finding]:
        """Labels that the schema does not know."""
        if example.target is not None and str(example.target) not in schema["labels"]:
            message = Said("unknown-label", {"label": example.target, "count": len(schema["labels"])})
            cure = Said("cure.unknown-label")
            yield Finding("unknown-label", "error", "row", message, cure, example.file, (example.line,))

    def targets(self, examples: Sequence[Example], schema: Schema) -> Array:
        """Class numbers, int64 [n]; -1 where the label is unknown to the schema or missing."""
        number = {label: k for k, label in enumerate(schema["labels"])}
        return np.array(
            [-1 if row.target is None else number.get(str(row.target), -1) for row in examples], dtype=np.int64
        )

    def also(self, examples: Sequence[Example], rows: Sequence[Row], schema: Schema) -> Mapping[str, Sequence[Array]]:
        """Nothing beside the label."""
        return {}

    def head(self, backbone: Backbone, schema: Schema, kind: HeadKind) -> nn.Module:
        """Unit vector [b, width] -> logits [b, classes]; of the kind "family": (states, mask) -> (logits, features)."""
        from lingos.modules.heads import make_head  # torch: not wanted where answers are decoded

        classes = len(schema["labels"])
        return backbone.classifier(classes) if kind == "family" else make_head(kind, backbone.info.width, classes)

    def loss(self, outputs: Outputs, batch: Batch, settings: Mapping[str, Any]) -> Tensor:
        """Cross-entropy [rows], unreduced, with label smoothing. A row of class -1 belongs to none: its aim is one more
        class, whose logit is the log of the number of classes, so that their energy falls (after Liu et al. 2020).
        """
        from torch.nn import functional  # torch: not wanted where answers are decoded

        assert batch.targets is not None
        smoothing = float(settings.get("label_smoothing", 0.0))
        logits, outside = outputs["logits"], batch.targets < 0
        own = functional.cross_entropy(logits, batch.targets.clamp(min=0), reduction="none", label_smoothing=smoothing)
        if not outside.any():
            return own
        return own.where(~outside, functional.softplus(logits.logsumexp(-1) - math.log(logits.shape[-1])))

    def decode(self, outputs: Outputs, schema: Schema, calibration: Calibration, top: int) -> list[Prediction]:
        """The best label and the `top` best with their calibrated scores."""
        labels = schema["labels"]
        scores = softmax(calibrated(outputs["logits"], calibration))
        order = np.argsort(-scores, axis=1, kind="stable")[:, : max(1, top)]
        return [
            Prediction(labels[best[0]], float(row[best[0]]), False, tuple((labels[k], float(row[k])) for k in best))
            for row, best in zip(scores, order, strict=True)
        ]
