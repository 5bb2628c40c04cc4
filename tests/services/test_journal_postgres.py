"""The journal on a real PostgreSQL: what tests/assistant proves on SQLite, and what only a server can do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.services.conftest import Opened
from tests.services.server import Server, running

from lingos.assistant.journal.database import FIRST, Unsure, writing
from lingos.assistant.journal.entry import Kind, Note
from lingos.assistant.journal.export import export, verify_file
from lingos.assistant.journal.journal import Journal
from lingos.assistant.world.kept import Kept
from lingos.errors import RecipeError, ResourceError

pytestmark = pytest.mark.services
ONCE: tuple[Kind, ...] = ("call", "effect", "approval")


def filled(journal: Journal) -> Journal:
    for place in range(5):
        journal.append(
            Note("command", "ana", f"c{place}", private={"text": f"把灯{place}关了\x00"}),
            Note("call", "ana", f"c{place}", f"k{place}", {"app": "x"}),
        )
    journal.append(Note("command", "bob", "c9", private={"text": "secret of bob"}))
    return journal


def raw(journal: Journal, told: str) -> None:
    """What another program could send."""
    with journal.engine.begin() as connection:
        connection.execute(text(told))


def together(what: str, url: str, count: int) -> list[list[str]]:
    """What four processes print that start at the same moment."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(Path(__file__).with_name("child.py")), what, url]
    started = [
        subprocess.Popen([*command, name, str(count)], stdin=PIPE, stdout=PIPE, text=True, env=environment)
        for name in "abcd"
    ]
    for one in started:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [one.communicate(timeout=60)[0].split() for one in started]
    assert [one.returncode for one in started] == [0, 0, 0, 0]
    return told


# -- the chain -------------------------------------------------------------------------------------------------------
def test_entries_come_back_and_the_chain_is_whole(journal: Journal, url: str, opened: Opened) -> None:
    filled(journal)
    entries = list(opened(url).entries())
    assert [one.number for one in entries] == list(range(1, 12))
    assert entries[0].private == {"text": "把灯0关了\x00"} and entries[1].facts == {"app": "x"}
    assert [one.call for one in journal.open("call", ("effect",))] == ["k0", "k1", "k2", "k3", "k4"]
    assert journal.verify() == (11, entries[-1].digest, [])


def test_all_notes_or_none(journal: Journal) -> None:
    with pytest.raises(IntegrityError):
        filled(journal).append(Note("command", "ana", "c7"), Note("call", "ana", "c7", "k1"))
    assert journal.verify()[0] == 11


@pytest.mark.parametrize("kind", ONCE)
def test_a_call_has_one_of_each(journal: Journal, kind: Kind) -> None:
    journal.append(Note(kind, "ana", "c1", "k1"), Note(kind, "ana", "c2", "k2"), Note(kind, "ana"), Note(kind, "ana"))
    with pytest.raises(IntegrityError):
        journal.append(Note(kind, "bob", "c3", "k1"))
    assert journal.verify()[::2] == (4, [])


CHANGES = [
    *(f"UPDATE journal SET {name} = 'x'" for name in ("at", "kind", "person", "command", "facts", "commitment")),
    "UPDATE journal SET call = 'x' WHERE number = 2",
    "UPDATE journal SET digest = 'x' WHERE number = 2",
    "UPDATE journal SET number = 12 WHERE number = 2",
    "UPDATE journal SET private = '{}' WHERE number = 1",
    "UPDATE journal SET salt = NULL WHERE number = 1",
    "UPDATE journal SET private = NULL, salt = NULL, person = 'eve' WHERE number = 1",
    "DELETE FROM journal",
    "TRUNCATE journal",
    "INSERT INTO journal SELECT * FROM journal WHERE number = 1 ON CONFLICT (number) DO UPDATE SET person = 'eve'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_changes(journal: Journal, change: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        raw(filled(journal), change)
    assert journal.verify()[::2] == (11, [])


def test_whoever_changes_it_all_the_same_is_seen(journal: Journal) -> None:
    raw(filled(journal), "ALTER TABLE journal DISABLE TRIGGER ALL; UPDATE journal SET person = 'eve' WHERE number = 4")
    assert "entry 4 is not what was written" in "\n".join(journal.verify()[2])


def test_a_persons_texts_are_forgotten_and_the_chain_holds(journal: Journal) -> None:
    assert filled(journal).forget("ana") == 5
    with journal.engine.connect() as connection:
        left = connection.execute(text("SELECT person FROM journal WHERE private IS NOT NULL OR salt IS NOT NULL"))
        assert left.scalars().all() == ["bob"]
    assert list(journal.entries())[-1].facts == {"entries": 5} and journal.verify()[::2] == (12, [])
    assert journal.forget("ana") == 0


def test_the_same_on_sqlite_and_as_a_file(journal: Journal, tmp_path: Path) -> None:
    count, last = export(filled(journal), tmp_path / "journal.jsonl")
    assert verify_file(tmp_path / "journal.jsonl") == (count, last, []) == journal.verify()


# -- many at once ----------------------------------------------------------------------------------------------------
def test_four_processes_make_one_chain(url: str, opened: Opened) -> None:
    together("append", url, 25)  # and all four find no table and make it
    count, _, faults = opened(url).verify()
    assert (count, faults) == (100, [])


def test_a_server_that_freezes_what_a_transaction_sees_makes_no_fork(server: Server, opened: Opened) -> None:
    url = server.database()
    name = url.partition("?")[0].rpartition("/")[2]
    server.sql("postgres", f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
    server.sql("postgres", f"ALTER DATABASE {name} SET synchronous_commit = off")
    together("append", url, 10)
    assert opened(url).verify()[::2] == (40, [])
    with writing(opened(url).engine) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


def test_the_same_key_at_the_same_moment_is_applied_once(url: str, opened: Opened) -> None:
    told = together("apply", url, 25)
    assert [sum(map(int, one)) for one in zip(*told, strict=True)] == [1] * 25
    kept = Kept(opened(url).engine, "shared").read()
    assert kept["when"] == 24 and kept[str(kept["who"])] == 24
    assert sorted({*kept} - {"who", "when"}) == [name for name, one in zip("abcd", told, strict=True) if "1" in one]


def test_kept_values_change_all_or_none(journal: Journal) -> None:
    kept = Kept(journal.engine, "home")
    assert kept.apply({"a": 1, "b": "灯"}, "k1") and not kept.apply({"a": 9}, "k1")
    with pytest.raises(ResourceError, match="refused: value too long"):
        kept.apply({"a": 2, "n" * 301: 3}, "k2")
    assert kept.read() == {"a": 1, "b": "灯"}
    assert kept.apply({"a": None}, "k2") and kept.read() == {"b": "灯"}


def test_names_come_in_the_order_of_sqlite(server: Server, opened: Opened) -> None:
    url = server.database("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'")
    kept = Kept(opened(url).engine, "home")
    kept.apply(dict.fromkeys(["b", "a", "B", "灯"], 1), "k1")
    assert list(kept.read()) == ["B", "a", "b", "灯"]


# -- faults ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def own() -> Iterator[Server]:
    """A server that may be stopped."""
    with running() as started:
        yield started


def test_a_server_that_goes_away_is_told_and_one_that_comes_back_is_used(own: Server, opened: Opened) -> None:
    url = own.database()
    journal = filled(opened(url))
    kept = Kept(journal.engine, "home")
    own.stop()
    own.start()
    journal.append(Note("command", "ana"))  # a restart that nobody waited for is not seen
    own.stop()
    for call in (lambda: journal.append(Note("command", "ana")), lambda: kept.apply({"a": 1}, "k"), journal.verify):
        with pytest.raises(ResourceError, match="can not be reached") as told:
            call()
        assert told.value.expected and "start the server" in told.value.cure
    with pytest.raises(ResourceError, match="can not be reached"):
        Journal(url)
    own.start()
    journal.append(Note("command", "ana"))
    assert journal.verify()[::2] == (13, [])


def test_a_connection_that_breaks_in_between_is_told(server: Server, journal: Journal) -> None:
    with pytest.raises(ResourceError, match="can not be reached"):
        _cut(server, journal, "SELECT 1")
    assert journal.append(Note("command", "ana"))[0].number == 1


def test_a_connection_that_breaks_while_it_commits_leaves_doubt(server: Server, journal: Journal) -> None:
    with pytest.raises(Unsure, match="can not be reached"):
        _cut(server, journal, "")


def test_a_writer_that_hangs_is_told_after_a_while(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIRST, "postgresql", tuple(one.replace("10s", "50ms") for one in FIRST["postgresql"]))
    with writing(journal.engine), pytest.raises(ResourceError, match="lock timeout"):
        journal.append(Note("command", "ana"))


def test_wrong_names_and_passwords_are_told_and_not_shown(server: Server) -> None:
    server.sql("postgres", "CREATE ROLE secretive LOGIN PASSWORD 'right'")
    wrong = server.url("postgres", "secretive:wr0ng")
    for url, reason in ((server.url("nowhere"), "nowhere"), (wrong, "password authentication failed")):
        with pytest.raises(ResourceError, match=f"can not be reached.*{reason}") as told:
            Journal(url)
        assert "wr0ng" not in str(told.value) and "Traceback" not in str(told.value)
    with pytest.raises(ResourceError) as told:
        Journal(f"{server.url('postgres', 'secretive')}&password=wr0ng")
    assert "wr0ng" not in str(told.value)


def test_a_user_without_rights_may_read_and_is_told_that_it_may_not_write(server: Server, opened: Opened) -> None:
    url = server.database()
    raw(filled(opened(url)), "CREATE ROLE auditor LOGIN; GRANT SELECT ON journal TO auditor")
    auditor = opened(url.replace("lingos@", "auditor@"))
    assert auditor.verify()[::2] == (11, [])
    with pytest.raises(ResourceError, match="refused: permission denied"):
        auditor.append(Note("command", "eve"))


def test_a_database_that_can_not_hold_chinese_says_so(server: Server, opened: Opened) -> None:
    url = server.database("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(ResourceError, match="LATIN1"):
        filled(opened(url))


def test_other_drivers_are_told(url: str) -> None:
    with pytest.raises(RecipeError, match="asyncpg"):
        Journal(url.replace("psycopg", "asyncpg"))


def test_a_url_without_a_driver_is_enough(url: str, opened: Opened) -> None:
    assert opened(url.replace("+psycopg", "")).verify()[::2] == (0, [])


def _cut(server: Server, journal: Journal, then: str) -> None:
    """Somebody ends the connection while it writes."""
    with writing(journal.engine) as connection:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        server.sql("postgres", f"SELECT pg_terminate_backend({own}, 5000)")
        if then:
            connection.execute(text(then))
