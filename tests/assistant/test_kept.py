"""What apps keep: all or nothing, once for each key, whoever else writes. On PostgreSQL: tests/services."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lingos.assistant.journal.tables import opened
from lingos.assistant.world.kept import Kept
from lingos.errors import ResourceError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.sqlite"


def test_threads_that_start_together_apply_a_key_once(file: Path) -> None:
    told: list[list[bool]] = [[], [], [], []]
    gate = threading.Barrier(4, timeout=30)

    def work(place: int) -> None:
        engine = opened(file)  # all four may have to make the tables
        kept = Kept(engine, "shared")
        for key in range(25):
            gate.wait()
            told[place].append(kept.apply({"who": place, f"{place}": key}, f"key {key}"))
        engine.dispose()

    threads = [threading.Thread(target=work, args=[place]) for place in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [sum(one) for one in zip(*told, strict=True)] == [1] * 25


def test_a_new_file_that_another_process_writes_is_waited_for(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE theirs (x)")
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.3, other.execute, ["COMMIT"])
    done.start()
    assert Kept(opened(file), "home").apply({"a": 1}, "k")
    assert not other.in_transaction
    done.join()
    other.close()


def test_a_writer_that_does_not_end_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingos.assistant.journal.database.PATIENCE", 0)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TABLE theirs (x)")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ResourceError, match="another program or connection writes to .* database is locked"):
        opened(file)
    other.close()


def test_all_or_none(file: Path) -> None:
    kept = Kept(opened(file), "home")
    with pytest.raises(TypeError):
        kept.apply({"a": 1, "b": {"no JSON"}}, "k")  # type: ignore[dict-item]
    assert kept.read() == {} and kept.apply({"a": 1, "b": 2}, "k")
    assert kept.read() == {"a": 1, "b": 2}


def test_places_do_not_share_keys_or_names(file: Path) -> None:
    engine = opened(file)
    one, two = Kept(engine, "one"), Kept(engine, "two")
    assert one.apply({"a": 1}, "k") and two.apply({"a": 2}, "k")
    assert one.read() == {"a": 1} and two.read() == {"a": 2}


@pytest.mark.parametrize("written", [True, False])
def test_a_commit_without_an_answer_is_asked_again(file: Path, monkeypatch: pytest.MonkeyPatch, written: bool) -> None:
    kept = Kept(opened(file), "home")
    _break(kept.engine, monkeypatch, written, times=1)
    assert kept.apply({"a": 1}, "k") and kept.read() == {"a": 1}
    assert not kept.apply({"a": 2}, "k")


def test_twice_without_an_answer_nobody_knows(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner takes a LingosError for "nothing happened", so this is none."""
    kept = Kept(opened(file), "home")
    _break(kept.engine, monkeypatch, written=False, times=2)
    with pytest.raises(ConnectionError, match="nobody knows"):
        kept.apply({"a": 1}, "k")


def _break(engine: Engine, monkeypatch: pytest.MonkeyPatch, written: bool, times: int) -> None:
    """The next commits are carried out or not, and then the connection is gone."""
    left = [times]

    def commit(connection: sqlite3.Connection) -> None:
        left[0] -= 1
        if left[0] < 0 or written:
            connection.commit()
        if left[0] >= 0:
            connection.rollback()
            raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(engine.dialect, "do_commit", commit)
