"""Where the journal is kept: what can go wrong is told in three parts. What needs a server: tests/services."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lingos.assistant.journal.database import Unsure, connected, writing
from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.journal.tables import opened
from lingos.errors import MissingExtra, RecipeError, ResourceError

WRONG = {
    "mysql://x/y": "can not be kept in mysql",
    "postgres://x/y": "can not be kept in postgres",
    "postgresql+psycopg2://x/y": "can not be kept in postgresql\\+psycopg2",
    "sqlite+aiosqlite:///x": "can not be kept in sqlite\\+aiosqlite",
    "journal.sqlite": "'journal.sqlite' is no database URL",
    "": "'' is no database URL",
    "postgresql://ana:secret@host:port/x": "'postgresql://ana:\\*\\*\\*@host:port/x' is no database URL",
}


@pytest.mark.parametrize("told", WRONG)
def test_wrong_urls_are_told(told: str) -> None:
    with pytest.raises(RecipeError, match=WRONG[told]) as error:
        Journal(told)
    assert error.value.expected.startswith("sqlite:///FILE or postgresql+psycopg://") and error.value.cure


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"psycopg is not installed[\s\S]*pip install 'lingos\[postgres\]'"):
        connected("postgresql://ana@localhost/home")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _text(path: Path) -> Path:
    path.write_text("no database, but long enough to be read as one " * 50)
    return path


def test_files_that_can_not_be_opened_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "journal.sqlite", _folder(tmp_path / "folder"), _text(tmp_path / "text")):
        with pytest.raises(ResourceError, match=f"{path} can not be opened: ") as error:
            Journal(path)
        assert error.value.expected and error.value.cure


def test_a_database_that_is_locked_is_told(tmp_path: Path) -> None:
    journal, other = Journal(tmp_path / "journal.sqlite"), Journal(tmp_path / "journal.sqlite")
    with other.engine.connect() as connection:
        connection.execute(text("PRAGMA busy_timeout=20"))
    with (
        writing(journal.engine),
        pytest.raises(ResourceError, match="another program or connection writes to .*: database is locked"),
    ):
        other.append(Note("command", "ana"))
    other.append(Note("command", "ana"))
    assert journal.verify()[::2] == (1, [])


def test_what_a_fault_leaves_is_as_before(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    journal.append(Note("command", "ana", private={"text": "hello"}))
    empty = "UPDATE journal SET salt = NULL, private = NULL"
    for fault, raised in (("SELECT * FROM missing", ResourceError), ("DELETE FROM journal", IntegrityError)):
        with pytest.raises(raised):
            _send(journal, empty, fault)
    assert journal.append(Note("command", "ana"))[0].number == 2 and journal.verify()[2] == []


def test_unsure_is_told_in_three_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    monkeypatch.setattr(journal.engine.dialect, "do_commit", lambda connection: connection.execute("COMMIT TWICE"))
    with pytest.raises(Unsure) as error:
        journal.append(Note("command", "ana"))
    assert error.value.cure == "look whether it was written"


def _send(journal: Journal, *told: str) -> None:
    with writing(journal.engine) as connection:
        for one in told:
            connection.execute(text(one))


def test_an_older_database_gets_the_indexes_that_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    opened(file).dispose()
    with sqlite3.connect(file) as old:
        old.execute("DROP INDEX journal_kind_number")
    with opened(file).connect() as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars().all()
    assert "journal_kind_number" in found
