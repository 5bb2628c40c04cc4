"""The inner hold-out: a tenth of a fit's own rows that decide when to stop, and teach nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lingos.data.splits import hold_out
from lingos.errors import DataError
from lingos.training.corpus import Corpus
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["NONE", "cut"]

SHARE = 0.1
NONE = Said("train.none")


def cut(corpus: Corpus, rows: Array, seed: int) -> tuple[Array, Array]:
    """Positions (that are learned, that judge): whole clusters of near duplicates, every class is learned. Where
    nothing can be held out, all rows are learned and none judges.
    """
    clusters = rows if corpus.clusters is None else corpus.clusters[rows]
    examples = [corpus.examples[row] for row in rows]
    try:
        kept, held = hold_out(examples, clusters.tolist(), fraction=SHARE, seed=seed)
    except DataError:
        return rows, rows[:0]
    return rows[kept], rows[held]
