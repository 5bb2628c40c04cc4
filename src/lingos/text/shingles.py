"""Texts as sets of 4-byte shingles: cutting, MinHash signatures, candidate pairs and the exact similarity of pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from rensa import RMinHash

__all__ = ["MIX", "SHINGLE", "Signatures", "shingles", "signatures", "similarity"]

Ints = np.ndarray[Any, np.dtype[np.int64]]
Words = np.ndarray[Any, np.dtype[np.uint64]]

SHINGLE = 4  # bytes: a window is a 32-bit number
BANDS, WIDTH = 20, 6  # a pair of similarity s becomes a candidate with 1 - (1 - s^6)^20: 0.8 -> 0.998, 0.5 -> 0.27
FEWEST = 5  # shingles; shorter texts (under 8 bytes) are compared exactly only
SEED = 20_240_817
MIX = np.uint64(0x9E3779B97F4A7C15)
LOOSE = 0.1  # an estimate from 120 one-byte slots has a standard error of 0.037 at 0.8


@dataclass(frozen=True)
class Signatures:
    """`bands` [rows, BANDS]: one hash per band; `slots` [rows, BANDS * WIDTH]: the low byte of every MinHash slot."""

    bands: Words
    slots: np.ndarray[Any, np.dtype[np.uint8]]
    counts: Ints

    def candidates(self, threshold: float) -> Iterator[tuple[Ints, Ints]]:
        """Pairs (first < second) that share a band and whose estimated similarity is near `threshold`, each once."""
        rows = np.flatnonzero(self.counts >= FEWEST)
        seen = np.empty(0, dtype=np.int64)
        size = len(self.counts) + 1
        for band in range(BANDS):
            pairs = _distinct(_neighbours(rows, self.bands[rows, band], size))
            place = np.minimum(np.searchsorted(seen, pairs), max(len(seen) - 1, 0))
            fresh = pairs[seen[place] != pairs] if len(seen) else pairs
            seen = np.sort(np.concatenate([seen, fresh]), kind="stable")
            first, second = fresh // size, fresh % size
            keep = self._estimate(first, second) >= threshold - LOOSE
            yield first[keep], second[keep]

    def _estimate(self, first: Ints, second: Ints) -> np.ndarray[Any, np.dtype[np.float64]]:
        parts = [np.empty(0)]
        for start in range(0, len(first), 100_000):
            part = slice(start, start + 100_000)
            parts.append((self.slots[first[part]] == self.slots[second[part]]).mean(axis=1))
        return np.concatenate(parts)


def signatures(batches: Iterable[pa.Array], rows: int) -> Signatures:
    """MinHash signatures of texts that come in batches of `rows` texts in all."""
    slots = BANDS * WIDTH
    signed = Signatures(
        np.empty((rows, BANDS), dtype=np.uint64),
        np.empty((rows, slots), dtype=np.uint8),
        np.zeros(rows, dtype=np.int64),
    )
    odd = (np.arange(1, WIDTH + 1, dtype=np.uint64) * MIX) | np.uint64(1)
    start = 0
    for batch in batches:
        tokens, counts = shingles(batch)
        part = slice(start, start + len(counts))
        ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
        digests = RMinHash.digest_matrix_from_flat_token_hashes(_spread(tokens), ends, slots, SEED)
        matrix = np.array(digests.to_rows(), dtype=np.uint64).reshape(-1, slots)
        signed.slots[part] = matrix & np.uint64(0xFF)
        signed.bands[part] = _fold(matrix.reshape(-1, BANDS, WIDTH), odd)
        signed.counts[part] = counts
        start += len(counts)
    return signed


def shingles(texts: pa.Array) -> tuple[np.ndarray[Any, np.dtype[np.uint32]], Ints]:
    """All 4-byte windows of all texts in one array, and how many each text has (texts under 4 bytes have none)."""
    texts = texts.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    if data is None or len(texts) == 0 or offsets[-1] - offsets[0] < 4:
        return np.empty(0, dtype=np.uint32), np.zeros(len(texts), dtype=np.int64)
    raw = np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]].astype(np.uint32)
    windows = raw[:-3] | (raw[1:-2] << 8) | (raw[2:-1] << 16) | (raw[3:] << 24)
    inside = np.ones(len(raw), dtype=bool)
    ends = offsets[1:] - offsets[0]
    for back in (1, 2, 3):  # a window that begins in the last three bytes of a text runs into the next one
        begins = ends - back
        inside[begins[begins >= 0]] = False
    return windows[inside[:-3]].astype(np.uint32), np.maximum(np.diff(offsets) - 3, 0).astype(np.int64)


def similarity(
    tokens: np.ndarray[Any, np.dtype[np.uint32]], counts: Ints, first: Ints, second: Ints
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Jaccard similarity, float64 [pairs], of the pairs (`first`, `second`) of texts cut by `shingles`."""
    owner = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    distinct = _distinct((owner << np.uint64(32)) | tokens)
    owner = (distinct >> np.uint64(32)).astype(np.int64)
    sizes = np.bincount(owner, minlength=len(counts))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    left, right = (_gather(distinct, starts, sizes, rows) for rows in (first, second))
    both = np.sort(np.concatenate([left, right]))
    shared = both[1:][both[1:] == both[:-1]] >> np.uint64(32)
    common = np.bincount(shared.astype(np.int64), minlength=len(first))
    union = sizes[first] + sizes[second] - common
    return np.asarray(common / np.maximum(union, 1), dtype=np.float64)


def _distinct(numbers: Any) -> Any:
    """Sorted, each once. `np.unique` of numpy 2.4 hashes such keys and takes twenty times as long."""
    ordered = np.sort(numbers)
    fresh = np.ones(len(ordered), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def _gather(distinct: Words, starts: Ints, sizes: Ints, rows: Ints) -> Words:
    """The tokens of `rows`, each under the number of its pair instead of its text."""
    lengths = sizes[rows]
    ends = np.cumsum(lengths)
    index = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[rows] - (ends - lengths), lengths)
    pair = np.repeat(np.arange(len(rows), dtype=np.uint64), lengths)
    gathered: Words = (pair << np.uint64(32)) | (distinct[index] & np.uint64(0xFFFFFFFF))
    return gathered


def _neighbours(rows: Ints, hashes: Words, size: int) -> Ints:
    """Pairs within each bucket as one number: every row with the next one and with the bucket's first."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    fresh = np.ones(len(order), dtype=bool)
    fresh[same] = False
    first = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    here = rows[order[same]]
    return np.concatenate([rows[order[same - 1]] * size + here, rows[order[first[same]]] * size + here])


def _spread(tokens: np.ndarray[Any, np.dtype[np.uint32]]) -> Words:
    """Four letters are no hash: spread them over 64 bits (the finaliser of splitmix64)."""
    words = (tokens.astype(np.uint64) + np.uint64(1)) * MIX
    words ^= words >> np.uint64(29)
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(32)
    return words


def _fold(matrix: Words, odd: Words) -> Words:
    folded: Words = (matrix * odd).sum(axis=2, dtype=np.uint64)
    folded ^= folded >> np.uint64(31)
    return folded
