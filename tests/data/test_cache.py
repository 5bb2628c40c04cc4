"""The Arrow cache: used again, rebuilt when the file or the cache changed, small, and honest about a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from lingos.data import cache
from lingos.data.readers import ReadOptions, read
from lingos.errors import RecipeError, ResourceError
from lingos.words.said import told


def home() -> Path:
    return Path(os.environ["LINGOS_HOME"]) / "cache" / "arrow"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("text,label\nhello,a\nbye\nhi,a\n")
    return tmp_path / "a.csv"


def test_the_second_reading_parses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(path)
    monkeypatch.setattr(cache, "_build", lambda *_: pytest.fail("parsed again"))
    again = read(path)
    assert again.table.equals(first.table)
    assert (again.malformed, again.notes, again.columns) == (first.malformed, first.notes, first.columns)
    assert len(again.malformed) == 1
    said = [[*one.notes, one.malformed[0].message] for one in (first, again)]
    assert [told(one, "zh") for one in said[0]] == [told(one, "zh") for one in said[1]] != said[0]


def test_a_changed_file_of_the_same_size_is_read_again(path: Path) -> None:
    read(path)
    path.write_text("text,label\nhullo,a\nbye\nhi,a\n")
    assert next(read(path).examples()).fields["text"] == "hullo"


def test_large_files_are_known_by_size_and_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "HASHED", 0)
    before = cache.fingerprint("x", path)
    assert cache.fingerprint("x", path) == before != cache.fingerprint("y", path)
    os.utime(path, (1, 1))
    assert cache.fingerprint("x", path) != before


def test_other_options_are_another_entry(path: Path) -> None:
    read(path)
    assert read(path, text="c1", options=ReadOptions(header=False)).rows == 4
    assert len(list(home().iterdir())) == 2


@pytest.mark.parametrize("file", [cache.TABLE, cache.ABOUT])
def test_a_damaged_entry_is_built_again(path: Path, file: str) -> None:
    read(path)
    for damaged in home().glob(f"*/{file}"):
        damaged.write_bytes(b"ruin")
    assert read(path).rows == 3
    assert len(list(home().iterdir())) == 1


def test_the_oldest_go_when_it_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_CACHE_GB", "2e-6")
    kept = []
    for number in range(5):
        (tmp_path / f"{number}.csv").write_text(f"text,label\nhello {number},a\n")
        kept.append(read(tmp_path / f"{number}.csv"))
        assert len(list(home().iterdir())) == len(kept)  # over the limit, but each is in use
    del kept[1:]
    read(tmp_path / "4.csv")
    (tmp_path / "5.csv").write_text("text,label\nhello 5,a\n")
    read(tmp_path / "5.csv")
    assert len(list(home().iterdir())) == 2
    assert next(read(tmp_path / "0.csv").examples()).fields["text"] == "hello 0"


def test_a_wrong_limit_is_told_before_the_work(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_CACHE_GB", "much")
    with pytest.raises(RecipeError, match="LINGOS_CACHE_GB is 'much'"):
        read(path)
    assert not home().exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_: object) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr("lingos.data.writer.Writer.arrays", full)
    with pytest.raises(ResourceError, match="no room in") as caught:
        read(path)
    assert "LINGOS_HOME" in caught.value.cure
    assert list(home().iterdir()) == []


def test_a_home_without_rights_is_told(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(ResourceError, match="no right to write"):
        read(path)
