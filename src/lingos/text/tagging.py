"""From scores of each word's tag to the slots of a text: the best path, where tags follow one another as in training.

Tags are numbers: 0 outside, 1 + 2 k where slot k begins, 2 + 2 k inside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lingos.contracts import Example, Mark

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["counted", "marked", "tags_at", "transitions"]

WORDS = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+|[^\w\s]")
START = -1  # what stands before the first word
RARE = 1.0  # weight of the usual share of each tag beside what was counted after one tag
TRUST = 0.5  # in the transitions beside the scores; snips validation F1: see LOG.md


def tags_at(marks: Sequence[Mark], starts: Array, ends: Array, slots: Sequence[str]) -> Array:
    """The tag of each piece [n] that stands at starts..ends of the text; marks of unknown slots are left out.

    >>> tags_at([Mark(4, 9, "room")], np.array([0, 4, 8, 10]), np.array([3, 8, 9, 12]), ["room"]).tolist()
    [0, 1, 2, 0]
    """
    found = np.zeros(len(starts), dtype=np.int64)
    for mark in marks:
        if mark.slot in slots:
            inside = np.flatnonzero((ends > starts) & (starts < mark.end) & (ends > mark.start))
            found[inside] = 2 + 2 * slots.index(mark.slot)
            found[inside[:1]] -= 1
    return found


def counted(rows: Iterable[Example], slots: Sequence[str]) -> list[list[int]]:
    """How often which tag follows which in these rows, word by word: [from, to, count], for a schema.

    >>> counted([Example({"text": "dim the 客厅"}, "dim", "1", marks=(Mark(8, 10, "room"),))], ["room"])
    [[-1, 0, 1], [0, 0, 1], [0, 1, 1], [1, 2, 1]]
    """
    counts = Counter[tuple[int, int]]()
    for row in rows:
        places = np.array([found.span() for found in WORDS.finditer(str(row.fields["text"]))]).reshape(-1, 2)
        tags = [START, *tags_at(row.marks, places[:, 0], places[:, 1], slots).tolist()]
        counts.update(pairwise(tags))
    return [[before, after, count] for (before, after), count in sorted(counts.items())]


def transitions(told: Sequence[Sequence[int]], tags: int) -> Array:
    """[tags + 1, tags]: TRUST times the log of how much likelier each tag is after each other one than anywhere; the
    last row is the start. A transition that was never seen is never likelier.

    >>> found = transitions([[-1, 0, 9], [0, 1, 8], [1, 2, 8], [2, 0, 8]], 3)
    >>> found[0].round(1).tolist(), bool(found[1, 0] < 0)
    ([-1.1, 0.6, -1.1], True)
    """
    counts = np.zeros((tags + 1, tags))
    for before, after, count in told:
        counts[before, after] += count
    usual = (counts.sum(0) + RARE) / (counts.sum() + RARE * tags)
    shares = (counts + RARE * usual) / (counts.sum(1, keepdims=True) + RARE)
    return np.asarray(TRUST * np.log(shares / usual))


def marked(scores: Array, offsets: Array, slots: Sequence[str], between: Array | None = None) -> tuple[Mark, ...]:
    """The slots of a text from scores [pieces, tags] of pieces at offsets [pieces, 2]; the first piece of a word speaks
    for all of it. `between` are `transitions`; without them each word's best tag is taken.

    >>> marked(np.eye(3)[[0, 1, 2]], np.array([[0, 3], [4, 8], [9, 12]]), ["room"])
    (Mark(start=4, end=12, slot='room'),)
    """
    starts, ends = np.asarray(offsets).T
    first = (ends > starts) & np.concatenate([[True], (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])])
    words, told = np.asarray(offsets)[first].tolist(), np.asarray(scores, dtype=np.float64)[first]
    tags = told.argmax(-1).tolist() if between is None or not words else _path(told, between)
    marks: list[Mark] = []
    before = -1
    for tag, (start, end) in zip(tags, words, strict=True):
        slot = (tag - 1) // 2 if tag else -1
        if slot >= 0 and slot == before and tag % 2 == 0:
            marks[-1] = Mark(marks[-1].start, end, marks[-1].slot)
        elif slot >= 0:
            marks.append(Mark(start, end, slots[slot]))
        before = slot
    return tuple(marks)


def _path(scores: Array, between: Array) -> list[int]:
    """The best path (Viterbi 1967) by the log of each tag's chance and of the transitions between them."""
    chances = scores - scores.max(1, keepdims=True)
    chances -= np.log(np.exp(chances).sum(1, keepdims=True))
    best, back = chances[0] + between[-1], []
    for told in chances[1:]:
        ways = best[:, None] + between[:-1]
        back.append(ways.argmax(0))
        best = ways.max(0) + told
    path = [int(best.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return path[::-1]
