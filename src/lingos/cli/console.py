"""What a command prints: results on standard output, news and progress on standard error. No colours.

`rich` is imported only where it is needed: a bar on a terminal, the width of Chinese characters.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

__all__ = ["bar", "cells", "cut", "document", "fold", "line", "pad", "prepare", "show", "table", "width"]

EVERY = 0.2  # seconds between two movements of the bar
LEAST = 24  # cells that the last column of a table keeps on a narrow terminal
PIECES = re.compile(r"\s+|[\u1100-\uffef]|[^\s\u1100-\uffef]+")  # a line may break at spaces and at wide characters


def prepare() -> None:
    """Pipes carry UTF-8; a terminal that knows fewer characters shows a mark for the others instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if not hasattr(stream, "reconfigure"):
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def line(text: str) -> None:
    """One line of news on standard error."""
    sys.stderr.write(f"{_safe(text)}\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """One line of the result on standard output."""
    sys.stdout.write(f"{_safe(text)}\n")


def document(content: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output, aligned by cells. A terminal folds the last column; in a pipe a row is a line."""
    lines = [[" ".join(_safe(cell).split()) for cell in row] for row in [columns, *rows]]
    wide = [max(cells(row[place]) for row in lines) for place in range(len(columns))]
    room = max(LEAST, width() - sum(wide[:-1]) - 2 * (len(wide) - 1))
    show(title)
    for row in lines:
        start = "".join(pad(cell, size + 2) for cell, size in zip(row[:-1], wide, strict=False))
        for place, part in enumerate(fold(row[-1], room)):
            show(((start if place == 0 else " " * cells(start)) + part).rstrip())


def width() -> int:
    """Cells of a line: the terminal's; without one there is no limit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 1 << 20


def pad(text: str, size: int) -> str:
    """Fill up to `size` cells; a Chinese character takes two.

    >>> pad("退款", 6), pad("abc", 6)
    ('退款  ', 'abc   ')
    """
    return text + " " * (size - cells(text))


def cut(text: str, size: int) -> str:
    """At most `size` cells, on one line.

    >>> cut("where is my parcel", 10), cut("我的包裹在哪里", 10)
    ('where i...', '我的包...')
    """
    text = " ".join(text.split())
    if cells(text) <= size:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) > size - 3:
            break
        kept += character
    return kept + "..."


def fold(text: str, size: int) -> list[str]:
    """Lines of at most `size` cells; one line at least.

    >>> fold("where is my parcel", 8), fold("我的包裹在哪里", 8)
    (['where is', 'my', 'parcel'], ['我的包裹', '在哪里'])
    """
    lines = [""]
    for piece in PIECES.findall(text):
        if lines[-1] and cells(lines[-1]) + cells(piece.rstrip()) > size:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [one.rstrip() for one in lines]


@contextmanager
def bar(wanted: bool = True) -> Iterator[Callable[[str, float], None] | None]:
    """A progress bar as a function (what, share); None where standard error is no terminal."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console  # a third of the time that `lingos --help` takes
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as shown:
        task, last = shown.add_task("", total=1.0), [0.0]

        def move(what: str, share: float) -> None:
            if share >= 1.0 or time.monotonic() - last[0] > EVERY:
                last[0] = time.monotonic()
                shown.update(task, description=escape(what), completed=share)

        yield move


def cells(text: str) -> int:
    """How many cells a terminal needs for the text."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # only for text that is not ASCII

    return cell_len(text)


def _safe(text: str) -> str:
    """Without control characters: a text of the data must not steer the terminal."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\ufffd", text)
