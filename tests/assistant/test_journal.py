"""The journal: a chain that shows every change, a database that refuses them, texts that can be forgotten."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.journal import Journal
from lingos.errors import DataError, RecipeError, ResourceError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def filled(file: Path) -> Journal:
    journal = Journal(file)
    for place in range(5):
        said = {"text": f"把灯{place}关了"}
        journal.append(
            Note("command", "ana", f"c{place}", private=said),
            Note("call", "ana", f"c{place}", f"k{place}", {"app": "x"}),
        )
    journal.append(Note("command", "bob", "c9", private={"text": "secret of bob"}))
    return journal


def test_entries_come_back_in_their_order(file: Path) -> None:
    journal = filled(file)
    entries = list(journal.entries())
    assert [one.number for one in entries] == list(range(1, 12))
    assert entries[0].private == {"text": "把灯0关了"} and entries[1].facts == {"app": "x"}
    assert [one.command for one in journal.entries(kinds=("command",), person="ana", after=3)] == ["c2", "c3", "c4"]
    assert [one.kind for one in journal.entries(call="k3")] == ["call"]


def test_all_notes_or_none(file: Path) -> None:
    journal = filled(file)
    with pytest.raises(IntegrityError):  # a call begins once
        journal.append(Note("command", "ana", "c7"), Note("call", "ana", "c7", "k1"))
    assert len(list(journal.entries())) == 11


def test_calls_without_an_effect_are_open(file: Path) -> None:
    journal = filled(file)
    journal.append(Note("effect", "ana", "c1", "k1"), Note("effect", "ana", "c3", "k3"))
    assert [one.call for one in journal.open("call", ("effect",))] == ["k0", "k2", "k4"]


def test_a_whole_chain_is_whole(file: Path) -> None:
    journal = filled(file)
    count, last, faults = journal.verify()
    assert (count, faults) == (11, [])
    assert Journal(file).verify()[1] == last == list(journal.entries())[-1].digest


REPLACED = """REPLACE INTO journal SELECT {number}, at, {kind}, 'eve', command, {call}, facts, commitment, {digest},
    salt, private FROM journal WHERE number = 4"""
OWN = {"number": "99", "kind": "kind", "call": "call", "digest": "'x'"}
CHANGES = [
    "DELETE FROM journal WHERE number = 4",
    "UPDATE journal SET person = 'eve'",
    "UPDATE OR REPLACE journal SET number = 5 WHERE number = 4",
    REPLACED.format(**OWN),  # the same call
    *(REPLACED.format(**{**OWN, "call": "'k99'", name: name}) for name in ("number", "digest")),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_changes(file: Path, change: str) -> None:
    filled(file)
    with sqlite3.connect(file) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)


TAMPERED = {
    "DELETE FROM journal WHERE number = 4": "entry 4 is missing",
    "UPDATE journal SET person = 'eve' WHERE number = 4": "entry 4 is not what was written",
    'UPDATE journal SET facts = \'{"app":"y"}\' WHERE number = 2': "entry 2 is not what was written",
    'UPDATE journal SET private = \'{"text":"no"}\' WHERE number = 3': "entry 3: the person's text is not what",
    "UPDATE journal SET private = NULL, salt = NULL WHERE number = 3": "entry 3: the text of ana is gone",
    "UPDATE journal SET number = 12 WHERE number = 4": "entry 4 is missing",
}


@pytest.mark.parametrize("change", TAMPERED)
def test_whoever_changes_it_all_the_same_is_seen(file: Path, change: str) -> None:
    journal = filled(file)
    with sqlite3.connect(file) as connection:
        for trigger in ("journal_fixed", "journal_kept"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(change)
    assert TAMPERED[change] in "\n".join(journal.verify()[2])


def test_a_cut_end_shows_in_the_last_digest(file: Path) -> None:
    journal = filled(file)
    last = journal.verify()[1]
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER journal_kept")
        connection.execute("DELETE FROM journal WHERE number = 11")
    count, now, faults = journal.verify()
    assert (count, faults) == (10, []) and now != last


def test_a_persons_texts_are_forgotten_and_the_chain_holds(file: Path) -> None:
    journal = filled(file)
    assert journal.forget("ana") == 5
    entries = list(journal.entries())
    assert entries[-1].kind == "forgotten" and entries[-1].facts == {"entries": 5}
    assert [one.private for one in journal.entries(kinds=("command",), person="ana")] == [None] * 5
    assert next(journal.entries(person="bob")).private == {"text": "secret of bob"}
    assert journal.verify()[2] == []
    journal.engine.dispose()
    left = b"".join(one.read_bytes() for one in file.parent.iterdir())
    assert "把灯".encode() not in left and b"secret of bob" in left


def test_what_a_person_says_after_that_is_kept(file: Path) -> None:
    journal = filled(file)
    journal.forget("ana")
    journal.append(Note("command", "ana", "c8", private={"text": "hello again"}))
    assert journal.verify()[2] == []
    assert journal.forget("nobody") == 0 and journal.verify()[0] == 13


def test_many_writers_make_one_chain(file: Path) -> None:
    Journal(file)
    threads = [threading.Thread(target=_write(file, name)) for name in "abcd"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    count, _, faults = Journal(file).verify()
    assert (count, faults) == (100, [])


def _write(file: Path, person: str) -> Callable[[], None]:
    def write() -> None:
        journal = Journal(file)
        for place in range(25):
            journal.append(Note("command", person, f"{person}{place}"))
        journal.engine.dispose()

    return write


@pytest.mark.parametrize("told", ["mysql://x/y", "not a url", "oracle://x"])
def test_other_databases_are_told(told: str) -> None:
    with pytest.raises(RecipeError, match="journal can not|no database URL"):
        Journal(told)


def test_damage_is_told(file: Path) -> None:
    journal = Journal(file)
    journal.append(Note("command", "ana", facts={"a": 1}, private={"text": "lights off"}))
    with journal.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER journal_fixed")
        connection.exec_driver_sql("UPDATE journal SET facts = '{\"a\": '")
    with pytest.raises(DataError, match=r"entry 1 of the journal is damaged[\s\S]*journal verify"):
        list(journal.entries())
    assert journal.verify()[2] == ["entry 1 is not what was written, or does not follow the one before"]


def test_a_file_that_is_torn_is_told(file: Path) -> None:
    journal = Journal(file)
    journal.append(*(Note("command", "ana", private={"text": f"say {n} " * 20}) for n in range(200)))
    journal.engine.dispose()
    size = file.stat().st_size
    with file.open("r+b") as torn:
        torn.seek(size - 3 * 4096)
        torn.write(b"\xff" * 4096)
    try:
        faults = Journal(file).verify()[2]
    except ResourceError as error:
        faults = [str(error)]
    assert faults and "damaged" in " ".join(faults)
