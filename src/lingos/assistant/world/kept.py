"""What apps keep: named values in the same database as the journal, changed all or nothing, once for each key."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, Text, delete, insert, select

from lingos.assistant.journal.database import Unsure, made, writing
from lingos.contracts import Value
from lingos.errors import LingosError

__all__ = ["Kept"]

META = MetaData()
VALUES = Table(
    "kept",
    META,
    Column("place", String(100), primary_key=True),
    Column("name", String(300), primary_key=True),
    Column("value", Text, nullable=False),
)
APPLIED = Table("applied", META, Column("key", String(100), primary_key=True))


class Kept:
    """The values of one place. A name whose value is None does not exist.

    >>> from lingos.assistant.journal.tables import opened
    >>> kept = Kept(opened("sqlite://"), "shopping")
    >>> kept.apply({"milk": 2}, key="call 1"), kept.apply({"milk": 9}, key="call 1")  # the same call once more
    (True, False)
    >>> kept.read()
    {'milk': 2}
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine, self.place = engine, place
        made(engine, META)

    def read(self) -> Mapping[str, Value]:
        """All values by name, in the order of the names."""
        asked = select(VALUES.c.name, VALUES.c.value).where(VALUES.c.place == self.place)
        with self.engine.connect() as connection:
            found = sorted((row.name, row.value) for row in connection.execute(asked))  # as databases sort differently
        return {name: json.loads(value) for name, value in found}

    def apply(self, changes: Mapping[str, Value], key: str) -> bool:
        """Change values, all or none; None removes. A key that was applied before changes nothing: False.

        Raises:
            LingosError: the database can not be reached or refused; nothing was changed.
            ConnectionError: the database went away while it committed, and nobody knows.
        """
        try:
            return self._apply(changes, key)
        except Unsure as error:
            return self._again(changes, key, error)

    def _apply(self, changes: Mapping[str, Value], key: str) -> bool:
        own = f"{self.place}:{key}"
        with writing(self.engine) as connection:  # nobody else writes between the question and the answer
            if connection.execute(select(APPLIED).where(APPLIED.c.key == own)).first():
                return False
            connection.execute(insert(APPLIED).values(key=own))
            for name, value in changes.items():
                self._set(connection, name, value)
        return True

    def _again(self, changes: Mapping[str, Value], key: str, error: Unsure) -> bool:
        """The key tells whether it was committed: if so nothing happens, and it was this call that did it."""
        try:
            self._apply(changes, key)
        except LingosError:
            raise ConnectionError(f"nobody knows whether it was applied: {error.what}") from error
        return True

    def _set(self, connection: Connection, name: str, value: Value) -> None:
        connection.execute(delete(VALUES).where(VALUES.c.place == self.place, VALUES.c.name == name))
        if value is not None:
            told = json.dumps(value, ensure_ascii=False)
            connection.execute(insert(VALUES).values(place=self.place, name=name, value=told))
