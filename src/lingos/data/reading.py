"""What a person may say about how a file is read: name -> help. Flags and options take their words from here.

It imports nothing, so that `lingos predict` can have the flags without loading what reads files.
"""

from __future__ import annotations

__all__ = ["READING"]

READING = {
    "text": "column of the text; default: found by name and content",
    "label": "column of the label; default: found by name and content",
    "format": "csv, tsv, json, jsonl, parquet or excel; default: found by name",
    "encoding": "encoding of the file, e.g. utf-8 or gb18030; default: detected",
    "delimiter": "character between cells, or tab, comma, semicolon, pipe; default: detected",
    "header": "whether the first line holds the names of the columns; default: detected",
    "sheet": "sheet of a spreadsheet; default: the first that is not empty",
}
