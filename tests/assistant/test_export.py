"""An exported journal: a file that proves itself, to any program, with or without what people said."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lingos.assistant.journal import export as module
from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.export import export, verify_file
from lingos.assistant.journal.journal import Journal
from lingos.errors import DataError, ResourceError


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "journal.sqlite")
    for place in range(3):
        made.append(
            Note("command", "ana", f"c{place}", private={"text": f'把"灯{place}"\x00\n\u2028关了'}),
            Note("decision", "ana", f"c{place}", facts={"why": "允许", "score": 0.1}),
        )
    made.append(Note("command", "bob", "c9", private={"text": "secret of bob"}))
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_a_file_proves_as_much_as_the_journal(journal: Journal, file: Path) -> None:
    assert export(journal, file) == journal.verify()[:2] == verify_file(file)[:2]
    assert verify_file(file)[2] == []
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert json.loads(rows[0]["private"]) == {"text": '把"灯0"\x00\n\u2028关了'}
    assert json.loads(rows[-1]["private"]) == {"text": "secret of bob"}


@pytest.mark.parametrize("redacted", [True, False])
def test_another_program_needs_json_and_sha256(journal: Journal, file: Path, redacted: bool) -> None:
    """As the module's docstring tells it, with nothing of ours."""
    count, last = export(journal, file, redacted=redacted)
    before = "0" * 64
    for line in file.read_bytes().split(b"\n")[:-1]:
        row = json.loads(line)
        covered = {name: row[name] for name in "number at kind person command call facts commitment".split()}
        told = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert row["digest"] == hashlib.sha256(f"{before}:{told}".encode()).hexdigest()
        if row.get("private"):
            assert row["commitment"] == hashlib.sha256(f"{row['salt']}:{row['private']}".encode()).hexdigest()
        before = row["digest"]
    assert before == last and count == 7


def test_redacted_it_says_nothing_of_what_was_said(journal: Journal, file: Path) -> None:
    assert export(journal, file, redacted=True) == journal.verify()[:2]
    assert verify_file(file) == journal.verify()
    told = file.read_text("utf-8")
    assert "secret of bob" not in told and "灯" not in told and "salt" not in told and "允许" in told


def test_what_was_forgotten_is_not_exported_and_no_fault(journal: Journal, file: Path) -> None:
    journal.forget("ana")
    export(journal, file)
    assert verify_file(file)[2] == [] and "灯" not in file.read_text("utf-8")


def test_an_empty_journal_is_an_empty_file(tmp_path: Path, file: Path) -> None:
    assert export(Journal(tmp_path / "new.sqlite"), file) == (0, "0" * 64) == verify_file(file)[:2]


def test_pages_do_not_matter(journal: Journal, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    assert export(journal, file)[0] == 7 and verify_file(file)[2] == []


Change = Callable[[list[dict[str, Any]]], object]
TAMPERED: dict[str, Change] = {
    "entry 3 is not what was written": lambda rows: rows[2].update(person="eve"),
    "entry 1: the person's text is not what was written": lambda rows: rows[0].update(private='{"text":"no"}'),
    "entry 5: the text of ana is gone": lambda rows: rows[4].update(private=None, salt=None),
    "entry 2 is missing": lambda rows: rows.pop(1),
    "entry 7 stands twice": lambda rows: rows.append(rows[6]),
    "line 2 is not an entry": lambda rows: rows[1].update(number="2"),
    "line 3 is not an entry": lambda rows: rows[2].update(more=1),
    "line 4 is not an entry": lambda rows: rows[3].pop("facts"),
    "line 5 is not an entry": lambda rows: rows[4].update(facts=None),
    "line 6 is not an entry": lambda rows: rows[5].update(person="\ud800"),
    "line 7 is not an entry": lambda rows: rows[6].pop("salt"),
}


@pytest.mark.parametrize("fault", TAMPERED)
def test_changes_are_seen(journal: Journal, file: Path, fault: str) -> None:
    export(journal, file)
    rows = [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]
    TAMPERED[fault](rows)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert fault in "\n".join(verify_file(file)[2])


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"\xff", b"NaN", b"[" * 100_000, b"1" * 5000])
def test_lines_that_are_no_entries_are_told(journal: Journal, file: Path, line: bytes) -> None:
    export(journal, file)
    with file.open("ab") as stream:
        stream.write(line + b"\n")
    count, last, faults = verify_file(file)
    assert (count, last) == journal.verify()[:2] and faults == ["line 8 is not an entry of a journal"]


def test_a_cut_end_shows_in_the_last_digest(journal: Journal, file: Path) -> None:
    _, last = export(journal, file)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert verify_file(file)[1] != last


def test_what_can_not_be_read_or_written_is_told(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can not be read: No such file"):
        verify_file(tmp_path / "none.jsonl")
    with pytest.raises(ResourceError, match="could not be written: No such file"):
        export(journal, tmp_path / "none" / "journal.jsonl")


def test_an_older_file_stays_until_the_new_one_is_whole(
    journal: Journal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(journal, file)
    whole, names = file.read_bytes(), os.listdir(file.parent)
    monkeypatch.setattr(module, "canonical", _full)
    with pytest.raises(ResourceError, match="No space left"):
        export(journal, file)
    assert file.read_bytes() == whole and sorted(os.listdir(file.parent)) == sorted(names)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_owner_reads_it(journal: Journal, file: Path) -> None:
    export(journal, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _full(_: object) -> str:
    raise OSError(28, "No space left on device")
