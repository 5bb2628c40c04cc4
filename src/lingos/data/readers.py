"""The door for data: any labelled file, folder, hub data set or standard input becomes a `Source`.

Nothing is dropped: rows that can not be read stay rows, all null, listed in `Source.malformed`. What was detected
(encoding, delimiter, header, columns) is in `Source.notes` and `Source.columns.reasons`, to be printed.
"""

from __future__ import annotations

import dataclasses
import lzma
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from lingos.data.cache import Cached, arrow_table, fingerprint
from lingos.data.columns import find_columns
from lingos.data.encoding import looks_binary
from lingos.data.formats import delimited, excel, folder, hub, json_document, json_lines, parquet
from lingos.data.formats.base import InputFile, ReadOptions
from lingos.data.source import Source
from lingos.data.writer import Writer
from lingos.errors import DataError, nearest, unknown
from lingos.words.said import Said

__all__ = ["FORMATS", "ReadOptions", "read", "records"]

FORMATS = {
    "csv": delimited.read,
    "tsv": delimited.read,
    "json": json_document.read,
    "jsonl": json_lines.read,
    "parquet": parquet.read,
    "excel": excel.read,
}
USED_BY = {
    "encoding": ("csv", "tsv", "json", "jsonl", "folder"),
    "delimiter": ("csv", "tsv"),
    "header": ("csv", "tsv", "excel"),
    "sheet": ("excel",),
}
SUFFIXES = {
    **dict.fromkeys((".csv", ".txt"), "csv"),
    **dict.fromkeys((".tsv", ".tab"), "tsv"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson", ".jsonlines"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".xlsx", ".xls", ".xlsb", ".xlsm", ".ods"), "excel"),
}
PACKED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"(\xb5/\xfd": "zst"}
MAGIC = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
    b"SQLite format 3": "an SQLite database",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
}


def read(
    path: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    group: str | None = None,
    format: str | None = None,
    options: ReadOptions | None = None,
    own: Mapping[str, str] | None = None,
) -> Source:
    """Reads a file, a folder of text files per class, `hub:owner/name[:split]`, or standard input ('-').

    `text`, `label`, `group` name columns; else those in `own` (role -> name) that the file has are taken, as a skill
    knows its columns; else text and label are inferred, with a reason. Raises DataError for
    all that the owner of the data can mend, ResourceError when there is no room for the Arrow copy.

    >>> import pathlib, tempfile
    >>> home = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = home.write_text("text,label\\nhello,greet\\nbye,leave\\n")
    >>> source = read(home)
    >>> source.rows, source.columns.text, source.columns.label, source.lines().tolist()
    (2, 'text', 'label', [2, 3])
    """
    name, options = str(path), options or ReadOptions()
    if not name.strip():
        raise DataError(
            "the name of the file is empty",
            expected="a file, a folder, hub:owner/name, or - for standard input",
            cure="name it; in a script, look at the variable that should hold it",
        )
    if format is not None and format not in FORMATS:
        raise unknown("format", format, FORMATS, DataError)
    try:
        found = _cached(name, format, options)
    except PermissionError as error:
        raise DataError(
            f"no right to read {name}",
            expected="a file that this user may read",
            cure=f"chmod or chown it, or copy it: {error}",
        ) from error
    except (EOFError, zlib.error, lzma.LZMAError, pa.ArrowException, OSError) as error:
        raise DataError(
            f"{name} is damaged or cut off: {error}", expected="a complete file", cure="fetch or write it again"
        ) from error
    if len(found.malformed) == found.table.num_rows:
        first = found.malformed[0]
        raise DataError(
            f"no row of {name} can be read; line {first.line}: {first.message}",
            expected="rows of text and label",
            cure="look at this line; where a wrong format was detected, name it: --format, --encoding, --delimiter",
        )
    names = found.table.column_names
    wanted = {"text": text, "label": label, "group": group}
    known = {role: column for role, column in (own or {}).items() if not wanted[role]}
    known = {role: column for role, column in known.items() if column in set(names) - set(wanted.values())}
    columns = find_columns(found.table, wanted | known, found.kinds, options.labelled, name)
    if known:
        reasons = {**columns.reasons, **dict.fromkeys(known, Said("chosen.skill"))}
        columns = dataclasses.replace(columns, reasons=reasons)
    return Source(name, found.table, columns, found.malformed, found.notes, found.format, options.encoding)


def records(source: Source) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each row of a JSON Lines file as it stands there (see `json_lines.records`); nothing for any other source."""
    path = Path(source.file).expanduser()
    if source.format != "jsonl" or not path.is_file():
        return
    file = InputFile(source.file, path, _packed(path))
    yield from json_lines.records(file, ReadOptions(encoding=source.encoding), Writer(source.file, path.parent))


def _cached(name: str, format: str | None, options: ReadOptions) -> Cached:
    if name.startswith(hub.PREFIX):
        _fits(name, "hub", options)
        dataset, notes = hub.load(name)
        key = fingerprint((name, dataset.num_rows, getattr(dataset, "_fingerprint", "")))
        found = arrow_table(key, name, partial(hub.read, dataset))
        return Cached(found.table, found.malformed, (*notes, *found.notes), found.kinds)
    if name == "-":
        with tempfile.TemporaryDirectory(prefix="lingos-") as place:
            spool = Path(place) / "stdin"
            with spool.open("wb") as stream:
                shutil.copyfileobj(sys.stdin.buffer, stream)
            return _from_file("standard input", spool, format, options)
    path = Path(name).expanduser()
    if not path.exists():
        raise _missing(path, name)
    if path.is_dir():
        folder.text_files(path, name)
        _fits(name, "folder", options)
        key = fingerprint(("folder", name, options), path)
        return arrow_table(key, name, lambda writer: folder.read(path, name, options, writer))
    return _from_file(name, path, format, options)


def _from_file(name: str, path: Path, format: str | None, options: ReadOptions) -> Cached:
    if not path.stat().st_size:
        raise DataError(f"{name} is empty", expected="at least one row of data", cure="check the file")
    packed = _packed(path)
    named = Path(name).suffix.lower().lstrip(".")
    if named in PACKED.values() and named != packed:
        raise DataError(f"{name} is not a {named} file", expected="what its name says", cure="rename it")
    file = InputFile(name, path, packed)
    with file.open() as stream:
        sample = stream.read(1 << 16)
    if not sample:
        raise DataError(f"{name} is empty", expected="at least one row of data", cure="check the file")
    chosen = format or _format_of(file, sample)
    if chosen not in ("excel", "parquet"):
        _check_text(name, sample)
    if chosen == "json" and json_document.is_lines(sample.decode(errors="replace")):
        chosen = "jsonl"
    _fits(name, chosen, options)
    key = fingerprint((name if name != "standard input" else "", chosen, options), path)
    found = arrow_table(key, name, lambda writer: FORMATS[chosen](file, options, writer))
    return dataclasses.replace(found, format=chosen)


def _packed(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(16)
    return next((kind for magic, kind in PACKED.items() if start.startswith(magic)), "")


def _format_of(file: InputFile, sample: bytes) -> str:
    """By the name; by the content where there is no name, or where the name contradicts it."""
    suffix = file.suffixes()
    if suffix in SUFFIXES and SUFFIXES[suffix] not in ("csv", "tsv"):
        return SUFFIXES[suffix]
    if sample.startswith(b"PAR1"):
        return "parquet"
    start = sample.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"{" and json_document.is_lines(start.decode(errors="replace")):
        return "jsonl"
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    _check_text(file.name, sample)
    if suffix:
        raise DataError(
            f"the format of {file.name} is not known: '{suffix}'",
            expected=f"a name that ends in one of {', '.join(SUFFIXES)} (also packed: .gz .bz2 .xz .zst)",
            cure=f"name the format: --format {'|'.join(FORMATS)}",
        )
    return "json" if start[:1] in (b"[", b"{") else "csv"


def _check_text(name: str, sample: bytes) -> None:
    what = next((what for magic, what in MAGIC.items() if sample.startswith(magic)), "")
    if what or looks_binary(sample):
        raise DataError(
            f"{name} is {what or 'binary, not text'}",
            expected="CSV, TSV, JSON, JSON Lines as text, or a .parquet or .xlsx file under that name",
            cure="export the rows as CSV or JSON Lines; a spreadsheet or Parquet file needs its own suffix or --format",
        )


def _fits(name: str, kind: str, options: ReadOptions) -> None:
    """An option that would change nothing is refused."""
    wrong = [one for one, kinds in USED_BY.items() if getattr(options, one) is not None and kind not in kinds]
    if wrong:
        raise DataError(
            f"{name} is read as {kind}, where --{wrong[0]} changes nothing",
            expected=f"a file of the format {' or '.join(USED_BY[wrong[0]])}",
            cure=f"leave --{wrong[0]} out, or name the format: --format {USED_BY[wrong[0]][0]}",
        )


def _missing(path: Path, name: str) -> DataError:
    try:
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    except PermissionError:
        beside = []
    guess = nearest(path.name, beside, 1)
    return DataError(
        f"no file {name}",
        expected="the path of a data file or folder, hub:owner/name, or - for standard input",
        cure=f"did you mean '{path.parent / guess[0]}'?" if guess else "check the path",
    )
