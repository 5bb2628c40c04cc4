"""Where files are kept, and caches within bounds: the least recently used goes first, nothing in use goes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lingos.errors import RecipeError
from lingos.home import cache_limit, default_home, in_use, prune, put
from lingos.store.store import Store

SIZE = 1000
USER = "import sys; from pathlib import Path; from lingos.home import in_use; own = set(); "
USER += "in_use(Path(sys.argv[1]), own); print('in use', flush=True); sys.stdin.read()"


class Owner:
    """What was read from an entry."""


def entry(cache: Path, name: str, age: float = 0.0, kind: str = "hidden") -> Path:
    """An entry of SIZE bytes that was used `age` seconds ago."""
    folder = cache / kind / name
    folder.mkdir(parents=True)
    (folder / "flat.npy").write_bytes(bytes(SIZE))
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def limit(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    monkeypatch.setenv("LINGOS_CACHE_GB", str(entries * SIZE / 1e9))


def test_home_is_an_environment_variable_or_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path))
    assert default_home() == Store().home == tmp_path
    monkeypatch.setenv("LINGOS_HOME", "~/elsewhere")
    assert default_home() == Path.home() / "elsewhere"
    monkeypatch.delenv("LINGOS_HOME")
    assert default_home() == Path.home() / ".lingos"


def test_a_file_in_the_place_of_home_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("a list of things to do")
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path / "home"))
    with pytest.raises(RecipeError, match="is a file"):
        Store()


@pytest.mark.parametrize(("told", "size"), [("", 10e9), ("2.5", 2.5e9), ("0", 0.0), ("inf", math.inf)])
def test_the_limit(told: str, size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_CACHE_GB", told)
    assert cache_limit() == size


@pytest.mark.parametrize("told", ["much", "-1", "nan", "10 GB"])
def test_a_wrong_limit_is_told(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_CACHE_GB", told)
    with pytest.raises(RecipeError, match=f"LINGOS_CACHE_GB is '{told}'"):
        cache_limit()


def test_the_least_recently_used_goes_first_whatever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 3)
    kinds = ["arrow", "hidden"] * 2
    made = [entry(tmp_path, f"e{age}", age, kind) for age, kind in zip((40, 30, 20, 10), kinds, strict=True)]
    in_use(made[0], Owner())  # used, and no longer in use
    prune(tmp_path)
    assert [one.exists() for one in made] == [True, False, True, True]
    prune(tmp_path, room=2 * SIZE)
    assert [one.exists() for one in made] == [True, False, False, False]


def test_nothing_in_use_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 0)
    made, owners = entry(tmp_path, "a"), [Owner(), Owner()]
    for owner in owners:
        in_use(made, owner)
    del owner
    while owners:
        prune(tmp_path)
        assert (made / "flat.npy").exists()
        owners.pop()
    prune(tmp_path)
    assert list((tmp_path / "hidden").iterdir()) == []


def test_what_another_process_uses_stays_until_it_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 0)
    made = [entry(tmp_path, "a"), entry(tmp_path, ".unfinished", age=9999)]
    started = [
        subprocess.Popen([sys.executable, "-c", USER, str(one)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for one in made
    ]
    assert all(process.stdout.readline() == b"in use\n" for process in started)
    os.utime(made[1], (1, 1))  # a lock, not the time, says that it is in work
    prune(tmp_path)
    assert all(one.exists() for one in made)
    for process in started:
        process.kill()
        process.communicate()
    prune(tmp_path)
    assert list((tmp_path / "hidden").iterdir()) == []


def test_what_was_just_begun_stays_also_without_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 0)
    made = entry(tmp_path, ".unfinished")
    prune(tmp_path)
    assert made.exists()


def test_what_was_left_unfinished_goes_though_there_is_room(tmp_path: Path) -> None:
    made = [entry(tmp_path, ".unfinished", age=9999), entry(tmp_path, "finished", age=9999)]
    prune(tmp_path)
    assert [one.exists() for one in made] == [False, True]


def test_a_finished_entry_replaces_a_damaged_one_but_not_one_in_use(tmp_path: Path) -> None:
    made, damaged = entry(tmp_path, ".new"), entry(tmp_path, "key")
    (damaged / "flat.npy").unlink()
    put(made, damaged)
    assert (damaged / "flat.npy").exists() and not made.exists()
    owner, late = Owner(), entry(tmp_path, ".late")
    in_use(damaged, owner)
    put(late, damaged)
    assert late.exists() and (damaged / "flat.npy").exists()


def test_no_entry_can_not_be_in_use(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        in_use(tmp_path / "none", Owner())
