"""Parquet, one row group and one batch at a time. The line of a row is its number, counted from 1."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.parquet as pq

from lingos.data.formats.base import InputFile, ReadOptions, as_text, unique_names
from lingos.data.writer import BATCH_ROWS, Writer
from lingos.words.said import Said

__all__ = ["class_names", "read", "write_batches"]


def read(file: InputFile, options: ReadOptions, writer: Writer) -> None:
    """All columns that are not bytes, as text."""
    with file.open() as stream, pq.ParquetFile(stream) as parquet:
        metadata = parquet.schema_arrow.metadata or {}
        labels = class_names(json.loads(metadata[b"huggingface"])) if b"huggingface" in metadata else {}
        write_batches(parquet.iter_batches(batch_size=BATCH_ROWS), labels, writer)


def write_batches(batches: Iterable[Any], labels: Mapping[str, list[str]], writer: Writer) -> None:
    """Arrow batches or tables of any types -> rows of text. `labels` names the integers of a class column."""
    number = 0
    left_out: set[str] = set()
    for batch in batches:
        arrays = {}
        for name in batch.schema.names:
            column = batch.column(name)
            array = column.combine_chunks() if hasattr(column, "combine_chunks") else column
            text = as_text(array, writer.kinds.setdefault(name, set()), labels.get(name, ()))
            if text is None:
                left_out.add(name)
            else:
                arrays[name] = text
        if not writer.names:
            writer.names = unique_names(list(arrays), writer.notes)
        writer.arrays(range(number + 1, number + batch.num_rows + 1), list(arrays.values()))
        number += batch.num_rows
    writer.notes += [Said("note.bytes", {"name": name}) for name in sorted(left_out)]
    writer.notes += [Said("note.names", {"name": name}) for name in labels]


def class_names(metadata: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of class numbers that the `datasets` library stores beside a Parquet file."""
    features = metadata.get("info", {}).get("features", {})
    return {
        name: [str(label) for label in feature["names"]]
        for name, feature in features.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and isinstance(feature.get("names"), list)
    }
