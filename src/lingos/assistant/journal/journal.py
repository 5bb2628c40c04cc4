"""The journal: append-only, hash-chained, on SQLite or PostgreSQL. What happened, in the order in which it happened.

    journal = Journal(home / "journal.sqlite")
    journal.append(Note("command", "ana", command="c1", private={"text": "turn off the kitchen light"}))

One writer at a time: appends of several processes wait for one another and never fork the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update

from lingos.assistant.journal.chain import START, canonical, commitment, link, salt
from lingos.assistant.journal.database import writing
from lingos.assistant.journal.entry import Entry, Kind, Note
from lingos.assistant.journal.proof import proved
from lingos.assistant.journal.tables import ENTRIES, opened
from lingos.errors import DataError

__all__ = ["Journal"]

PAGE = 1000  # rows read at a time


class Journal:
    """Where entries are written, read, proved and forgotten. `where`: a file for SQLite, or a database URL."""

    def __init__(self, where: Path | str) -> None:
        self.engine = opened(where)

    def append(self, *notes: Note) -> list[Entry]:
        """Write notes in one transaction: all of them, on the disk, or none."""
        with writing(self.engine) as connection:
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

    def tail(self, count: int, person: str | None = None, kinds: Sequence[Kind] = ()) -> list[Entry]:
        """The last entries, of a person or of all, in their order."""
        asked = select(ENTRIES).order_by(ENTRIES.c.number.desc()).limit(count)
        if kinds:
            asked = asked.where(ENTRIES.c.kind.in_(kinds))
        if person is not None:
            asked = asked.where(ENTRIES.c.person == person)
        with self.engine.connect() as connection:
            return [_entry(row) for row in reversed(connection.execute(asked).all())]

    def open(self, kind: Kind, ends: Sequence[Kind], person: str | None = None) -> list[Entry]:
        """Entries of a kind whose call has none that ends them, oldest first: `open("call", ["effect"])` are the calls
        that were begun and cut off.
        """
        ended = select(ENTRIES.c.call).where(ENTRIES.c.kind.in_(ends))
        asked = select(ENTRIES).where(ENTRIES.c.kind == kind, ENTRIES.c.call.not_in(ended)).order_by(ENTRIES.c.number)
        if person is not None:
            asked = asked.where(ENTRIES.c.person == person)
        with self.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(asked)]

    def forget(self, person: str) -> int:
        """Delete a person's texts for ever and say so in the journal; returns how many entries lost theirs.

        SQLite overwrites them at once. A PostgreSQL server has them in its own log, in dead rows and in backups until
        it recycles those; VACUUM FULL journal rewrites the table.
        """
        theirs = (ENTRIES.c.person == person) & ENTRIES.c.private.is_not(None)
        with writing(self.engine) as connection:
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
        number, digest, faults = proved(
            row._asdict() for row in self._paged(select(ENTRIES).order_by(ENTRIES.c.number), 0)
        )
        return number, digest, [*faults, *self._torn()]

    # -- helpers -----------------------------------------------------------------------------------------------------
    def _torn(self) -> list[str]:
        """What SQLite itself finds broken in its file, an index for example; a server looks after its own."""
        if self.engine.dialect.name != "sqlite":
            return []
        with self.engine.connect() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(10)")]
        return [f"the file is damaged: {one}" for one in found if one != "ok"]

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


def _entry(row: Row[Any] | dict[str, Any]) -> Entry:
    given = row if isinstance(row, dict) else row._asdict()
    return Entry(
        given["number"],
        given["at"],
        given["kind"],
        given["person"],
        given["command"],
        given["call"],
        _read(given["number"], given["facts"]),
        _read(given["number"], given["private"]) if given["private"] is not None else None,
        given["digest"],
    )


def _read(number: int, told: str) -> Any:
    try:
        return json.loads(told)
    except ValueError as error:
        raise DataError(
            f"entry {number} of the journal is damaged",
            expected="what was written",
            cure="see `lingos journal verify`, and bring the file back from a copy",
        ) from error
