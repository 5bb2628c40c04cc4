"""Texts to answer, in blocks as they come: a slow producer is answered line by line, a file in large blocks."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from lingos.errors import DataError, nearest
from lingos.later import later

__all__ = ["from_arguments", "from_file", "from_stdin"]

AT_ONCE = 1 << 16  # bytes
TEXT = "lines of text"
LINES = {**dict.fromkeys(("", ".txt", ".text"), TEXT), **dict.fromkeys((".jsonl", ".ndjson", ".jsonlines"), "jsonl")}

read = later("lingos.data.readers", "read")
read_options = later("lingos.data.formats.base", "ReadOptions")


def from_arguments(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts of the command line; bytes that are no text are an error."""
    for place, text in enumerate(texts, 1):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _not_utf8(f"text {place}") from None
    yield list(texts)


def from_stdin() -> Iterator[list[str]]:
    """Lines of standard input; each block is what has come so far."""
    yield from _lines(sys.stdin.buffer, "standard input", ())


def from_file(path: Path, said: Mapping[str, Any], own: str) -> Iterator[list[str]]:
    """Lines of a text file, the field of a .jsonl file, or the column of a table (.csv, .xlsx, .parquet ...).

    `said` holds what was said about the file, by the names of `data.reading`; `own` is the column that the skill knows.
    """
    if not path.exists():
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        guess = nearest(path.name, beside, 1)
        cure = f"did you mean '{path.parent / guess[0]}'?" if guess else "check the path"
        raise DataError(f"no file {path}", expected="a file with one text a line, or a table", cure=cure)
    kind = said.get("format") or LINES.get(path.suffix.lower())
    if kind not in (TEXT, "jsonl"):
        yield from _column(path, said, own)
        return
    fields = () if kind == TEXT else (said["text"],) if "text" in said else (own, "text")
    try:
        with path.open("rb") as stream:
            yield from _lines(stream, str(path), fields)
    except OSError as error:
        raise DataError(f"{path} can not be read: {error}", expected="a file", cure="check path and rights") from error


def _lines(stream: Any, where: str, fields: Sequence[str]) -> Iterator[list[str]]:
    number = 0
    for block in _chunks(stream):
        texts: list[str] = []
        for raw in block:
            number += 1
            try:
                texts.append(_text(raw, f"{where}, line {number}", fields, number == 1))
            except DataError:
                yield texts  # what came before is answered
                raise
        if texts:
            yield texts


def _chunks(stream: IO[bytes]) -> Iterator[list[bytes]]:
    """Whole lines, as many as there are: `read1` waits for something, not for all."""
    rest = b""
    while part := stream.read1(AT_ONCE):  # type: ignore[attr-defined]
        *whole, rest = (rest + part).split(b"\n")
        yield whole
    if rest:
        yield [rest]


def _text(raw: bytes, where: str, fields: Sequence[str], first: bool) -> str:
    try:
        text = raw.decode("utf-8-sig" if first else "utf-8").rstrip("\r")
    except UnicodeDecodeError:
        raise _not_utf8(where) from None
    return _field(text, where, fields) if fields else text


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
    named = {name: said.get(name) for name in ("text", "label", "format")}
    source = read(path, **named, options=read_options(labelled=False), own={"text": own})
    yield ["" if value is None else str(value) for value in source.table[source.columns.text].to_pylist()]


def _not_utf8(where: str) -> DataError:
    cure = "convert it first, e.g. `iconv -f gb18030 -t utf-8`"
    return DataError(f"{where} is not UTF-8", expected="text in UTF-8", cure=cure)
