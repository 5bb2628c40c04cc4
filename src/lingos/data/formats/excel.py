"""Excel and OpenDocument sheets (.xlsx, .xls, .xlsb, .ods) through calamine. A row's line is its row in the sheet."""

from __future__ import annotations

import datetime
import io
import itertools
from typing import Any

import python_calamine as calamine

from lingos.data.columns import has_header
from lingos.data.formats.base import InputFile, ReadOptions, unique_names
from lingos.data.writer import Writer
from lingos.errors import DataError, unknown
from lingos.words.said import Said, listed

__all__ = ["read"]


def read(file: InputFile, options: ReadOptions, writer: Writer) -> None:
    """One sheet, `options.sheet` or the first that is not empty. DataError for damage or a password."""
    writer.blank_is_missing = True
    with file.open() as stream:
        content = io.BytesIO(stream.read())
    try:
        book = calamine.CalamineWorkbook.from_filelike(content)
        sheet = _sheet(book, options.sheet, writer)
        rows = ((number, [_spell(cell) for cell in row]) for number, row in enumerate(sheet.to_python(False), 1))
        filled = ((number, row) for number, row in rows if any(row))
        _rows(filled, options, writer)
    except calamine.PasswordError as error:
        what = f"{file.name} is locked by a password"
        cure = "save it without one in a spreadsheet program, or save the sheet as CSV"
        raise DataError(what, expected="a file that opens without a password", cure=cure) from error
    except calamine.CalamineError as error:
        raise DataError(
            f"{file.name} can not be read as a spreadsheet: {error}",
            expected="an undamaged .xlsx, .xls, .xlsb or .ods file",
            cure="open it in a spreadsheet program and save it again, or save the sheet as CSV",
        ) from error


def _rows(filled: Any, options: ReadOptions, writer: Writer) -> None:
    sample = list(itertools.islice(filled, 200))
    found, why = has_header([row for _, row in sample])
    if options.header is not None:
        found, why = options.header, Said("header.said")
    width = max((len(row) for _, row in sample), default=0)
    if found:
        writer.names = unique_names(sample.pop(0)[1], writer.notes)
    else:
        writer.names = [f"c{number}" for number in range(1, width + 1)]
        writer.notes.append(Said("note.no-header", {"why": why, "names": listed(writer.names[:4])}))
    for number, row in itertools.chain(sample, filled):
        writer.row(number, row, sum(map(len, row)))


def _sheet(book: Any, wanted: str | None, writer: Writer) -> Any:
    names = book.sheet_names
    if wanted is not None and wanted not in names:
        raise unknown("sheet", wanted, names, DataError)
    if wanted is not None:
        return book.get_sheet_by_name(wanted)
    filled = [name for name in names if book.get_sheet_by_name(name).height]
    chosen = (filled or names)[0]
    if len(names) > 1:
        others = listed([name for name in names if name != chosen])
        writer.notes.append(Said("note.sheet", {"name": chosen, "others": others}))
    return book.get_sheet_by_name(chosen)


def _spell(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # spreadsheets store every number as a float
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
