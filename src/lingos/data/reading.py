"""What a person may say about how a file is read: name -> help. Flags and options take their words from here.

It imports nothing, so that `lingos predict` can have the flags without loading what reads files.
"""

from __future__ import annotations

__all__ = ["READING"]

READING = {
    "text": "column of the text; default: found by name and content",
    "label": "column of the label; default: found by name and content",
    "format": "csv, tsv, json, jsonl, parquet or excel; default: found by name",
}
