"""One text -> one of a fixed set of labels: intents, topics, sentiment. Not for several labels a text.

`decode` is numpy only: it runs where answers are served.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
    Schema,
)
from lingos.errors import DataError
from lingos.tasks.base import calibrated, softmax
from lingos.text.language import main_language
from lingos.words.said import Said

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lingos.contracts import Array

__all__ = ["Classify"]


class Classify:
    """Choose it for one label a text.

    >>> task = Classify()
    >>> schema = task.schema(task.sample())
    >>> schema["labels"]
    ['lights', 'weather']
    >>> task.decode({"logits": np.array([[0.0, 2.0]])}, schema, Calibration(), top=2)[0].value
    'weather'
    """

    name = "classify"
    fields = (Field("text"),)
    primary = "accuracy"
    higher_is_better = True

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

    def head(self, backbone: Backbone, schema: Schema, kind: HeadKind) -> nn.Module:
        """Unit vector [b, width] -> logits [b, classes]; of the kind "family": (states, mask) -> (logits, features)."""
        from lingos.modules.heads import make_head  # torch: not wanted where answers are decoded

        classes = len(schema["labels"])
        return backbone.classifier(classes) if kind == "family" else make_head(kind, backbone.info.width, classes)

    def loss(self, outputs: Outputs, batch: Batch, settings: Mapping[str, Any]) -> Tensor:
        """Cross-entropy [rows], unreduced, with label smoothing."""
        from torch.nn import functional  # torch: not wanted where answers are decoded

        assert batch.targets is not None
        smoothing = float(settings.get("label_smoothing", 0.0))
        return functional.cross_entropy(outputs["logits"], batch.targets, reduction="none", label_smoothing=smoothing)

    def decode(self, outputs: Outputs, schema: Schema, calibration: Calibration, top: int) -> list[Prediction]:
        """The best label and the `top` best with their calibrated scores."""
        labels = schema["labels"]
        scores = softmax(calibrated(outputs["logits"], calibration))
        order = np.argsort(-scores, axis=1, kind="stable")[:, : max(1, top)]
        return [
            Prediction(labels[best[0]], float(row[best[0]]), False, tuple((labels[k], float(row[k])) for k in best))
            for row, best in zip(scores, order, strict=True)
        ]

    def sample(self) -> list[Example]:
        """Eight rows for the contract tests."""
        texts = {
            "lights": ["turn the lamp on", "switch off the light", "dim the lights a little", "lamp off please"],
            "weather": ["will it rain today", "is it sunny outside", "how cold is it", "rain or sun tomorrow"],
        }
        pairs = [(text, label) for label, rows in texts.items() for text in rows]
        return [Example({"text": text}, label, f"s{k}", line=k + 1) for k, (text, label) in enumerate(pairs)]
