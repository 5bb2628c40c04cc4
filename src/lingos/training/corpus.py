"""Rows made ready once for every rung of the ladder: targets, token rows, and the trunk's output at each depth."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from lingos.contracts import Backbone, Example, Mark, Progress, Row, Schema, Task
from lingos.errors import BackboneError
from lingos.tasks.base import label_texts
from lingos.text.normalise import clean, cleaned, places
from lingos.text.tokens import Tokens
from lingos.training.batches import UNLEARNED
from lingos.training.device import Place, here
from lingos.training.hidden import States, collect

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Corpus", "beyond", "digest"]


@dataclass
class Corpus:
    """The training rows of a run; a fit is told by positions which of them it may see.

    The trunk never sees labels, so computing its output for every row at once leaks nothing between folds.
    """

    examples: Sequence[Example]
    task: Task
    schema: Schema
    backbone: Backbone | None = None
    max_length: int = 128
    place: Place = field(default_factory=here)
    home: Path | None = None
    progress: Progress | None = None
    clusters: Array | None = None  # near-duplicate cluster of each row, where that is known
    outside: Sequence[str] = ()  # texts that belong to no class; see `beyond`

    def __post_init__(self) -> None:
        self._states: dict[int, States] = {}

    def __len__(self) -> int:
        return len(self.examples)

    @cached_property
    def _inputs(self) -> list[dict[str, str]]:
        """The fields of each row as a session reads them; `examples` keep the text as it stands in the file.

        After the rows come the labels' own texts, one for each class: few-shot methods learn them as well. Then come
        the texts from outside, of which trained methods learn that no class is theirs.
        """
        names = [field.name for field in self.task.fields]
        found = [cleaned(example.fields, names) for example in self.examples]
        return found + [{names[0]: clean(text)} for text in [*label_texts(self.schema), *self.outside]]

    @cached_property
    def texts(self) -> list[str]:
        """The text of each row, as a session reads it."""
        return [given["text"] for given in self._inputs]

    @cached_property
    def targets(self) -> Array:
        """Class numbers, int64 [n]."""
        return self.task.targets(self.examples, self.schema)

    @cached_property
    def also(self) -> Mapping[str, Sequence[Array]]:
        """What the task learns beside the targets, int64 arrays; of the labels' own texts nothing is learned."""
        if not self.task.also([], [], self.schema):
            return {}
        tokens = Tokens(self.base.tokenizer_json)
        rows = tokens.rows(self.texts, self.max_length, offsets=True)
        blank = [Example(given, None, "") for given in self._inputs[len(self) :]]
        found = self.task.also([*map(_moved, self.examples, self.texts), *blank], rows, self.schema)
        own = {name: [np.full_like(one, UNLEARNED) for one in arrays[len(self) :]] for name, arrays in found.items()}
        return {name: [*arrays[: len(self)], *own[name]] for name, arrays in found.items()}

    @property
    def classes(self) -> int:
        return len(self.schema["labels"])

    @property
    def base(self) -> Backbone:
        """The backbone; BackboneError where the run has none."""
        if self.backbone is None:
            raise BackboneError("this method needs a base", expected="--base NAME", cure="see `lingos bases`")
        return self.backbone

    @cached_property
    def rows(self) -> list[Row]:
        """Token ids of each row."""
        return self.base.rows(self._inputs, self.max_length)

    @cached_property
    def lengths(self) -> Array:
        """Tokens of each row."""
        return np.array([len(row.tensors["input_ids"]) for row in self.rows], dtype=np.int64)

    def want(self, depths: Sequence[int]) -> None:
        """Compute the trunk's output at these depths in one pass; what is there already is not computed again."""
        missing = [depth for depth in depths if depth not in self._states]
        if missing:
            self._states |= collect(self.base, self.rows, missing, self.place, self.home, self.progress)

    def has(self, depth: int) -> bool:
        """Whether the trunk's output at this depth is there already."""
        return depth in self._states

    def states(self, depth: int) -> States:
        """The trunk's output of every row at a depth; at full depth the pooled vectors."""
        self.want([depth])
        return self._states[depth]

    @cached_property
    def vectors(self) -> Array:
        """Frozen, pooled vectors of unit length, float32 [n, d]."""
        flat = self.states(self.base.info.depth).flat
        return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12))

    def encode(self, texts: Sequence[str]) -> Array:
        """Frozen, pooled vectors of unit length of other texts."""
        depth = self.base.info.depth
        rows = self.base.rows([{"text": clean(text)} for text in texts], self.max_length)
        flat = collect(self.base, rows, [depth], self.place)[depth].flat
        return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12))


def beyond(corpus: Corpus) -> Array:
    """Positions of a corpus's texts from outside, int64 [k]."""
    return np.arange(len(corpus.texts) - len(corpus.outside), len(corpus.texts))


def _moved(example: Example, text: str) -> Example:
    """The example with its marks where they stand in the cleaned text."""
    if not example.marks or text == example.fields["text"]:
        return example
    of = np.array(places(str(example.fields["text"]), text))
    marks = [Mark(int((of < m.start).sum()), int((of[:-1] < m.end).sum()), m.slot) for m in example.marks]
    return replace(example, marks=tuple(mark for mark in marks if mark.start < mark.end))


def digest(corpus: Corpus, rows: Array | None = None) -> str:
    """What a fit on these rows reads besides their targets: the base's weights, the place, the tokens or texts."""
    state, chosen = hashlib.sha256(), [*range(len(corpus)), *beyond(corpus)] if rows is None else rows.tolist()
    if corpus.backbone is not None:
        facts = corpus.base.info.sha256, corpus.place.precision, corpus.place.isa, torch.__version__
        state.update(" ".join(facts).encode())
    for k in chosen:
        content = (
            corpus.texts[k].encode("utf-8", "surrogatepass")
            if corpus.backbone is None
            else corpus.rows[k].tensors["input_ids"].tobytes()
        )
        state.update(len(content).to_bytes(4, "little") + content)
    return state.hexdigest()
