"""Small labelled files, and the command line run inside the test's process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lingos.cli.main import run

WORDS = {"cancel": "please cancel order", "bill": "send me the invoice for", "late": "where does the parcel stay with"}
ROWS = [(f"{text} number {place} {'red green blue old new big'.split()[place % 6]}", label)
        for place in range(14) for label, text in WORDS.items()]  # fmt: skip


def csv(path: Path, rows: list[tuple[str, str]] | None = None, head: str = "text,label\n") -> Path:
    """A CSV file of (text, label) rows."""
    path.write_text(
        head + "".join(f'"{text}",{label}\n' for text, label in (ROWS if rows is None else rows)), encoding="utf-8"
    )
    return path


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of one command."""
    capsys.readouterr()
    code = run([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def document(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """The one JSON document of a command that ends well."""
    code, out, err = call(capsys, *arguments)
    assert code == 0, err
    return json.loads(out)
