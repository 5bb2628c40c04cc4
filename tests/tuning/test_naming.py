"""The skill's name is checked before anything is read, and a file's name is made legal."""

from __future__ import annotations

import io
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cli.made import call, csv

from lingos.errors import StoreError
from lingos.store.store import Store, check_name
from lingos.tuning import run
from lingos.tuning.naming import name_of
from lingos.tuning.options import TuneOptions

NAMES = {
    "tickets (1).csv": "tickets-1",
    "my tickets.csv": "my-tickets",
    "_data.csv": "data",
    "-": "standard-input",
    ".hidden.csv": "hidden",
    "hub:owner/name:test": "name-test",
    "___.csv": "skill",
    f"{'long ' * 30}.csv": "-".join(["long"] * 12 + ["long"]),
    "a/客服 工单.csv": "客服-工单",
    unicodedata.normalize("NFD", "é") + ".csv": "é",
}


@pytest.mark.parametrize("train", NAMES)
def test_a_files_name_is_made_legal_and_said(train: str) -> None:
    said: list[str] = []
    name = name_of(train, TuneOptions(), said.append)
    assert name == check_name(name) == NAMES[train]
    assert len(said) == (0 if train == ".hidden.csv" else 1)
    assert all(f"named '{name}'" in one and "--name" in one for one in said)


def test_a_legal_name_is_taken_as_it_is() -> None:
    said: list[str] = []
    assert name_of("data/tickets_2-a.v1.csv", TuneOptions(), said.append) == "tickets_2-a" and not said


def test_a_folder_goes_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mails").mkdir()
    monkeypatch.chdir(tmp_path / "mails")
    assert name_of(".", TuneOptions(), str) == "mails"


@pytest.mark.parametrize("name", ["a/b", "", "-x", "x" * 65])
def test_a_bad_name_stops_before_anything_is_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: Any) -> Any:
        pytest.fail("the data was read")

    monkeypatch.setattr(run, "prepare", never)
    with pytest.raises(StoreError, match="can not be the name of a skill"):
        run.tune(csv(tmp_path / "a.csv"), TuneOptions(name=name, method="tfidf"), store=Store(tmp_path / "home"))


def test_standard_input_makes_a_skill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = csv(tmp_path / "a.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    code, _, err = call(capsys, "tune", "-", "--method", "tfidf", "--effort", "quick")
    assert code == 0, err
    assert Store().names() == ["standard-input"] and "can not be a name" in err
