"""The file on the table: what every check needs, computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lingos.contracts import Finding
from lingos.data.doctor.codes import CODES
from lingos.data.doctor.report import Ints
from lingos.data.source import FILE, Source
from lingos.text.duplicates import Near
from lingos.text.normalise import shorten
from lingos.text.privacy import mask
from lingos.words.said import Said

__all__ = ["Case", "DoctorOptions", "ModelFacts"]

BATCH = 65_536
GROUPS_SHOWN = 200  # findings of one code; a file with more of them gets the rest in one finding, with all its lines


@dataclass(frozen=True)
class ModelFacts:
    """What the doctor may know about the base: the caller asks the backbone, so that `data` imports no model.

    `better` maps a language to the two bases to name for it; `unknown_share` gives the share of unknown tokens.
    """

    name: str
    languages: tuple[str, ...] = ()
    max_length: int | None = None
    count_tokens: Callable[[Sequence[str]], Sequence[int]] | None = None
    unknown_share: Callable[[Sequence[str]], float] | None = None
    better: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class DoctorOptions:
    """What to look for. `similarity`: Jaccard threshold of clusters; `sample`: the most rows a classifier reads."""

    labels: bool = True  # likely wrong labels: the slowest check, about 0.4 ms a row
    near: bool = True  # near duplicates; off = exact copies only
    personal: bool = True
    similarity: float = 0.8
    sample: int = 50_000
    seed: int = 0


@dataclass
class Case:
    """A source and its columns as arrays. `alive` [rows] is false for rows set aside; checks pass over them."""

    source: Source
    options: DoctorOptions
    model: ModelFacts | None = None
    test: Source | None = None
    alive: np.ndarray[Any, np.dtype[np.bool_]] = field(init=False)
    damaged: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # rows that were decoded wrongly
    near: Near | None = None  # of the training rows, then the test rows; set by doctor.check

    def __post_init__(self) -> None:
        self.alive = np.ones(self.source.rows, dtype=bool)

    @cached_property
    def texts(self) -> pa.ChunkedArray:
        return self.source.column(self.source.columns.text)

    @cached_property
    def lines(self) -> Ints:
        return self.source.lines()

    @cached_property
    def _labels(self) -> tuple[Ints, list[str]]:
        if not self.source.columns.label:
            return np.full(self.source.rows, -1, dtype=np.int64), []
        column = self.source.column(self.source.columns.label)
        encoded = pc.dictionary_encode(column).combine_chunks() if self.source.rows else None
        if encoded is None or not len(encoded):
            return np.empty(0, dtype=np.int64), []
        names = [str(name) for name in encoded.dictionary.to_pylist()]
        return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), names

    @property
    def labels(self) -> Ints:
        """The number of each row's label in `names`, -1 = missing."""
        return self._labels[0]

    @property
    def names(self) -> list[str]:
        return self._labels[1]

    def living(self) -> Ints:
        return np.flatnonzero(self.alive)

    def counts(self) -> Ints:
        """Living rows per label."""
        return np.bincount(self.labels[self.alive & (self.labels >= 0)], minlength=len(self.names))

    def matching(self, pattern: str, column: pa.ChunkedArray | None = None) -> Ints:
        """Living rows whose text matches the RE2 pattern."""
        column = self.texts if column is None else column
        hits = [np.empty(0, dtype=bool)]
        for batch in batches(column):
            hits.append(pc.match_substring_regex(batch, pattern).fill_null(False).to_numpy(zero_copy_only=False))
        return np.flatnonzero(np.concatenate(hits) & self.alive)

    def text_of(self, rows: Ints | Sequence[int]) -> list[str]:
        """The texts of these rows; missing ones are empty."""
        taken = self.texts.take(pa.array(np.asarray(rows, dtype=np.int64)))
        return [text or "" for text in taken.to_pylist()]

    def stream(self, rows: Ints) -> Iterator[tuple[int, str]]:
        """(row, text), in batches, so that a million texts are never in memory at once."""
        for start in range(0, len(rows), BATCH // 4):
            part = rows[start : start + BATCH // 4]
            yield from zip(part.tolist(), self.text_of(part), strict=True)

    def excerpt(self, row: int) -> str:
        """The text of a row for a message: short, on one line, personal data masked."""
        return shorten(mask(self.text_of([row])[0][:400]))

    def finding(
        self, code: str, message: str, rows: Ints | Sequence[int] = (), cure: Said | None = None
    ) -> list[Finding]:
        """One finding; in a folder of files one per file, because a line belongs to a file."""
        rows = np.sort(np.asarray(rows, dtype=np.int64))
        return located(self.source, self.lines, code, message, rows, cure)

    def grouped(self, code: str, groups: Iterable[Ints], describe: Callable[[Ints], Said]) -> list[Finding]:
        """One finding per group of rows, and from GROUPS_SHOWN on one for all the others."""
        findings: list[Finding] = []
        rest: list[Ints] = []
        for number, rows in enumerate(groups):
            if number < GROUPS_SHOWN:
                findings += self.finding(code, describe(rows), rows)
            else:
                rest.append(rows)
        if rest:
            message = Said("doctor.groups", {"count": len(rest), "first": describe(rest[0])})
            findings += self.finding(code, message, np.concatenate(rest))
        return findings


def located(
    source: Source, lines: Ints, code: str, message: str, rows: Ints, cure: Said | None = None
) -> list[Finding]:
    """The finding(s) of a code at rows of a source, sorted by row. Personal data in the message is masked: a label or a
    broken row may hold some as well as a text.
    """
    entry, message = CODES[code], message.mapped(mask) if isinstance(message, Said) else mask(message)
    by_file: dict[str, list[int]] = {}
    if FILE in source.table.column_names and len(rows):
        for row in rows.tolist():
            by_file.setdefault(source.file_of(row), []).append(row)
    else:
        by_file[source.file] = rows.tolist()
    return [
        Finding(
            code=code,
            severity=entry.severity,
            scope=entry.scope,
            message=message,
            cure=cure or entry.cure,
            file=file,
            lines=tuple(lines[own].tolist()),
            rows=tuple(own),
        )
        for file, own in by_file.items()
    ]


def batches(column: pa.ChunkedArray) -> Iterator[pa.Array]:
    """The column in slices that are small beside the memory that a check may take."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), BATCH):
            yield chunk.slice(start, BATCH)
