"""The journal: append-only, hash-chained, on SQLite or PostgreSQL. What happened, in the order in which it happened.

    journal = Journal(home / "journal.sqlite")
    journal.append(Note("command", "ana", command="c1", private={"text": "turn off the kitchen light"}))

One writer at a time: appends of several processes wait for one another and never fork the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update

from lingos.assistant.journal.chain import START, canonical, commitment, link, salt
from lingos.assistant.journal.entry import Entry, Kind, Note
from lingos.assistant.journal.tables import ENTRIES, opened

__all__ = ["Journal"]

LOCK = 0x11A605  # of PostgreSQL's advisory locks
PAGE = 1000  # rows read at a time


class Journal:
    """Where entries are written, read, proved and forgotten. `where`: a file for SQLite, or a database URL."""

    def __init__(self, where: Path | str) -> None:
        self.engine = opened(where)

    def append(self, *notes: Note) -> list[Entry]:
        """Write notes in one transaction: all of them, on the disk, or none."""
        with self._writing() as connection:
            return [self._add(connection, note) for note in notes]

    def entries(
        self, *, after: int = 0, kinds: Sequence[Kind] = (), person: str | None = None, call: str | None = None
    ) -> Iterator[Entry]:
        """Entries in their order, those that match all that is told."""
        asked = select(ENTRIES).order_by(ENTRIES.c.number)
        if kinds:
            asked = asked.where(ENTRIES.c.kind.in_(kinds))
        if person is not None:
            asked = asked.where(ENTRIES.c.person == person)
        if call is not None:
            asked = asked.where(ENTRIES.c.call == call)
        return (_entry(row) for row in self._paged(asked, after))

    def open_calls(self) -> list[Entry]:
        """Calls whose effect is not written: begun, and cut off; oldest first."""
        ended = select(ENTRIES.c.call).where(ENTRIES.c.kind == "effect")
        asked = select(ENTRIES).where(ENTRIES.c.kind == "call", ENTRIES.c.call.not_in(ended)).order_by(ENTRIES.c.number)
        with self.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(asked)]

    def forget(self, person: str) -> int:
        """Delete a person's texts for ever and say so in the journal; returns how many entries lost theirs."""
        theirs = (ENTRIES.c.person == person) & ENTRIES.c.private.is_not(None)
        with self._writing() as connection:
            count = connection.execute(select(func.count()).where(theirs)).scalar_one()
            if count:
                connection.execute(update(ENTRIES).where(theirs).values(salt=None, private=None))
                self._add(connection, Note("forgotten", person, facts={"entries": count}))
        if count and self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:  # the write-ahead log still has them
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return int(count)

    def verify(self) -> tuple[int, str, list[str]]:
        """Number of entries, last digest, and what is wrong.

        Keep the last digest elsewhere: it proves that no entry was cut off at the end, which no chain alone can show.
        """
        faults: list[str] = []
        previous, number = START, 0
        emptied: dict[str, int] = {}
        forgotten: dict[str, int] = {}
        for row in self._paged(select(ENTRIES).order_by(ENTRIES.c.number), 0):
            number += 1
            if row.number != number:
                faults.append(
                    f"entry {number} is missing" if row.number > number else f"entry {row.number} stands twice"
                )
                number = row.number
            if row.digest != link(previous, _covered(row)):
                faults.append(f"entry {number} is not what was written, or does not follow the one before")
            if row.private is None and row.commitment:
                emptied[row.person] = number
            elif row.private is not None and commitment(row.salt or "", row.private) != row.commitment:
                faults.append(f"entry {number}: the person's text is not what was written")
            if row.kind == "forgotten":
                forgotten[row.person] = number
            previous = row.digest
        faults += [
            f"entry {last}: the text of {person} is gone, and nothing says that it was forgotten"
            for person, last in sorted(emptied.items())
            if forgotten.get(person, 0) < last
        ]
        return number, previous, faults

    # -- helpers -----------------------------------------------------------------------------------------------------
    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that no other writer can enter, so that each entry knows the one before."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
            yield connection
            connection.commit()

    def _add(self, connection: Connection, note: Note) -> Entry:
        last = connection.execute(
            select(ENTRIES.c.number, ENTRIES.c.digest).order_by(ENTRIES.c.number.desc()).limit(1)
        ).first()
        own, private = (salt(), canonical(note.private)) if note.private else (None, None)
        row: dict[str, Any] = {
            "number": (last.number if last else 0) + 1,
            "at": datetime.now(UTC).isoformat(),
            "kind": note.kind,
            "person": note.person,
            "command": note.command,
            "call": note.call,
            "facts": canonical(note.facts),
            "commitment": commitment(own, private) if own and private else "",
        }
        row["digest"] = link(last.digest if last else START, row)
        row |= {"salt": own, "private": private}
        connection.execute(ENTRIES.insert().values(row))
        return _entry(row)

    def _paged(self, asked: Any, after: int) -> Iterator[Row[Any]]:
        while True:
            with self.engine.connect() as connection:
                page = connection.execute(asked.where(ENTRIES.c.number > after).limit(PAGE)).all()
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].number


def _covered(row: Row[Any]) -> dict[str, Any]:
    names = ("number", "at", "kind", "person", "command", "call", "facts", "commitment")
    return {name: getattr(row, name) for name in names}


def _entry(row: Row[Any] | dict[str, Any]) -> Entry:
    given = row if isinstance(row, dict) else row._asdict()
    return Entry(
        given["number"],
        given["at"],
        given["kind"],
        given["person"],
        given["command"],
        given["call"],
        json.loads(given["facts"]),
        json.loads(given["private"]) if given["private"] is not None else None,
        given["digest"],
    )
