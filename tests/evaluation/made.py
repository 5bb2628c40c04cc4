"""Evidence made up for tests: a classifier with a known share of right answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lingos.contracts import Example
from lingos.evaluation.evidence import Evidence
from lingos.tasks.base import softmax

Array = np.ndarray[Any, Any]


def evidence(
    predicted: Sequence[int],
    targets: Sequence[int],
    labels: Sequence[str] = ("a", "b", "c"),
    texts: Sequence[str] | None = None,
    sure: float = 3.0,
) -> Evidence:
    """One row per prediction; every answer is equally sure unless the caller changes it."""
    logits = np.eye(len(labels))[np.array(predicted)] * sure
    probabilities = softmax(logits)
    texts = texts or [f"text number {i}" for i in range(len(targets))]
    named = [labels[k] if k >= 0 else "stranger" for k in targets]
    examples = [Example({"text": t}, name, str(i), None, "test.csv", i + 2)
                for i, (t, name) in enumerate(zip(texts, named, strict=True))]  # fmt: skip
    top = probabilities.max(1)
    return Evidence(tuple(labels), probabilities, logits, np.array(targets), top, np.zeros(len(top), bool), examples)


def noisy(rows: int = 600, classes: int = 4, sharpness: float = 2.0, seed: int = 0) -> Evidence:
    """Logits around the truth with noise, so that confidence means something."""
    generator = np.random.default_rng(seed)
    targets = generator.integers(0, classes, rows)
    logits = sharpness * np.eye(classes)[targets] + generator.normal(size=(rows, classes))
    probabilities = softmax(logits)
    fields = [{"text": f"row {'x' * (i % 50)}", "channel": "ab"[i % 2]} for i in range(rows)]
    examples = [Example(fields[i], f"c{k}", str(i), None, "test.csv", i + 2) for i, k in enumerate(targets)]
    top = probabilities.max(1)
    names = tuple(f"c{k}" for k in range(classes))
    return Evidence(names, probabilities, logits, targets, top, top < np.quantile(top, 0.05), examples)
