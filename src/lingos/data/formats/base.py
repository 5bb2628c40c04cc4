"""What every format shares: how a file is opened, how names and values are spelled.

A format is one function `read(file, options, writer)`. It pushes rows, malformed rows and notes and collects nothing.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc

from lingos.data.encoding import Encoding, detect_encoding, named_encoding
from lingos.data.source import RESERVED
from lingos.data.writer import Writer
from lingos.words.said import WORDS, Said

__all__ = [
    "InputFile",
    "ObjectRows",
    "ReadOptions",
    "as_text",
    "decoder",
    "find_encoding",
    "json_fault",
    "spell",
    "unique_names",
]


@dataclass(frozen=True)
class ReadOptions:
    """How to read, where detection should not decide. None = detect."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    labelled: bool = True  # False: do not look for a label column


@dataclass(frozen=True)
class InputFile:
    """A file as typed (`name`) and where its bytes lie. `compression` is gz, bz2, xz, zst or empty."""

    name: str
    path: Path
    compression: str = ""

    def open(self) -> BinaryIO:
        if self.compression == "gz":
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        if self.compression == "bz2":
            return cast(BinaryIO, bz2.open(self.path, "rb"))
        if self.compression == "xz":
            return cast(BinaryIO, lzma.open(self.path, "rb"))
        if self.compression == "zst":
            return cast(BinaryIO, pa.input_stream(str(self.path), compression="zstd"))
        return self.path.open("rb")

    def suffixes(self) -> str:
        """The format's suffix, without that of the compression: '.csv' for a.csv.gz."""
        path = Path(self.name)
        return (Path(path.stem) if path.suffix.lower() in {".gz", ".bz2", ".xz", ".zst"} else path).suffix.lower()


def find_encoding(file: InputFile, options: ReadOptions, writer: Writer) -> Encoding:
    """The encoding named in the options, else the detected one; what was detected is noted."""
    with file.open() as stream:
        if options.encoding:
            return named_encoding(options.encoding, stream.read(1 << 16))
        encoding = detect_encoding(stream, file.name)
    writer.notes.extend(encoding.notes)
    return encoding


def unique_names(names: Sequence[str | None], notes: list[str]) -> list[str]:
    """Column names that are neither empty nor equal nor reserved.

    >>> unique_names(["text", " text", "", None], notes := [])
    ['text', 'text_2', 'c3', 'c4']
    >>> notes
    ["column 2 renamed from 'text' to 'text_2': the name was taken"]
    """
    result: dict[str, None] = {}
    for position, raw in enumerate(names, 1):
        result[_free_name(raw, position, result, notes)] = None
    return list(result)


def _free_name(raw: str | None, position: int, taken: Container[str], notes: list[str]) -> str:
    """A name for the column at a position (from 1) that is not taken; a changed name is noted."""
    name = (raw or "").strip() or f"c{position}"
    fresh, count = name, 2
    while fresh in taken or fresh in RESERVED:
        fresh, count = f"{name}_{count}", count + 1
    if fresh != name:
        notes.append(Said("note.renamed", {"place": position, "name": name, "fresh": fresh}))
    return fresh


def spell(value: Any, kinds: set[str]) -> str | None:
    """A JSON value as text, its kind noted. Numbers keep their spelling; lists and objects become JSON."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool):
        kinds.add("bool")
        return "true" if value else "false"
    if isinstance(value, int | float):
        kinds.add("number")
        return str(getattr(value, "text", value))
    if isinstance(value, list | tuple | Mapping):
        kinds.add("object" if isinstance(value, Mapping) else "list")
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def as_text(array: Any, kinds: set[str], labels: Sequence[str] = ()) -> pa.Array | None:
    """An Arrow column of any type as strings; None for binary columns (images). `labels` names the integers."""
    kind = array.type
    if labels and pa.types.is_integer(kind):
        names = pa.array(labels, pa.string())
        known = pc.and_(pc.greater_equal(array, 0), pc.less(array, len(labels)))
        return pc.take(names, pc.if_else(known, array, pa.scalar(None, kind)))
    if pa.types.is_dictionary(kind):
        return as_text(pc.cast(array, kind.value_type), kinds)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return None
    if pa.types.is_nested(kind):
        return pa.array([spell(value, kinds) for value in array.to_pylist()], pa.string())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        kinds.add("number")
    return pc.cast(array, pa.string())


class _Float(float):
    """A JSON number with a fraction that remembers its spelling."""

    text: str

    def __new__(cls, text: str) -> _Float:
        number = super().__new__(cls, text)
        number.text = text
        return number


def decoder() -> json.JSONDecoder:
    """A JSON decoder that keeps the spelling of numbers."""
    return json.JSONDecoder(parse_float=_Float)


def json_fault(error: Exception, place: bool) -> Said:
    """What is wrong with a piece of JSON, with its place where the piece is a line."""
    if not isinstance(error, json.JSONDecodeError):
        return Said("row.json", {"error": str(error)})
    what = Said(f"json.{error.msg}") if f"json.{error.msg}" in WORDS else error.msg
    where = {"line": error.lineno, "column": error.colno, "char": error.pos}
    return Said("row.json", {"error": Said("json.at", {"what": what, **where}) if place else what})


class ObjectRows:
    """JSON objects -> rows. Keys become columns in the order of their first appearance."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.index: dict[str, int] = {}
        self.kinds: list[set[str]] = []

    def add(self, line: int, record: Any, size: int) -> None:
        if not isinstance(record, dict):
            found = Said("row.list") if isinstance(record, list) else repr(record)[:40]
            self.writer.bad(line, Said("row.object", {"found": found}))
            return
        cells: list[str | None] = [None] * len(self.index)
        for key, value in record.items():
            at = self.index.get(key)
            if at is None:
                at = self._column(key)
                cells.append(None)
            cells[at] = value if value.__class__ is str else spell(value, self.kinds[at])
        self.writer.row(line, cells, size)

    def _column(self, key: str) -> int:
        raw = key.encode(errors="replace").decode()
        name = _free_name(raw, len(self.index) + 1, self.writer.names, self.writer.notes)
        self.index[key] = at = self.writer.column(name)
        self.kinds.append(self.writer.kinds.setdefault(name, set()))
        return at
