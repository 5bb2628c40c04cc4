"""The table of the journal, on SQLite or PostgreSQL, and the rules that the database itself holds.

Rows can be added. No row can be removed, and nothing in it changes but its private part, which can become empty:
triggers refuse the rest, also from other programs.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import DDL, Column, Engine, Index, Integer, MetaData, String, Table, Text, event

from lingos.assistant.journal.database import connected, made

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
    Index("journal_person_number", "person", "number"),
    Index("journal_kind_number", "kind", "number"),
)
# A call begins once, ends once and is answered once, whoever asks at the same moment.
ONCE = ("call", "effect", "approval")
INDEXES = [
    Index(f"journal_one_{kind}", ENTRIES.c.call, unique=True, sqlite_where=only, postgresql_where=only)
    for kind in ONCE
    for only in [(ENTRIES.c.kind == kind) & (ENTRIES.c.call != "")]
]
FIXED = ("number", "at", "kind", "person", "command", "call", "facts", "commitment", "digest")
SAME = " AND ".join(f"NEW.{name} = OLD.{name}" for name in FIXED)
EMPTIED = f"{SAME} AND NEW.salt IS NULL AND NEW.private IS NULL"
# SQLite's INSERT OR REPLACE deletes what is in its way, and no trigger on DELETE sees it.
SQLITE = (
    f"""CREATE TRIGGER journal_added BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE
    number = NEW.number OR digest = NEW.digest OR call = NEW.call AND call != '' AND kind = NEW.kind AND kind IN {ONCE})
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",  # noqa: S608, no words of others
    f"""CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal WHEN NOT ({EMPTIED})
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_kept BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)
POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION journal_fixed() RETURNS trigger AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND {EMPTIED} THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$ LANGUAGE plpgsql""",
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

    >>> opened("sqlite://").dialect.name
    'sqlite'

    Raises:
        RecipeError: the URL is not one, or of a database that is not supported.
        MissingExtra: PostgreSQL's driver is not installed.
        ResourceError: the database can not be reached, or refuses.
    """
    engine = connected(where)
    made(engine, META)
    return engine
