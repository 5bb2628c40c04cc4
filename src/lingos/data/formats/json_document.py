"""One JSON document: an array of objects (streamed), `{"data": [objects]}` (streamed), or an object of columns.

A file named .json that holds one object a line is read as JSON Lines by `readers`; see `is_lines`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lingos.data.columns import is_known_name
from lingos.data.encoding import text_pieces
from lingos.data.formats.base import (
    InputFile,
    ObjectRows,
    ReadOptions,
    decoder,
    find_encoding,
    json_fault,
    spell,
    unique_names,
)
from lingos.data.writer import Writer
from lingos.errors import DataError
from lingos.words.said import Said

__all__ = ["is_lines", "read"]

SPACE = " \t\r\n\ufeff"
# a string (it ends with its line, closed or not), the beginning of a line, a bracket, a comma
TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"?|\n[ \t\r,]*|[][{},]')
BLANKS = re.compile(f"[{SPACE}]*")
LONGEST_VALUE = 64 << 20  # characters of one element; a file is never held whole
REFILL = 1 << 20


def is_lines(sample: str) -> bool:
    """Whether the first line is a whole object and more follows, so that the file is JSON Lines whatever its name."""
    line, _, rest = sample.strip(SPACE).partition("\n")
    try:
        return bool(rest) and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def read(file: InputFile, options: ReadOptions, writer: Writer) -> None:
    """Streams arrays of objects; DataError when the document is cut off."""
    encoding = find_encoding(file, options, writer)
    with file.open() as stream:
        text = _Text(text_pieces(stream, encoding), file.name)
        start = text.peek()
        if start == "[":
            _array(text, ObjectRows(writer))
        elif start == "{":
            _object(text, writer)
        else:
            raise text.fault("neither '[' nor '{' at the beginning")
        if text.peek():
            raise text.fault("more text after the end of the document")


class _Text:
    """A window of the document that refills itself and counts lines."""

    def __init__(self, pieces: Iterator[str], name: str) -> None:
        self.pieces, self.name = pieces, name
        self.buffer, self.at, self.line, self.column = "", 0, 1, 0  # column: characters before `at` in its line
        self.decoder = decoder()

    def peek(self) -> str:
        """The next character that is not white space, '' at the end."""
        while True:
            self._move(BLANKS.match(self.buffer, self.at).end())  # type: ignore[union-attr]  # it matches nothing too
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._refill():
                return ""

    def take(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise self.fault(f"'{wanted}' expected")
        self._move(self.at + 1)

    def value(self) -> tuple[int, Any, int]:
        """The next JSON value: its line, itself, its size. ValueError when it is broken, DataError when cut off."""
        self.peek()
        line = self.line
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError as error:
                cut = error.pos >= len(self.buffer.rstrip(SPACE)) or error.msg.startswith("Unterminated string")
                if (cut or error.pos >= len(self.buffer) - 16) and self._refill():
                    continue
                if cut:
                    raise self.fault("the file ends in the middle of a value") from None
                raise
            if end == len(self.buffer) and self._refill():
                continue  # a number may go on
            size = end - self.at
            self._move(end)
            return line, value, size

    def skip_element(self, margin: int) -> bool:
        """After a broken element: moves to where the next one begins. False at the end of the array.

        That is behind a comma outside of all brackets that the element opened; or, as a quote or bracket may be
        missing, at a line that begins with an object as far left as the element, `margin`.
        """
        opened = ""
        while True:
            token = TOKEN.search(self.buffer, self.at)
            if token is None or token.end() >= len(self.buffer) - 1:  # it may go on
                self._move(token.start() if token else len(self.buffer))
                if self._refill():
                    continue
                if token is None:
                    raise self.fault("the array is not closed")
                token = TOKEN.match(self.buffer, self.at)
                assert token is not None
            found = token[0]
            if found == "]" and "[" not in opened:
                self._move(token.start())
                return False
            self._move(token.end())
            if found in "{[":
                opened += found
            elif found in "}]":
                opened = opened.rpartition("{" if found == "}" else "[")[0]
            begins = found[0] == "\n" and len(found) - 1 <= margin and self.buffer[self.at : self.at + 1] == "{"
            if begins or (found == "," and not opened):
                return True

    def fault(self, what: str) -> DataError:
        return DataError(
            f"{self.name}, line {self.line}: not a JSON document: {what}",
            expected="an array of objects, an object of columns, or one object per line (JSON Lines)",
            cure="the file may be cut off: write it again; or name another format: --format",
        )

    def _move(self, to: int) -> None:
        self.line += self.buffer.count("\n", self.at, to)
        start = self.buffer.rfind("\n", self.at, to)
        self.column = to - start - 1 if start >= 0 else self.column + to - self.at
        self.at = to

    def _refill(self) -> bool:
        size = len(self.buffer) - self.at
        if size > LONGEST_VALUE:
            raise self.fault(f"a value of more than {LONGEST_VALUE >> 20} million characters")
        pieces, want = [self.buffer[self.at :]], max(REFILL, size)  # doubling keeps the cost of a long value linear
        while want > 0 and (piece := next(self.pieces, "")):
            pieces.append(piece)
            want -= len(piece)
        self.buffer, self.at = "".join(pieces), 0
        return len(pieces) > 1


def _array(text: _Text, rows: ObjectRows) -> None:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    start, margin = 0, 0  # line and column of the first element in the line
    while text.peek():
        if text.line > start:
            start, margin = text.line, text.column
        try:
            line, record, size = text.value()
            follows = text.peek()
        except (json.JSONDecodeError, RecursionError, ValueError) as error:
            rows.writer.bad(start, json_fault(error, place=False))
            if text.skip_element(margin):
                continue
            break
        rows.add(line, record, size)
        if follows == ",":
            text.take(",")
            if text.peek() == "]":
                rows.writer.notes.append(Said("note.comma", {"line": text.line}))
                break
        elif follows in ("", "]"):
            break
        else:
            rows.writer.bad(text.line, Said("row.comma", {"follows": follows}))
            if not text.skip_element(margin):
                break
    if not text.peek():
        raise text.fault("the array is not closed")
    text.take("]")


def _object(text: _Text, writer: Writer) -> None:
    """Records under a key, or columns by name, or records by number."""
    values: dict[str, Any] = {}
    records, beginning = "", text.line
    text.take("{")
    while text.peek() != "}":
        key = str(_checked(text)[1])
        text.take(":")
        if text.peek() == "[" and _holds_objects(text):
            if records:
                raise text.fault(f"two lists of rows, '{records}' and '{key}'; save each as a file of its own")
            records = key
            writer.notes.append(Said("note.key", {"name": key}))
            _array(text, ObjectRows(writer))
        else:
            values[key] = _checked(text)[1]
        if text.peek() == ",":
            text.take(",")
    text.take("}")
    if not records:
        _whole(values, beginning, writer, text)


def _whole(values: dict[str, Any], line: int, writer: Writer, text: _Text) -> None:
    """What pandas writes with orient="index" or "columns" or "list"; the rows share the line of the document."""
    inner = [value for value in values.values() if isinstance(value, dict)]
    if inner and len(inner) == len(values) and any(is_known_name(key) for key in inner[0]):
        rows = ObjectRows(writer)
        for record in inner:
            rows.add(line, record, len(str(record)))
        return
    if values and not any(isinstance(value, dict | list) for value in values.values()):
        ObjectRows(writer).add(line, values, len(str(values)))  # one record, alone
        return
    columns = {key: _by_key(value, inner, text) if isinstance(value, dict) else value for key, value in values.items()}
    sizes = {key: len(value) for key, value in columns.items() if isinstance(value, list)}
    if not sizes or len(set(sizes.values())) > 1:
        raise text.fault(f"columns of unequal length: {sizes}" if sizes else "no list of rows and no columns")
    _columns({key: columns[key] for key in sizes}, line, writer)


def _by_key(column: dict[str, Any], columns: list[dict[str, Any]], text: _Text) -> list[Any]:
    """The values of a column in the order of the first column's keys: a key is a row."""
    strange = sorted(column.keys() ^ columns[0].keys())
    if strange:
        raise text.fault(f"the columns name different rows; '{strange[0]}' is not in all of them")
    return [column[key] for key in columns[0]]


def _checked(text: _Text) -> tuple[int, Any, int]:
    try:
        return text.value()
    except (ValueError, RecursionError) as error:
        raise text.fault(str(error)) from None


def _holds_objects(text: _Text) -> bool:
    rest = text.buffer[text.at + 1 :].lstrip(SPACE)
    return rest.startswith("{") or (not rest and text._refill() and _holds_objects(text))


def _columns(columns: dict[str, list[Any]], line: int, writer: Writer) -> None:
    names = unique_names(list(columns), writer.notes)
    for name in names:
        writer.column(name)
    kinds = [writer.kinds.setdefault(name, set()) for name in names]
    for record in zip(*columns.values(), strict=True):
        cells = [spell(value, kind) for value, kind in zip(record, kinds, strict=True)]
        writer.row(line, cells, sum(len(cell or "") for cell in cells))
