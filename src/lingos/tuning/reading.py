"""From the reading options of a person to a `Source`: the one way in which tune, check, evaluate and compare read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lingos.data.readers import ReadOptions, read
from lingos.data.source import Source
from lingos.manifest import Data
from lingos.tuning.naming import STDIN
from lingos.tuning.options import ReadingOptions

__all__ = ["how_read", "read_again", "read_as", "read_beside"]

COLUMNS = ("text", "label")


def read_as(
    file: str | Path, said: ReadingOptions, *, group: str | None = None, own: Mapping[str, str] | None = None
) -> Source:
    """Read a file as a person said. `own`: columns by role that a skill knows, taken where the file has them."""
    how = ReadOptions(encoding=said.encoding, delimiter=said.delimiter, header=said.header, sheet=said.sheet)
    return read(file, text=said.text, label=said.label, group=group, format=said.format, options=how, own=own)


def read_beside(file: str, said: ReadingOptions, training: Source) -> Source:
    """Read the test file with the columns of the training file; if its name ends alike, in the same way too."""
    alike = Path(file).suffix == Path(training.file).suffix
    columns = training.columns
    named = {"text": columns.text, "label": columns.label}
    said = said.model_copy(update=named) if alike else ReadingOptions(**named)
    return read_as(file, said, group=columns.group)


def how_read(said: ReadingOptions) -> dict[str, Any]:
    """What a skill keeps of them; the columns stand beside it, by the names that were found."""
    return {
        name: getattr(said, name)
        for name in ReadingOptions.model_fields
        if name not in COLUMNS and getattr(said, name) is not None
    }


def read_again(told: Data, file: str) -> Source:
    """Read the file that a skill was trained on, or a copy of it elsewhere, as it was read then."""
    alike = told.file == STDIN or Path(file).suffix.lower() == Path(told.file).suffix.lower()
    said = ReadingOptions(text=told.text, label=told.label, **(told.reading if alike else {}))
    return read_as(file, said)
