"""Rows -> one Arrow file, in batches, so that memory does not grow with the data."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lingos.data.source import FILE, LINE, Malformed
from lingos.errors import DataError
from lingos.words.said import Said

__all__ = ["LONGEST_CELL", "Writer"]

BATCH_ROWS = 8192
BATCH_CHARACTERS = 16 << 20
LONGEST_CELL = 1_000_000  # bytes; no classifier reads more, and one such row would stall everything behind it
MOST_COLUMNS = 1000
HOPELESS = 10_000  # malformed rows after which a file that is mostly malformed is given up
NOTHING = pa.scalar(None, pa.string())


@dataclass
class Writer:
    """Collects rows and writes them as Arrow record batches, with the columns known so far.

    A column that appears late opens a new part; `close` joins the parts. Malformed rows are rows of nulls.
    """

    name: str
    folder: Path
    blank_is_missing: bool = False
    names: list[str] = field(default_factory=list)
    kinds: dict[str, set[str]] = field(default_factory=dict)  # what JSON or Parquet said: number, bool, list, object
    malformed: list[Malformed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)
    written: int = 0
    _rows: list[Sequence[str | None]] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _characters: int = 0
    _spoiled: set[int] = field(default_factory=set)  # malformed rows that are not written yet
    _sink: Any = None

    def row(self, line: int, cells: Sequence[str | None], size: int) -> None:
        """One row in the order of `names`; missing cells at the end are null. `size` in characters."""
        self._rows.append(cells)
        self._lines.append(line)
        self._characters += size
        if len(self._rows) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self.flush()

    def bad(self, line: int, message: str, code: str = "malformed-row", cells: Sequence[str | None] = ()) -> None:
        """A row that could not be read; it stays a row."""
        self._spoil(line, self.written + len(self._rows), message, code)
        self._give_up_if_hopeless()
        self.row(line, cells, 0)

    def column(self, name: str) -> int:
        """The position of a column, added when new."""
        self.names.append(name)
        if len(self.names) > MOST_COLUMNS:
            raise DataError(
                f"{self.name} has more than {MOST_COLUMNS} different columns",
                expected="rows that share a few fields, such as text and label",
                cure="write one object per row with the same keys",
            )
        return len(self.names) - 1

    def flush(self) -> None:
        if not self._rows:
            return
        rows, lines = self._rows, self._lines
        self._rows, self._lines, self._characters = [], [], 0
        cells = list(itertools.zip_longest(*rows))
        cells += [(None,) * len(rows)] * (len(self.names) - len(cells))
        self.arrays(lines, [self._text(column, lines) for column in cells])

    def arrays(self, lines: Sequence[int], arrays: Sequence[pa.Array]) -> None:
        """One batch of string arrays in the order of `names`. Rows with an oversized cell become malformed."""
        keep = self._sized(lines, arrays)
        if self.blank_is_missing:
            arrays = [pc.if_else(pc.equal(array, ""), NOTHING, array) for array in arrays]
        if keep is not None:
            named = zip(self.names, arrays, strict=True)
            arrays = [array if name == FILE else pc.if_else(keep, array, NOTHING) for name, array in named]
        schema = self._schema()
        if self._sink is None or self._sink[0] != schema:
            self._open_part(schema)
        batch = pa.record_batch([*arrays, pa.array(lines, pa.int64())], schema=schema)
        self._sink[1].write_batch(batch)
        self.written += batch.num_rows
        self._spoiled.clear()

    def close(self) -> Path | None:
        """The finished Arrow file, or None when there was no row."""
        self.flush()
        self._close_part()
        self.malformed.sort(key=lambda bad: bad.row)
        return self.parts[0] if len(self.parts) < 2 and self.parts else self._join()

    def abandon(self) -> None:
        """Removes what was written, after an error."""
        self._close_part()
        for part in self.parts:
            part.unlink(missing_ok=True)

    def _spoil(self, line: int, row: int, message: str, code: str) -> None:
        """One entry a row, however many of its cells are broken."""
        if row not in self._spoiled:
            self._spoiled.add(row)
            self.malformed.append(Malformed(line, row, message, code))

    def _text(self, column: Sequence[str | None], lines: Sequence[int]) -> pa.Array:
        try:
            return pa.array(column, pa.string())
        except UnicodeEncodeError:  # a lone surrogate, from an escape such as \ud83d in JSON
            return pa.array([self._encodable(cell, row, lines[row]) for row, cell in enumerate(column)], pa.string())

    def _encodable(self, cell: str | None, row: int, line: int) -> str | None:
        try:
            return cell if cell is None or cell.encode() is not None else None
        except UnicodeEncodeError as error:
            code = ord(str(error.object)[error.start])
            escaped = 0xDC80 <= code <= 0xDCFF  # how `encoding.text_pieces` marks a byte
            message = Said("row.escaped", {"byte": code - 0xDC00}) if escaped else Said("row.surrogate")
            self._spoil(line, self.written + row, message, "broken-encoding")
            return None

    def _sized(self, lines: Sequence[int], arrays: Sequence[pa.Array]) -> pa.Array | None:
        """The mask of rows to keep, or None when all are. Rows already known as malformed are blanked whole."""
        blank = {row - self.written for row in self._spoiled}
        for array in arrays:
            if (pc.max(pc.binary_length(array)).as_py() or 0) <= LONGEST_CELL:
                continue
            for row in pc.indices_nonzero(pc.fill_null(pc.greater(pc.binary_length(array), LONGEST_CELL), False)):
                at = row.as_py()
                if at not in blank:
                    size = len(array[at].as_py())
                    message = Said("row.wide", {"size": size, "most": LONGEST_CELL})
                    self._spoil(lines[at], self.written + at, message, "oversized-row")
                    blank.add(at)
        if not blank:
            return None
        return pa.array([row not in blank for row in range(len(lines))])

    def _give_up_if_hopeless(self) -> None:
        bad = len(self.malformed)
        if bad < HOPELESS or bad < (self.written + len(self._rows)) / 2:
            return
        shown = "; ".join(f"line {one.line}: {one.message}" for one in self.malformed[:3])
        raise DataError(
            f"more than half of the rows of {self.name} can not be read ({bad:,} so far): {shown}",
            expected="rows of the format that the file's name promises",
            cure="look at these lines; where a wrong format was detected, name it: --format, --encoding, --delimiter",
        )

    def _schema(self) -> pa.Schema:
        return pa.schema([*((name, pa.string()) for name in self.names), (LINE, pa.int64())])

    def _open_part(self, schema: pa.Schema) -> None:
        self._close_part()
        path = self.folder / f"part{len(self.parts)}.arrow"
        self.parts.append(path)
        self._sink = (schema, pa.ipc.new_file(str(path), schema))

    def _close_part(self) -> None:
        if self._sink is not None:
            self._sink[1].close()
            self._sink = None

    def _join(self) -> Path | None:
        if not self.parts:
            return None
        schema = self._schema()
        whole = self.folder / "whole.arrow"
        with pa.ipc.new_file(str(whole), schema) as sink:
            for part in self.parts:
                with pa.memory_map(str(part)) as source:
                    reader = pa.ipc.open_file(source)
                    for index in range(reader.num_record_batches):
                        sink.write_batch(_widen(reader.get_batch(index), schema))
                part.unlink()
        self.parts = [whole]
        return whole


def _widen(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    have = set(batch.schema.names)
    columns = [
        batch.column(field.name) if field.name in have else pa.nulls(batch.num_rows, field.type) for field in schema
    ]
    return pa.record_batch(columns, schema=schema)
