"""Where the journal is kept: an engine on SQLite or PostgreSQL that tells its faults in words, one writer at a time.

SQLite is the default and needs nothing. PostgreSQL (the extra `postgres`) is for several machines, or where backups of
a server are there already: postgresql+psycopg://USER:PASSWORD@HOST/NAME.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from lingos.assistant.journal.faults import telling
from lingos.errors import MissingExtra, RecipeError, ResourceError

__all__ = ["Unsure", "connected", "made", "writing"]

PATIENCE = 10  # seconds that one writer waits for another
LOCK = 0x11A605  # of PostgreSQL's advisory locks
DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}
EXPECTED = "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
FIRST = {  # of a transaction that writes: wait for other writers, and be on the disk when it ends
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": (
        f"""SELECT set_config('lock_timeout', '{PATIENCE}s', true),
        CASE WHEN current_setting('synchronous_commit') = 'off'
        THEN set_config('synchronous_commit', 'on', true) END""",
        f"SELECT pg_advisory_xact_lock({LOCK})",
    ),
}


class Unsure(ResourceError):
    """The database went away while it committed: what was written may be there or not."""


def connected(where: Path | str) -> Engine:
    """An engine on a SQLite file or a database URL. Nothing is connected yet.

    >>> connected("mysql://ana@host/home")
    Traceback (most recent call last):
    lingos.errors.RecipeError: the journal can not be kept in mysql
      expected: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME
      do now:   name one of these

    Raises:
        RecipeError: the URL is not one, or of a database or driver that is not supported.
        MissingExtra: PostgreSQL's driver is not installed.
    """
    url = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else _url(where)
    if url.drivername not in DRIVERS:
        raise RecipeError(
            f"the journal can not be kept in {url.drivername}", expected=EXPECTED, cure="name one of these"
        )
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url)
    event.listen(engine, "handle_error", telling(engine))
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer can enter, in whatever process: what it reads stays so until it has written.

    >>> with writing(connected("sqlite://")) as connection:
    ...     connection.exec_driver_sql("SELECT 1").scalar_one()
    1

    Raises:
        ResourceError: the database can not be reached or refused; nothing was written.
        Unsure: it went away while it committed.
    """
    with engine.connect() as connection:
        for statement in FIRST[engine.dialect.name]:
            connection.exec_driver_sql(statement)
        yield connection
        try:
            connection.commit()
        except ResourceError as error:
            raise Unsure(error.what, expected=error.expected, cure="look whether it was written") from error


def made(engine: Engine, tables: MetaData) -> None:
    """Make the tables, with all their rules or not at all; processes that start together do not disturb one another.
    Tables of an older LingOS get the indexes that they lack.
    """
    there = inspect(engine)
    if not all(there.has_table(name) for name in tables.tables):
        with writing(engine) as connection:
            tables.create_all(connection)
    for table in tables.tables.values():
        known = {one["name"] for one in inspect(engine).get_indexes(table.name)}
        lacking = [one for one in table.indexes if one.name not in known]
        if lacking:
            with writing(engine) as connection:
                for one in lacking:
                    one.create(connection, checkfirst=True)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _url(told: str) -> URL:
    try:
        return make_url(told)
    except (ArgumentError, ValueError) as error:
        shown = re.sub(r":[^:@/]*@", ":***@", told)
        raise RecipeError(f"'{shown}' is no database URL", expected=EXPECTED, cure="mend it") from error


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url)
    event.listen(engine, "connect", _durable)
    return engine


def _postgres(url: URL) -> Engine:
    """Whatever the server's defaults: each statement sees what others committed, texts are UTF-8, waiting ends."""
    ours = {name: value for name, value in (("connect_timeout", "10"),) if name not in url.query}
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            connect_args={"client_encoding": "utf8", **ours},
        )
    except ImportError as error:
        raise MissingExtra("psycopg", "postgres") from error


def _durable(connection: Any, _record: object) -> None:
    """A commit is on the disk before the effect begins; readers do not wait for the writer."""
    connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    _logging_ahead(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten


def _logging_ahead(connection: Any) -> None:
    """Switch a new file to a write-ahead log. SQLite does not wait here while another process writes: we do."""
    until = monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except OperationalError as error:
            if error.sqlite_errorcode & 0xFF != SQLITE_BUSY or monotonic() > until:
                raise
        sleep(0.01)
