"""What every engine shares: how it is opened, and how rows of uneven length become batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lingos.contracts import Engine, Inputs, Row
from lingos.skill import Skill, Variant

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["EngineOptions", "Opener", "TrunkFile", "cut", "in_order", "padded", "placed", "planned", "texts"]

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


def placed(rows: Sequence[Row]) -> Array:
    """Where the tokens of each row stand in its text, int32 [b, l, 2]; nothing stands at 0, 0."""
    width = max(len(row.tensors["input_ids"]) for row in rows)
    found = np.zeros((len(rows), width, 2), dtype=np.int32)
    for place, row in enumerate(rows):
        assert row.offsets is not None
        found[place, : len(row.offsets)] = row.offsets
    return found


def in_order(parts: Sequence[tuple[Array, Mapping[str, Array]]], count: int) -> dict[str, Array]:
    """The outputs of all batches, back in the order of the inputs; with zeros where a batch had fewer tokens.

    >>> in_order([([1], {"logits": np.array([[5.0]])}), ([0], {"logits": np.array([[4.0]])})], 2)["logits"].tolist()
    [[4.0], [5.0]]
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for _, outputs in parts:
        for name, values in outputs.items():
            before = shapes.setdefault(name, values.shape[1:])
            shapes[name] = tuple(max(pair) for pair in zip(before, values.shape[1:], strict=True))
    whole: dict[str, Array] = {}
    for positions, outputs in parts:
        for name, values in outputs.items():
            target = whole.setdefault(name, np.zeros((count, *shapes[name]), dtype=values.dtype))
            place: Any = (positions, *(slice(0, size) for size in values.shape[1:]))
            target[place] = values
    return whole
