"""Texts to answer, in blocks as they come: a slow producer is answered line by line, a file in large blocks."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lingos.cli.console import line
from lingos.errors import DataError, nearest
from lingos.later import later

__all__ = ["from_arguments", "from_file", "from_stdin"]

AT_ONCE = 1 << 16  # bytes
BLANK = b" \t\r\xef\xbb\xbf"
TEXT = "lines of text"
LINES = {**dict.fromkeys(("", ".txt", ".text"), TEXT), **dict.fromkeys((".jsonl", ".ndjson", ".jsonlines"), "jsonl")}
STREAMED = {TEXT: {"file", "encoding"}, "jsonl": {"file", "text", "format", "encoding"}}  # more asks for a reader

read = later("lingos.data.readers", "read")
named_encoding = later("lingos.data.encoding", "named_encoding")
read_options = later("lingos.data.formats.base", "ReadOptions")


def from_arguments(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts of the command line; bytes that are no text are an error."""
    for place, text in enumerate(texts, 1):
        try:
            text.encode()
        except UnicodeEncodeError:
            cure = "convert it first, e.g. `iconv -f gb18030 -t utf-8`"
            raise DataError(f"text {place} is not UTF-8", expected="text in UTF-8", cure=cure) from None
    yield list(texts)


def from_stdin(encoding: str | None = None) -> Iterator[list[str]]:
    """Lines of standard input; each block is what has come so far."""
    yield from _lines(sys.stdin.buffer, _Way("standard input", (), encoding))


def from_file(path: Path, said: Mapping[str, Any], own: str) -> Iterator[list[str]]:
    """Lines of a text file, the field of a .jsonl file, or the column of a table (.csv, .xlsx, .parquet ...).

    `said` holds what was said about the file, by the names of `data.reading`; `own` is the column that the skill knows.
    """
    try:
        if not path.exists():
            raise _missing(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    kind = said.get("format") or LINES.get(path.suffix.lower())
    if not set(said) <= STREAMED.get(kind or "", set()):
        yield from _column(path, said, own)
        return
    fields = () if kind == TEXT else (said["text"],) if "text" in said else (own, "text")
    way = _Way(str(path), fields, said.get("encoding"))
    try:
        with path.open("rb") as stream:
            yield from _lines(stream, way)
    except OSError as error:
        raise _unreadable(path, error) from error


@dataclass(frozen=True)
class _Way:
    """How lines become texts: `where` they stand, the `fields` of JSON Lines, an encoding if one was named."""

    where: str
    fields: Sequence[str]
    encoding: str | None = None


def _lines(stream: Any, way: _Way) -> Iterator[list[str]]:
    number = 0
    for block in _chunks(stream, way.encoding):
        texts: list[str] = []
        for raw in block:
            number += 1
            if way.fields and not raw.strip(BLANK):
                continue  # in JSON Lines a blank line is no row
            try:
                texts.append(_text(raw, way, number))
            except DataError:
                yield texts  # what came before is answered
                raise
        if texts:
            yield texts


def _chunks(stream: IO[bytes], encoding: str | None) -> Iterator[list[bytes]]:
    """Whole lines as UTF-8, as many as there are: `read1` waits for something, not for all."""
    rest, decoder = b"", None
    while part := stream.read1(AT_ONCE):  # type: ignore[attr-defined]
        if encoding:
            if decoder is None:
                found = named_encoding(encoding, part)
                decoder, part = codecs.getincrementaldecoder(found.name)(errors="lingos-escape"), part[found.skip :]
            part = decoder.decode(part).encode("utf-8", "surrogatepass")  # a wrong byte is found with its line
        *whole, rest = (rest + part).split(b"\n")
        yield whole
    if rest:
        yield [rest]


def _text(raw: bytes, way: _Way, number: int) -> str:
    where = f"{way.where}, line {number}"
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r")
    except UnicodeDecodeError:
        cure = "name the encoding, e.g. --encoding gb18030, or convert it: `iconv -f gb18030 -t utf-8`"
        name = way.encoding or "UTF-8"
        raise DataError(f"{where} is not {name}", expected=f"text in {name}", cure=cure) from None
    return _field(text, where, way.fields) if way.fields else text


def _field(text: str, where: str, fields: Sequence[str]) -> str:
    """The first of `fields` that the JSON object has."""
    wanted = f'{{"{fields[0]}": "..."}}'
    try:
        row = json.loads(text)
    except ValueError as error:
        raise DataError(f"{where} is not JSON: {error}", expected=wanted, cure="mend this line") from None
    found = next((row[name] for name in fields if name in row), None) if isinstance(row, dict) else None
    if not isinstance(found, str):
        raise DataError(f"{where} has no text '{fields[0]}'", expected=wanted, cure="mend this line")
    return found


def _column(path: Path, said: Mapping[str, Any], own: str) -> Iterator[list[str]]:
    """The texts of a table. A row that can not be read is told with its line and left out; the end is then an error."""
    named = {name: said.get(name) for name in ("text", "label", "format")}
    how = {name: said.get(name) for name in ("encoding", "delimiter", "header", "sheet")}
    source = read(path, **named, options=read_options(**how, labelled=False), own={"text": own})
    column, bad = source.columns.text, source.malformed
    for note in (*source.notes, f"text: column '{column}', {source.columns.reasons.get('text', '')}"):
        line(f"{path}: {note}")
    for one in bad:
        line(f"{source.file_of(one.row)}, line {one.line}: {one.message}")
    left_out = {one.row for one in bad}
    cells = source.table[column].to_pylist()
    yield [str(cell or "") for row, cell in enumerate(cells) if row not in left_out]
    if bad:
        raise DataError(
            f"{len(left_out)} of {source.rows} rows of {path} can not be read and have no answer; all others have one",
            expected="rows that can be cut into cells",
            cure="mend the lines listed above; where a wrong format was detected, name it: --format, --delimiter",
        )


def _missing(path: Path) -> DataError:
    beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    guess = nearest(path.name, beside, 1)
    cure = f"did you mean '{path.parent / guess[0]}'?" if guess else "check the path"
    return DataError(f"no file {path}", expected="a file with one text a line, or a table", cure=cure)


def _unreadable(path: Path, error: OSError) -> DataError:
    what = f"{path} can not be read: {error.strerror or error}"
    return DataError(
        what, expected="a file that this user may read", cure="check the path and the rights: chmod, chown"
    )
