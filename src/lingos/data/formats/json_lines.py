"""JSON Lines: one object a line. Keys may come and go; a line that is not JSON is one malformed row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lingos.data.encoding import text_lines
from lingos.data.formats.base import InputFile, ObjectRows, ReadOptions, decoder, find_encoding, json_fault
from lingos.data.writer import Writer

__all__ = ["read", "records"]

BLANK = "\ufeff \t\r\n"


def read(file: InputFile, options: ReadOptions, writer: Writer) -> None:
    """One row per line that is not blank."""
    broken: dict[int, str] = {}
    rows, decode = ObjectRows(writer), decoder().decode
    for number, line in _lines(file, options, writer, broken):
        if number in broken:
            writer.bad(number, broken.pop(number), "broken-encoding")
            continue
        try:
            record = decode(line.strip("\ufeff"))
        except (ValueError, RecursionError) as error:
            writer.bad(number, json_fault(error, place=True))
            continue
        rows.add(number, record, len(line))


def records(file: InputFile, options: ReadOptions, writer: Writer) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each row again, as it stands: the line, and its object with numbers, bools and nulls; None if there is none."""
    for _, line in _lines(file, options, writer, {}):
        try:
            found = json.loads(line.strip("\ufeff"))
        except (ValueError, RecursionError):
            found = None
        yield line.strip(BLANK), found if isinstance(found, dict) else None


def _lines(file: InputFile, options: ReadOptions, writer: Writer, broken: dict[int, str]) -> Iterator[tuple[int, str]]:
    encoding = find_encoding(file, options, writer)
    with file.open() as stream:
        for number, line in enumerate(text_lines(stream, encoding, broken, file.name), 1):
            if line.strip(BLANK):
                yield number, line
