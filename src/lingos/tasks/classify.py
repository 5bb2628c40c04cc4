"""One text -> one of a fixed set of labels: intents, topics, sentiment. Not for several labels a text.

`decode` is numpy only: it runs where answers are served.
"""

from __future__ import annotations

from lingos.contracts import Example
from lingos.tasks.base import Labelled

__all__ = ["Classify"]


class Classify(Labelled):
    """Choose it for one label a text.

    >>> task = Classify()
    >>> schema = task.schema(task.sample())
    >>> schema["labels"]
    ['lights', 'weather']
    >>> import numpy as np
    >>> from lingos.contracts import Calibration
    >>> task.decode({"logits": np.array([[0.0, 2.0]])}, schema, Calibration(), top=2)[0].value
    'weather'
    """

    name = "classify"

    def sample(self) -> list[Example]:
        """Eight rows for the contract tests."""
        texts = {
            "lights": ["turn the lamp on", "switch off the light", "dim the lights a little", "lamp off please"],
            "weather": ["will it rain today", "is it sunny outside", "how cold is it", "rain or sun tomorrow"],
        }
        pairs = [(text, label) for label, rows in texts.items() for text in rows]
        return [Example({"text": text}, label, f"s{k}", line=k + 1) for k, (text, label) in enumerate(pairs)]
