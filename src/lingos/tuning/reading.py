"""From the reading options of a person to a `Source`: the one way in which tune, check, evaluate and compare read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lingos.data.readers import read
from lingos.data.source import Source
from lingos.tuning.options import ReadingOptions

__all__ = ["read_as"]


def read_as(
    file: str | Path, said: ReadingOptions, *, group: str | None = None, own: Mapping[str, str] | None = None
) -> Source:
    """Read a file as a person said. `own`: columns by role that a skill knows, taken where the file has them."""
    return read(file, text=said.text, label=said.label, group=group, format=said.format, own=own)
