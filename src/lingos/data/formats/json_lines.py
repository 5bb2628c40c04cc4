"""JSON Lines: one object a line. Keys may come and go; a line that is not JSON is one malformed row."""

from __future__ import annotations

from lingos.data.encoding import text_lines
from lingos.data.formats.base import InputFile, ObjectRows, ReadOptions, decoder, find_encoding, json_fault
from lingos.data.writer import Writer

__all__ = ["read"]


def read(file: InputFile, options: ReadOptions, writer: Writer) -> None:
    """One row per line that is not blank."""
    encoding = find_encoding(file, options, writer)
    broken: dict[int, str] = {}
    rows, decode = ObjectRows(writer), decoder().decode
    with file.open() as stream:
        for number, line in enumerate(text_lines(stream, encoding, broken, file.name), 1):
            if not line.strip("\ufeff \t\r\n"):
                continue
            if number in broken:
                writer.bad(number, broken.pop(number), "broken-encoding")
                continue
            try:
                record = decode(line.strip("\ufeff"))
            except (ValueError, RecursionError) as error:
                writer.bad(number, json_fault(error, place=True))
                continue
            rows.add(number, record, len(line))
