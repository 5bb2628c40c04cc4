"""Texts that are the same, or nearly: for the doctor's findings and for splits that do not leak.

Two texts are near duplicates when the sets of their 4-byte shingles overlap by `threshold` (Jaccard similarity). Bytes
serve English and Chinese alike: one Chinese character is three bytes, so a changed character weighs as much as a
changed short word. MinHash with locality-sensitive hashing (Broder 1997; signatures by rensa) proposes pairs; each pair
is then checked exactly, so nothing is called similar that is not. At a similarity of 0.8 the search misses 0.2 % of
the pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lingos.text.normalise import INVISIBLE
from lingos.text.shingles import SHINGLE, shingles, signatures, similarity

__all__ = ["Near", "exact_groups", "find_near", "group_ids", "keys", "near_clusters"]

Texts: TypeAlias = "pa.ChunkedArray | pa.Array | Sequence[str | None]"
Ints = np.ndarray[Any, np.dtype[np.int64]]

BATCH_ROWS, BATCH_BYTES = 20_000, 2_000_000  # small batches hold the peak memory down; larger ones are not faster
PAIR_BATCH = 20_000
PAIRS_A_ROW = 8  # the most candidates that are checked, on average; only data made from templates comes near


@dataclass(frozen=True)
class Near:
    """What the search found. `exact` [rows]: equal texts share a number. `first`, `second` [pairs]: rows, each the
    first of its exact group; `score` [pairs]: their Jaccard similarity; `shorter` [pairs]: bytes of the
    shorter text. `complete` is false where the texts are so alike (templates) that the search stopped early."""

    exact: Ints
    first: Ints
    second: Ints
    score: np.ndarray[Any, np.dtype[np.float64]]
    shorter: Ints
    complete: bool = True

    def clusters(self, keep: np.ndarray[Any, np.dtype[np.bool_]] | None = None) -> Ints:
        """A cluster number for every row: connected through exact copies and all pairs, or those in the mask `keep`."""
        chosen = slice(None) if keep is None else keep
        starts = _first_of(self.exact)
        links = (self.exact[self.first[chosen]], self.exact[self.second[chosen]])
        return _renumber(_components(len(starts), *links)[self.exact])


def near_clusters(texts: Texts, threshold: float = 0.8) -> Ints:
    """Cluster number per text, int64 [texts], counted from 0 in order of first appearance; empty texts stand alone.

    Choose it to keep copies on one side of a split. Linear in the number of texts.

    >>> near_clusters(["Where is my parcel today?", "pay it", "where  is my parcel today", "PAY it"]).tolist()
    [0, 1, 0, 1]
    """
    return find_near(texts, threshold).clusters()


def exact_groups(texts: Texts) -> Ints:
    """Group number per text: equal when the texts differ only in case, width, spaces or invisible characters.

    >>> exact_groups(["Hi there", "hi  there ", "bye", "", ""]).tolist()
    [0, 0, 1, 2, 3]
    """
    column = _column(texts)
    hashes = np.empty(len(column), dtype=np.int64)
    empty = np.zeros(len(column), dtype=bool)
    for start, batch in _batches(column):
        values = keys(batch).to_pylist()
        hashes[start : start + len(values)] = [hash(value) for value in values]
        empty[start : start + len(values)] = [not value for value in values]
    _, groups = np.unique(hashes, return_inverse=True)
    groups = groups.astype(np.int64)
    groups[empty] = len(column) + np.arange(int(empty.sum()))
    return _renumber(groups)


def find_near(texts: Texts, threshold: float = 0.8) -> Near:
    """All exact groups and all near pairs of `threshold` or more. Peak memory is about 350 bytes a text.

    >>> found = find_near(["I would like to cancel my order", "I would like to cancel my order!", "hello"])
    >>> found.first.tolist(), found.second.tolist(), found.score.round(2).tolist()
    ([0], [1], [0.97])
    """
    column = _column(texts)
    exact = exact_groups(column)
    rows = _first_of(exact)
    unique = column if len(rows) == len(column) else column.take(pa.array(rows))
    signed = signatures((keys(batch) for _, batch in _batches(unique)), len(rows))
    budget, complete = PAIRS_A_ROW * len(rows), True
    found: list[tuple[Ints, Ints, np.ndarray[Any, np.dtype[np.float64]], Ints]] = []
    for first, second in signed.candidates(threshold):
        if budget <= 0 < len(first):
            complete = False
            break
        budget -= len(first)
        score = _verify(unique, first, second)
        keep = score >= threshold
        shorter = np.minimum(signed.counts[first], signed.counts[second]) + SHINGLE - 1
        found.append((rows[first[keep]], rows[second[keep]], score[keep], shorter[keep]))
    none = np.empty(0, dtype=np.int64)
    found.append((none, none, np.empty(0), none))
    first, second, score, shorter = (np.concatenate(part) for part in zip(*found, strict=True))
    return Near(exact, first, second, score, shorter, complete)


def keys(texts: pa.Array) -> pa.Array:
    """`normalise.match_key` for a whole Arrow array; null becomes empty."""
    column = pc.utf8_lower(pc.utf8_normalize(texts.fill_null(""), "NFKC"))
    column = pc.replace_substring_regex(column, f"[{INVISIBLE}]", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(column, r"[\s\p{Z}]+", " "))


def group_ids(groups: Ints) -> Iterator[Ints]:
    """The rows of each group that has two or more, in order of the first row.

    >>> [rows.tolist() for rows in group_ids(np.array([0, 1, 0, 2, 1]))]
    [[0, 2], [1, 4]]
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, dtype=np.int64)
    ends = np.r_[starts[1:], len(ordered)]
    many = np.flatnonzero(ends - starts > 1)
    many = many[np.argsort(order[starts[many]], kind="stable")]
    for start, end in zip(starts[many], ends[many], strict=True):
        yield order[start:end].astype(np.int64)


def _verify(column: pa.ChunkedArray, first: Ints, second: Ints) -> np.ndarray[Any, np.dtype[np.float64]]:
    scores = [np.empty(0)]
    for start in range(0, len(first), PAIR_BATCH):
        left, right = first[start : start + PAIR_BATCH], second[start : start + PAIR_BATCH]
        rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
        texts = pc.take(column, pa.array(rows)).combine_chunks()
        tokens, counts = shingles(keys(texts))
        scores.append(similarity(tokens, counts, place[: len(left)], place[len(left) :]))
    return np.concatenate(scores)


def _column(texts: Texts) -> pa.ChunkedArray:
    column = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.large_string())
    chunks = [column] if isinstance(column, pa.Array) else column.chunks
    # 64-bit offsets: a column of more than 2 GiB can then be taken from in one piece
    return pa.chunked_array([chunk.cast(pa.large_string()) for chunk in chunks], pa.large_string())


def _batches(column: pa.ChunkedArray) -> Iterator[tuple[int, pa.Array]]:
    """Slices of at most BATCH_ROWS rows and, where rows are long, about BATCH_BYTES bytes; with their first row."""
    start = 0
    for chunk in column.chunks:
        size = max(1, min(BATCH_ROWS, int(BATCH_BYTES / max(chunk.nbytes / max(len(chunk), 1), 1))))
        for offset in range(0, len(chunk), size):
            yield start + offset, chunk.slice(offset, size)
        start += len(chunk)


def _first_of(groups: Ints) -> Ints:
    return np.unique(groups, return_index=True)[1].astype(np.int64)


def _renumber(groups: Ints) -> Ints:
    """Numbers 0, 1, 2, ... in order of first appearance."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


def _components(count: int, left: Ints, right: Ints) -> Ints:
    """Connected components by pointer jumping: vectorised, and scipy is not needed on this path."""
    root = np.arange(count, dtype=np.int64)
    while True:
        low = np.minimum(root[left], root[right])
        before = root.copy()
        np.minimum.at(root, root[left], low)
        np.minimum.at(root, root[right], low)
        while not np.array_equal(root, root[root]):
            root = root[root]
        if np.array_equal(root, before):
            return root
