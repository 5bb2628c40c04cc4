"""CSV, TSV and their kin: delimiter, quoting and header are detected, lines are counted, broken rows are told.

A quote that opens and never closes costs one row, not the rest of the file: the lines behind it are read again.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lingos.data.columns import has_header, is_known_name
from lingos.data.encoding import text_lines
from lingos.data.formats.base import InputFile, ReadOptions, find_encoding, unique_names
from lingos.data.writer import LONGEST_CELL, Writer
from lingos.errors import DataError
from lingos.words.said import Said, listed

__all__ = ["read"]

DELIMITERS = "\t;|,"  # best first on a tie: prose has commas
SPOKEN = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
ALONE = "\x1f"  # stands for "one column": a character that no text has
USUAL = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
SAMPLE_LINES = 400
SAMPLE_CHARACTERS = 1 << 20
PATIENCE = 20  # unclosed quotes after which a record may span few lines only, so that the cost stays linear


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quoted: bool
    score: float
    width: int

    def reader(self, lines: Iterator[str], strict: bool = False) -> Iterator[list[str]]:
        if not self.quoted:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=strict)
        return csv.reader(lines, delimiter=self.delimiter, strict=strict)


class _TooLong(csv.Error):
    pass


class _Tape:
    """Lines that can be put back. `number` is the last line handed out, `taken` those since the record began."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.again: list[str] = []
        self.taken: list[str] = []
        self.number = 0
        self.most = 10_000

    def __iter__(self) -> _Tape:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self.most:
            raise _TooLong
        line = self.again.pop() if self.again else next(self.lines)
        self.taken.append(line)
        self.number += 1
        return line

    def rewind(self) -> None:
        """Puts back all lines of the record but its first."""
        self.again.extend(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]


def _lines(file: InputFile, options: ReadOptions, writer: Writer, broken: dict[int, str]) -> Iterator[str]:
    encoding = find_encoding(file, options, writer)
    with file.open() as stream:
        yield from text_lines(stream, encoding, broken, file.name)


def read(file: InputFile, options: ReadOptions, writer: Writer) -> None:
    """Delimiter, quoting and header detected unless `options` names them; rows go to `writer` as they are parsed."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    writer.blank_is_missing = True
    broken: dict[int, str] = {}
    lines = _lines(file, options, writer, broken)
    sample: list[str] = []
    size = 0
    for line in lines:
        sample.append(line)
        size += len(line)
        if len(sample) >= SAMPLE_LINES or size > SAMPLE_CHARACTERS:
            break
    shown = [line[:20_000] for line in sample]
    dialect = _sniff(shown, file.suffixes(), options.delimiter)
    tape = _Tape(itertools.chain(sample, lines))
    _header(tape, dialect, shown, options, writer)
    _records(tape, dialect, broken, writer)


def _records(tape: _Tape, dialect: _Dialect, broken: dict[int, str], writer: Writer) -> None:
    reader, width, unclosed = dialect.reader(tape), len(writer.names), 0
    while True:
        tape.taken.clear()
        first = tape.number + 1
        fault: Said | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = [], _reason(error, tape)
        if not fault and len(cells) < 2 and not "".join(tape.taken).strip():
            continue  # a blank line is no row
        if len(tape.taken) > 1 and (fault or len(cells) != width or not _closed(dialect, tape.taken)):
            unclosed += 1
            tape.most = 50 if unclosed > PATIENCE else tape.most
            tape.rewind()
            fault = Said("row.quote")
        if not fault and broken and not broken.keys().isdisjoint(range(first, tape.number + 1)):
            where = next(line for line in range(first, tape.number + 1) if line in broken)
            writer.bad(first, Said("row.line", {"line": where, "what": broken[where]}), "broken-encoding")
        elif fault:
            writer.bad(first, fault, "oversized-row" if fault.code == "row.cell" else "malformed-row")
        elif len(cells) == width:
            writer.row(first, cells, len(tape.taken[0]))
        elif len(cells) > width and not any(cells[width:]):
            writer.row(first, cells[:width], len(tape.taken[0]))
        else:
            writer.bad(first, _miscount(cells, width, dialect))


def _miscount(cells: Sequence[str], width: int, dialect: _Dialect) -> Said:
    more = Said("row.delimiter", {"name": _named(dialect)}) if len(cells) > width else ""
    return Said("row.cells", {"count": len(cells), "width": width, "more": more})


def _named(dialect: _Dialect) -> str:
    return Said("row.tab") if dialect.delimiter == "\t" else repr(dialect.delimiter)


def _reason(error: csv.Error, tape: _Tape) -> Said:
    if "limit" in str(error):
        return Said("row.cell", {"most": LONGEST_CELL})
    tall = isinstance(error, _TooLong)
    return Said("row.tall", {"most": tape.most}) if tall else Said("row.record", {"error": str(error)})


def _closed(dialect: _Dialect, taken: list[str]) -> bool:
    """Whether a record of several lines keeps the rules of quoting to the letter, and ends."""
    try:
        return len(list(dialect.reader(iter(taken), strict=True))) == 1
    except csv.Error:
        return False


def _header(tape: _Tape, dialect: _Dialect, sample: list[str], options: ReadOptions, writer: Writer) -> None:
    rows = [row for row in _parse(sample, dialect) if row]
    found, why = has_header([row for row in rows if len(row) == dialect.width] or rows)
    if options.header is not None:
        found, why = options.header, Said("header.said")
    if dialect.delimiter != ALONE:
        writer.notes.append(Said("note.delimiter", {"name": _named(dialect)}))
    else:
        writer.notes.append(Said("note.one-column"))
    if not found:
        writer.names = [f"c{number}" for number in range(1, dialect.width + 1)]
        writer.notes.append(Said("note.no-header", {"why": why, "names": listed(writer.names[:4])}))
        return
    names: list[str] = []
    for names in dialect.reader(tape):
        if names:
            break
    writer.names = unique_names([name.lstrip("\ufeff") for name in names], writer.notes)
    if why.code != "header.usual":
        writer.notes.append(Said("note.header", {"why": why}))


def _sniff(sample: list[str], suffix: str, wanted: str | None) -> _Dialect:
    wanted = SPOKEN.get(wanted or "", wanted)
    if wanted is not None and (len(wanted) != 1 or wanted in '"\r\n'):
        raise DataError(
            f"{wanted!r} can not be the delimiter",
            expected=f"one character, or {', '.join(SPOKEN)}",
            cure="look at the first lines of the file, or leave --delimiter out: it is detected",
        )
    candidates = [wanted] if wanted else list(DELIMITERS)
    quotings = (True, False) if any('"' in line for line in sample) else (True,)
    tried = [_score(sample, delimiter, quoted, suffix) for delimiter in candidates for quoted in quotings]
    best = max(tried, key=lambda dialect: dialect.score, default=None)
    if best is not None and (best.score >= 0.5 or wanted):
        return best
    return _Dialect(ALONE, True, 0.0, 1)


def _score(sample: list[str], delimiter: str, quoted: bool, suffix: str) -> _Dialect:
    """How well a delimiter explains the sample: the share of records with the usual number of cells, and more."""
    dialect = _Dialect(delimiter, quoted, 0.0, 1)
    rows = [row for row in _parse(sample, dialect) if row]
    if not rows:
        return dialect
    counts = Counter(len(row) for row in rows)
    known = sum(is_known_name(cell) for cell in rows[0])
    usual = counts.most_common(1)[0][0]
    if known and len(rows[0]) == 1:
        return dialect  # the header is one name: the delimiters below it belong to the prose
    width = len(rows[0]) if known and len(rows[0]) > 1 else usual
    if width < 2:
        return _Dialect(delimiter, quoted, 0.0, max(usual, 1))
    later = [cell for row in rows for cell in row[1:]]
    score = counts[width] / len(rows) + 0.3 * min(known, 2)
    score -= 0.3 * (len(rows[0]) != width) + 0.6 * sum(cell.startswith(" ") for cell in later) / max(len(later), 1)
    score += 0.05 * (USUAL.get(suffix) == delimiter) - 0.1 * (not quoted)
    return _Dialect(delimiter, quoted, score, width)


def _parse(sample: list[str], dialect: _Dialect) -> list[list[str]]:
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(dialect.reader(iter(sample)))
    return rows
