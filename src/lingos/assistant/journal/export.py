"""The journal as a file of JSON Lines: to keep elsewhere, to hand to an auditor, to verify with any other program.

Each line is one entry. `facts` and `private` are JSON in a string, exactly as it was hashed. What a verifier computes:

    digest     = SHA-256(digest of the line before, or 64 zeros + ":" + C), in hexadecimal
    C          = JSON of number, at, kind, person, command, call, facts and commitment: keys sorted, no spaces, UTF-8
    commitment = SHA-256(salt + ":" + private), or "" where the entry never had a private part

Where a person's texts were forgotten, salt and private are null; in a redacted export no line has these two keys.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import select

from lingos.assistant.journal.chain import START, canonical
from lingos.assistant.journal.journal import PAGE, Journal
from lingos.assistant.journal.proof import COVERED, proved
from lingos.assistant.journal.tables import ENTRIES
from lingos.errors import DataError, RecipeError, unwritable

__all__ = ["export", "verify_file"]

FIXED = (*COVERED, "digest")
PRIVATE = ("salt", "private")
BREAKS = {ord(one): f"\\u{ord(one):04x}" for one in "\u0085\u2028\u2029"}  # many programs take them for ends of lines


def export(journal: Journal, path: Path, *, redacted: bool = False) -> tuple[int, str]:
    """Write all entries as they stand at this moment; returns how many, and the last digest.

    Only the owner may read the file: unless `redacted`, what people said stands in it.

    >>> from lingos.assistant.journal.entry import Note
    >>> journal = Journal(Path("journal.sqlite"))
    >>> entries = journal.append(Note("command", "ana", private={"text": "lights off"}), Note("decision", "ana"))
    >>> count, last = export(journal, Path("journal.jsonl"))
    >>> count, verify_file(Path("journal.jsonl")) == (2, last, [])
    (2, True)

    Raises:
        RecipeError: the file is the journal itself.
        ResourceError: the file can not be written (an older one stays), or the database can not be read.
    """
    names = FIXED if redacted else (*FIXED, *PRIVATE)
    own = journal.engine.url.database
    if journal.engine.dialect.name == "sqlite" and own and path.resolve() == Path(own).resolve():
        raise RecipeError(f"{path} is the journal itself", expected="another file", cure="name another one")
    try:
        with _replaced(path) as file:
            return _written(journal, file, names)
    except OSError as error:
        raise unwritable(path, error, "free some space, or name another place") from error


def verify_file(path: Path) -> tuple[int, str, list[str]]:
    """Number of entries, last digest, and what is wrong: as `Journal.verify`, of an exported file.

    A file that was cut off at the end is whole in itself: compare the last digest with one that you kept elsewhere.

    Raises:
        DataError: the file can not be read.
    """
    faults: list[str] = []
    try:
        with path.open("rb") as file:
            number, last, wrong = proved(_rows(file, faults))
    except OSError as error:
        raise DataError(
            f"{path} can not be read: {error.strerror or error}",
            expected="a journal that was exported as JSON Lines",
            cure="check the path and the rights to it",
        ) from error
    return number, last, faults + wrong


# -- helpers ---------------------------------------------------------------------------------------------------------
@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    """A file that takes the place of an older one when all of it is on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _written(journal: Journal, file: TextIO, names: Sequence[str]) -> tuple[int, str]:
    count, last = 0, START
    with journal.engine.connect() as connection:  # one statement sees the table at one moment
        asked = select(ENTRIES).order_by(ENTRIES.c.number)
        for row in connection.execution_options(yield_per=PAGE).execute(asked).mappings():
            told = canonical({name: row[name] for name in names})
            file.write(told.translate(BREAKS) + "\n")
            count, last = count + 1, row["digest"]
    return count, last


def _rows(lines: Iterable[bytes], faults: list[str]) -> Iterator[Mapping[str, Any]]:
    for place, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if _is_entry(row):
            yield row
        else:
            faults.append(f"line {place} is not an entry of a journal")


def _is_entry(row: Any) -> bool:
    """Exactly the keys of an entry, each of its type, and text that can be hashed."""
    if not isinstance(row, dict) or set(row) not in (set(FIXED), {*FIXED, *PRIVATE}) or type(row["number"]) is not int:
        return False
    texts = [row[name] for name in FIXED if name != "number"]
    return all(map(_is_text, texts)) and all(row.get(name) is None or _is_text(row[name]) for name in PRIVATE)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value == value.encode("utf-8", "replace").decode()
