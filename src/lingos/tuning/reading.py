"""From the reading options of a person to a `Source`: the one way in which tune, check, evaluate and compare read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lingos.data.readers import ReadOptions, read
from lingos.data.source import Source
from lingos.tuning.options import ReadingOptions

__all__ = ["read_as", "read_beside"]


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
