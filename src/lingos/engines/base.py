"""What every engine shares: how it is opened, and how rows of uneven length become batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lingos.contracts import Engine, Inputs, Row
from lingos.skill import Skill, Variant

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["EngineOptions", "Opener", "TrunkFile", "cut", "in_order", "padded", "planned", "texts"]

TrunkFile = Callable[[str], Path]  # name of a file of the skill's trunk -> its checked path


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine runs. More threads pay for files of texts; one text is answered soonest by one thread."""

    threads: int = 1
    tokens: int = 1024  # padded tokens of one batch: bounds the memory; larger ones leave the processor's cache


class Opener(Protocol):
    """The plug-in: one class in `engines/<name>.py`. It loads a variant and gives the thing that answers."""

    name: str

    def open(self, skill: Skill, variant: Variant, trunk: TrunkFile, options: EngineOptions) -> Engine: ...


def texts(inputs: Sequence[Inputs]) -> list[str]:
    """The field "text" of each input; `inference.py` has checked that it is there."""
    return [str(given["text"]) for given in inputs]


def planned(lengths: Sequence[int] | Array, tokens: int) -> Iterator[Array]:
    """Positions of rows, batch by batch: rows of like length together, at most `tokens` tokens with padding, at least
    one row.

    >>> [batch.tolist() for batch in planned([3, 1, 2, 9], 6)]
    [[1, 2], [0], [3]]
    """
    return cut(np.argsort(lengths, kind="stable"), np.asarray(lengths), tokens)


def cut(order: Array, lengths: Array, tokens: int, rows: int | None = None) -> Iterator[Array]:
    """Positions in the given order, by rising length, in batches of at most `tokens` tokens with padding and `rows`
    rows.
    """
    start = 0
    for stop in range(1, len(order) + 1):
        # Rows come in order of length, so the next one would set the padded width.
        if stop == len(order) or stop - start == rows or int(lengths[order[stop]]) * (stop - start + 1) > tokens:
            yield order[start:stop]
            start = stop


def padded(rows: Sequence[Row], pad: int) -> tuple[Array, Array]:
    """Token ids [b, l] and mask [b, l] (1 = token, 0 = padding), both int64."""
    width = max(len(row.tensors["input_ids"]) for row in rows)
    ids = np.full((len(rows), width), pad, dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for place, row in enumerate(rows):
        own = row.tensors["input_ids"]
        ids[place, : len(own)] = own
        mask[place, : len(own)] = 1
    return ids, mask


def in_order(parts: Sequence[tuple[Array, Mapping[str, Array]]], count: int) -> dict[str, Array]:
    """The outputs of all batches, back in the order of the inputs.

    >>> in_order([([1], {"logits": np.array([[5.0]])}), ([0], {"logits": np.array([[4.0]])})], 2)["logits"].tolist()
    [[4.0], [5.0]]
    """
    whole: dict[str, Array] = {}
    for positions, outputs in parts:
        for name, values in outputs.items():
            target = whole.setdefault(name, np.empty((count, *values.shape[1:]), dtype=values.dtype))
            target[positions] = values
    return whole
