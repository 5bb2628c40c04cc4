"""The rows that judge `lingos assistant train`: told early where they are none, and never half written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.cli.made import call, csv

from lingos.assistant.understanding.wishes import wishes
from lingos.cli import training
from lingos.cli.household import Household
from lingos.cli.options import TrainOptions
from lingos.errors import DataError

GOOD = {"text": "make it bright in here", "intent": "home.light"}


def _lines(file: Path, *lines: str) -> Path:
    file.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    return file


def test_a_file_that_is_missing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _lines(tmp_path / "rows.jsonl", json.dumps(GOOD))
    code, _, told = call(capsys, "assistant", "train", "--frozen", tmp_path / "row.jsonl")
    assert code == 2 and "no file" in told and "did you mean" in told and "fault of LingOS" not in told


def test_all_lines_that_can_not_judge_are_told_before_the_training(tmp_path: Path) -> None:
    bad = ('{"text": "cut o', '{"text": "no intent"}', '{"intent": "home.light"}')
    file = _lines(tmp_path / "rows.jsonl", json.dumps(GOOD), *bad)
    with pytest.raises(DataError, match="3 of 4 rows") as told:
        training.train(Household(tmp_path), TrainOptions(frozen=str(file)))
    assert all(f"{file}:{line}: " in told.value.what for line in (2, 3, 4)) and "mend" in told.value.cure


def test_a_table_judges_as_well(tmp_path: Path) -> None:
    file = csv(tmp_path / "rows.csv", [("make it bright", "home.light")], head="text,intent\n")
    assert [row.fields["text"] for row in training._judging(str(file)).examples()] == ["make it bright"]


def test_the_houses_own_rows_stay_and_others_are_added(tmp_path: Path) -> None:
    own = Household(tmp_path)
    known = wishes(own.apps, own.world)
    kept = {**GOOD, "spans": [[0, 4, "room"]]}
    for stood in ((), (json.dumps(kept),)):
        file = _lines(own.folder / "frozen.jsonl", *stood)
        assert training._frozen(own, known) == file
        found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        lights = [row for row in found if row["intent"] == "home.light"]
        assert len({row["intent"] for row in found}) > 10 and (lights == [kept] or not stood)


def test_a_write_that_is_cut_off_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _lines(tmp_path / "frozen.jsonl", json.dumps(GOOD))

    def dies(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", dies)
    with pytest.raises(KeyboardInterrupt):
        training._write(file, [GOOD, GOOD])
    assert file.read_text("utf-8") == json.dumps(GOOD) + "\n"
    assert [one.name for one in tmp_path.iterdir()] == ["frozen.jsonl"]
