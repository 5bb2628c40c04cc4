"""A folder with one folder per class and one text file per row: pets/dog/001.txt is a row with the label dog."""

from __future__ import annotations

import io
import os
from pathlib import Path

from lingos.data.encoding import detect_encoding, looks_binary, named_encoding, text_lines
from lingos.data.formats.base import ReadOptions
from lingos.data.source import FILE
from lingos.data.writer import LONGEST_CELL, Writer
from lingos.errors import DataError
from lingos.words.said import Said, listed

__all__ = ["read", "text_files"]

SPLITS = frozenset({"train", "test", "dev", "valid", "validation", "eval"})


def text_files(folder: Path, name: str) -> list[Path]:
    """All text files one or more folders below, in the order of their names. Says what is wrong when there are none."""
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        if not os.access(place, os.R_OK | os.X_OK):  # rglob would pass over it in silence
            raise PermissionError(f"the folder {place}")
    found = sorted(path for path in folder.rglob("*.txt") if not _hidden(path.relative_to(folder)))
    files = [path for path in found if len(path.relative_to(folder).parts) > 1 and path.is_file()]
    classes = {path.relative_to(folder).parts[0] for path in files}
    if classes and classes <= SPLITS:
        raise DataError(
            f"the folders in {name} are splits ({', '.join(sorted(classes))}), not classes",
            expected="one folder per class",
            cure=f"read one split at a time: {name}/{sorted(classes)[-1]}",
        )
    if not files:
        inside = sorted(path.name for path in folder.iterdir())
        raise DataError(
            f"{name} is a folder without text files in class folders; it holds "
            f"{', '.join(inside[:8]) or 'nothing'}{', ...' if len(inside) > 8 else ''}",
            expected="one folder per class with .txt files in it, or the path of one data file",
            cure=f"name a file: {name}/{inside[0]}" if inside else "choose another path",
        )
    return files


def read(folder: Path, name: str, options: ReadOptions, writer: Writer) -> None:
    """Columns text, label and the file. `name` is the folder as typed."""
    files = text_files(folder, name)
    for column in ("text", "label", FILE):
        writer.column(column)
    for path in files:
        relative = path.relative_to(folder)
        shown = f"{name.rstrip('/')}/{relative}"
        text, fault, code = _content(path, options, shown)
        if fault:
            writer.bad(1, fault, code, (None, None, shown))
        else:
            writer.row(1, (text, relative.parts[0], shown), len(text))
    every = [path for path in folder.rglob("*") if path.is_file() and not _hidden(path.relative_to(folder))]
    if len(every) > len(files):
        rest = sorted(str(path.relative_to(folder)) for path in set(every) - set(files))
        writer.notes.append(Said("note.left", {"count": len(rest), "names": listed(rest[:5])}))


def _content(path: Path, options: ReadOptions, name: str) -> tuple[str, str, str]:
    """Text, fault, code of the fault."""
    with path.open("rb") as stream:
        content = stream.read(4 * LONGEST_CELL + 1)
    if len(content) > 4 * LONGEST_CELL:
        return "", Said("row.text", {"most": 4 * LONGEST_CELL}), "oversized-row"
    if looks_binary(content[:65536]):
        return "", Said("row.binary"), "malformed-row"
    broken: dict[int, str] = {}
    if options.encoding:
        encoding = named_encoding(options.encoding, content)
    else:
        encoding = detect_encoding(io.BytesIO(content), name)
    text = "".join(text_lines(io.BytesIO(content), encoding, broken, name))
    fault = next((Said("row.line", {"line": line, "what": what}) for line, what in broken.items()), "")
    return text.strip("\r\n"), fault, "broken-encoding"


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)
