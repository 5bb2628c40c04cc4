"""The table of the journal, on SQLite or PostgreSQL, and the rules that the database itself holds.

Rows can be added. No row can be removed, and nothing in it changes but its private part, which can become empty:
triggers refuse the rest, also from other programs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import DDL, Column, Engine, Index, Integer, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from lingos.errors import RecipeError

__all__ = ["ENTRIES", "opened"]

META = MetaData()
ENTRIES = Table(
    "journal",
    META,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("person", String(200), nullable=False),
    Column("command", String(64), nullable=False),
    Column("call", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("salt", String(64)),
    Column("private", Text),
    Index("journal_call", "call"),
    Index("journal_person", "person"),
)
# A call begins once, ends once and is answered once, whoever asks at the same moment.
ONCE = [
    Index(f"journal_one_{kind}", ENTRIES.c.call, unique=True, sqlite_where=only, postgresql_where=only)
    for kind in ("call", "effect", "approval")
    for only in [(ENTRIES.c.kind == kind) & (ENTRIES.c.call != "")]
]
FIXED = ("number", "at", "kind", "person", "command", "call", "facts", "commitment", "digest")
SAME = " AND ".join(f"NEW.{name} = OLD.{name}" for name in FIXED)
EMPTIED = f"{SAME} AND NEW.salt IS NULL AND NEW.private IS NULL"
SQLITE = (
    f"""CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal WHEN NOT ({EMPTIED})
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_kept BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)
POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION journal_fixed() RETURNS trigger AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND {EMPTIED} THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the journal is append-only'; END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER journal_fixed BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_fixed()""",
    """CREATE TRIGGER journal_kept BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_fixed()""",
)
for statement in SQLITE:
    event.listen(ENTRIES, "after_create", DDL(statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for statement in POSTGRES:
    event.listen(ENTRIES, "after_create", DDL(statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]


def opened(where: Path | str) -> Engine:
    """An engine on a SQLite file or a database URL, with the table in it.

    Raises:
        RecipeError: the URL is not one, or of a database that is not supported.
    """
    url = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else _url(where)
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise RecipeError(
            f"the journal can not be kept in {url.get_backend_name()}",
            expected="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
            cure="name one of these",
        )
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable)
    META.create_all(engine)
    return engine


def _url(told: str) -> URL:
    try:
        return make_url(told)
    except ArgumentError as error:
        raise RecipeError(
            f"'{told}' is no database URL", expected="sqlite:///FILE or postgresql+psycopg://...", cure="mend it"
        ) from error


def _durable(connection: Any, _record: object) -> None:
    """A commit is on the disk before the effect begins; readers do not wait for the writer."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten
