"""A labelled file as the rest of LingOS sees it: a memory-mapped table, the columns that matter, the rows that broke.

Nothing here parses: `readers.read` makes a `Source`; the doctor, the splits and the evaluation read from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from lingos.contracts import Example
from lingos.errors import DataError, unknown
from lingos.text.language import main_language

__all__ = ["FILE", "LINE", "Columns", "Malformed", "Source", "example_ids"]

LINE = "__line__"  # int64: 1-based line on which the row begins (Excel: row of the sheet; Parquet, hub: row number)
FILE = "__file__"  # string, folders only: the file that the row was read from
RESERVED = frozenset({LINE, FILE})


@dataclass(frozen=True)
class Columns:
    """Which column is what, and why. `others` are kept for slices and leak checks."""

    text: str
    label: str | None = None
    group: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Malformed:
    """A row that could not be cut into cells. Codes: malformed-row, broken-encoding, oversized-row."""

    line: int
    row: int
    message: str
    code: str


@dataclass(frozen=True)
class Source:
    """One data set as it was read. Every row of the file is a row of `table`; malformed rows are all null there.

    Cells are text (numbers keep their spelling), null = missing: an absent key, a JSON null, an empty cell.

    >>> table = pa.table({"text": ["hello", "bye"], "label": ["greet", "leave"], "__line__": [2, 3]})
    >>> source = Source("a.csv", table, Columns("text", "label"))
    >>> [(example.fields["text"], example.target, example.line) for example in source.examples()]
    [('hello', 'greet', 2), ('bye', 'leave', 3)]
    """

    file: str
    table: pa.Table
    columns: Columns
    malformed: tuple[Malformed, ...] = ()
    notes: tuple[str, ...] = ()
    format: str = ""  # csv, tsv, json, jsonl, parquet or excel; empty for a folder and the hub
    encoding: str | None = None  # that a person named

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def lines(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The 1-based line of every row, int64 [rows]."""
        return np.asarray(self.table.column(LINE).to_numpy(), dtype=np.int64)

    def file_of(self, row: int) -> str:
        """The file that a row came from: for a folder the file inside it, else `file`."""
        if FILE not in self.table.column_names:
            return self.file
        return str(self.table.column(FILE)[row].as_py())

    def column(self, name: str) -> pa.ChunkedArray:
        """One column as text, in row order. Raises DataError with the nearest name."""
        if name not in self.table.column_names or name in RESERVED:
            raise unknown("column", name, [n for n in self.table.column_names if n not in RESERVED], DataError)
        return self.table.column(name)

    @cached_property
    def language(self) -> str:
        """The language of most texts: a person is told about the file in it."""
        return main_language([text or "" for text in self.column(self.columns.text).to_pylist()])

    def ids(self) -> list[str]:
        """The stable id of every row (see `example_ids`)."""
        return [_spell(digest, repeat) for digest, repeat in zip(*self._identity, strict=True)]

    def examples(self, rows: Iterable[int] | None = None, *, whole: bool = False) -> Iterator[Example]:
        """One example per row, in the order asked for; without `rows` every row, malformed ones too (empty text, no
        target). Streams in batches.

        `whole`: `fields` hold the columns beside text and label as well, for slices; "" where a cell is missing. A
        column that is itself called "text" gives way to the text.
        """
        digests, repeats = self._identity
        beside = [name for name in (*self.columns.others, self.columns.group) if name and whole]
        for positions, table in self._batches(rows, beside):
            cells = [table.column(name).to_pylist() if name else [None] * len(positions) for name in self._names()]
            lines = table.column(LINE).to_pylist()
            files = table.column(FILE).to_pylist() if FILE in table.column_names else [self.file] * len(positions)
            extra = [table.column(name).to_pylist() for name in beside]
            for k, (row, text, label, group, line, file) in enumerate(
                zip(positions, *cells, lines, files, strict=True)
            ):
                name = _spell(digests[row], repeats[row])
                told = {column: values[k] or "" for column, values in zip(beside, extra, strict=True)}
                yield Example({**told, "text": text or ""}, label or None, name, group, file, line)

    def _names(self) -> tuple[str, str | None, str | None]:
        return self.columns.text, self.columns.label, self.columns.group

    def _batches(
        self, rows: Iterable[int] | None, beside: Sequence[str] = (), size: int = 8192
    ) -> Iterator[tuple[Sequence[int], pa.Table]]:
        wanted = [name for name in (*self._names(), *beside, LINE, FILE) if name in self.table.column_names]
        table = self.table.select(list(dict.fromkeys(wanted)))
        if rows is None:
            for start in range(0, self.rows, size):
                yield range(start, min(start + size, self.rows)), table.slice(start, size)
            return
        chosen = np.fromiter(rows, dtype=np.int64)
        for start in range(0, len(chosen), size):
            part = chosen[start : start + size]
            yield part.tolist(), table.take(pa.array(part))

    @cached_property
    def _identity(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        digests = np.empty(self.rows, dtype=np.uint64)
        for positions, table in self._batches(None):
            texts = table.column(self.columns.text).to_pylist()
            labels = table.column(self.columns.label).to_pylist() if self.columns.label else [None] * len(texts)
            for row, text, label in zip(positions, texts, labels, strict=True):
                digests[row] = _digest(text or "", label or "")
        return digests, _repeats(digests)


def example_ids(pairs: Iterable[tuple[str, str | None]]) -> list[str]:
    """Ids of (text, label) pairs: blake2b of `text \\x1f label`, and `-k` for the k-th repeat of the same content.

    >>> first, repeat = example_ids([("hi", "greet"), ("hi", "greet")])
    >>> repeat == first + "-1"
    True
    """
    digests = np.array([_digest(text, label or "") for text, label in pairs], dtype=np.uint64)
    return [_spell(digest, repeat) for digest, repeat in zip(digests, _repeats(digests), strict=True)]


def _digest(text: str, label: str) -> int:
    content = f"{text}\x1f{label}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")


def _spell(digest: Any, repeat: Any) -> str:
    return f"{int(digest):016x}-{repeat}" if repeat else f"{int(digest):016x}"


def _repeats(digests: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How many equal digests stand before each one; vectorised, because a million rows are normal."""
    order = np.argsort(digests, kind="stable")
    ordered = digests[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    positions = np.arange(len(order))
    starts = np.maximum.accumulate(np.where(fresh, positions, 0))
    repeats = np.empty(len(order), dtype=np.int64)
    repeats[order] = positions - starts
    return repeats
