"""Why this answer? The nearest training rows, and the words whose loss costs the answer most."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.contracts import Inputs, Session
from lingos.errors import DataError
from lingos.text.ngrams import Ngrams, features

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Clue", "nearest", "overlap", "probability_of", "spans", "word_cosines", "word_evidence"]

UNITS = 120  # texts asked per explanation; longer texts lose several words at a time
_UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['’-][^\W_\u3400-\u9fff]+)*")


@dataclass(frozen=True, slots=True)
class Clue:
    """A piece of the text: without it the probability of the answer falls by `drop` (below zero: it rises)."""

    text: str
    start: int
    end: int
    drop: float


def nearest(vectors: Array, training: Array, count: int = 5) -> tuple[Array, Array]:
    """The training rows most like each vector: positions [q, count] and cosines [q, count], nearest first.

    >>> nearest(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [2.0, 0.1]]), 1)[0].tolist()
    [[1]]
    """
    if len(training) == 0:
        raise DataError("there is no training vector to search", expected="[m, d], m >= 1", cure="tune the skill again")
    cosines = _unit(vectors) @ _unit(training).T
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    return order, np.take_along_axis(cosines, order, axis=1)


def word_cosines(grams: Ngrams, text: str, texts: Sequence[str]) -> Array:
    """Cosine [n] of the n-grams of a text with those of others; 0 where nothing of either is in the vocabulary.

    >>> grams = Ngrams.of(["turn it on", "turn it off", "will it rain"])
    >>> word_cosines(grams, "turn it on", ["snow", "turn it on", "turn it off"]).argsort().tolist()
    [0, 2, 1]
    """
    starts, columns, data = grams.rows([text, *texts])
    rows = np.repeat(np.arange(len(texts) + 1), np.diff(starts))
    asked = np.zeros(len(grams.idf))
    asked[columns[: starts[1]]] = data[: starts[1]]
    dots = np.bincount(rows, data * asked[columns], len(texts) + 1)
    norms = np.sqrt(np.bincount(rows, data * data, len(texts) + 1))
    return np.asarray(dots[1:] / np.maximum(norms[0] * norms[1:], 1e-12))


def overlap(text: str, texts: Sequence[str]) -> Array:
    """Share [n] of n-grams that a text has in common with each other one: 1 = the same ones. It needs no vocabulary.

    >>> overlap("turn it on", ["snow", "turn it on"]).tolist()
    [0.0, 1.0]
    """
    own = set(features(text))
    found = [set(features(one)) for one in texts]
    return np.array([len(own & one) / max(1, len(own | one)) for one in found])


def word_evidence(text: str, probability: Callable[[list[str]], Array]) -> list[Clue]:
    """Leave out one piece at a time and see how far the answer falls (Zeiler and Fergus 2014); largest first.

    `probability` gives the probability [n] of the answer to explain for n texts; `probability_of` makes one from a
    session. A piece is a word, or two neighbouring Chinese characters. Words that only work together each look weak.

    >>> word_evidence("where is my parcel", lambda texts: np.array([float("parcel" in t) for t in texts]))[0].text
    'parcel'
    """
    pieces = spans(text)
    if not pieces:
        return []
    asked = probability([text, *(text[:start] + text[end:] for start, end in pieces)])
    drops = float(asked[0]) - np.asarray(asked[1:], dtype=np.float64)
    clues = [Clue(text[a:b], a, b, float(drop)) for (a, b), drop in zip(pieces, drops, strict=True)]
    # Leaving out half a Chinese word costs as much as all of it: what its characters cost elsewhere settles it.
    support = _support(clues, len(text))
    return _apart(sorted(clues, key=lambda clue: -clue.drop - float(support[clue.start : clue.end].mean())))


def probability_of(session: Session, inputs: Inputs, label: str, field: str = "text") -> Callable[[list[str]], Array]:
    """The probability of `label` when `field` is replaced; other fields stay. The session's `top` must hold the label.

    A label that falls out of `top` counts as zero, so ask the session for all labels where exact drops matter.
    """

    def ask(texts: list[str]) -> Array:
        answers = session([{**inputs, field: text} for text in texts])
        return np.array([dict(answer.top).get(label, 0.0) for answer in answers])

    return ask


def spans(text: str, limit: int = UNITS) -> list[tuple[int, int]]:
    """Pieces to leave out, as (start, end) characters: words, and overlapping pairs of Chinese characters.

    >>> spans("my 快递")
    [(0, 2), (3, 5)]
    """
    units = [match.span() for match in _UNIT.finditer(text)]
    pieces: list[tuple[int, int]] = []
    for place, (start, end) in enumerate(units):
        follows = place + 1 < len(units) and units[place + 1][0] == end
        if _han(text[start]) and follows and _han(text[end]):
            pieces.append((start, units[place + 1][1]))
        elif not (pieces and _han(text[start]) and pieces[-1][1] == end):
            pieces.append((start, end))
    step = -(-len(pieces) // limit) or 1
    return [(pieces[i][0], pieces[min(i + step, len(pieces)) - 1][1]) for i in range(0, len(pieces), step)]


def _support(clues: Sequence[Clue], length: int) -> Array:
    """Mean drop [characters] of the pieces that cover each character."""
    total, times = np.zeros(length), np.zeros(length)
    for clue in clues:
        total[clue.start : clue.end] += clue.drop
        times[clue.start : clue.end] += 1
    return np.asarray(total / np.maximum(times, 1))


def _apart(clues: Sequence[Clue]) -> list[Clue]:
    """Of pieces that overlap only the stronger stays."""
    kept: list[Clue] = []
    for clue in clues:
        if all(clue.end <= other.start or clue.start >= other.end for other in kept):
            kept.append(clue)
    return kept


def _han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _unit(vectors: Array) -> Array:
    vectors = np.asarray(vectors, dtype=np.float32)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
