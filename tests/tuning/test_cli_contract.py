"""The contract for scripts, one JSON document on standard output, all else on standard error."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tests.cli.made import ROWS, call, csv, document

RUNG = {"method", "chosen", "skipped"}
FINDING = {"code", "severity", "file", "line", "lines", "message", "cure"}


@pytest.fixture
def test_file(tmp_path: Path) -> Path:
    return csv(tmp_path / "test.csv", [(text.replace("number", "no."), label) for text, label in ROWS[:12]])


@pytest.fixture
def tuned(tmp_path: Path, test_file: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    flags = ("--method", "tfidf", "--effort", "quick", "--refuse", "5%", "--seed", "3", "--json")
    found = document(capsys, "tune", csv(tmp_path / "train.csv"), "--test", test_file, "--name", "tickets", *flags)
    assert isinstance(found, dict)
    return found


def test_tune_prints_one_document(tuned: dict[str, Any]) -> None:
    assert tuned["skill"] == "tickets" and tuned["version"] == 1 and tuned["method"] == "tfidf"
    assert tuned["seconds"] > 0
    _primary(tuned)
    assert tuned["test"]["rows"] == 12
    assert all(set(rung) >= RUNG for rung in tuned["ladder"])
    assert [rung["method"] for rung in tuned["ladder"] if rung["chosen"]] == ["tfidf"]
    assert Path(tuned["report"]).is_file()


def test_a_second_run_is_the_next_version(
    tuned: dict[str, Any], tmp_path: Path, test_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = (
        "tune",
        tmp_path / "train.csv",
        "--test",
        test_file,
        "--name",
        "tickets",
        "--method",
        "tfidf",
        "--seed",
        "3",
    )
    found = document(capsys, *again, "--refuse", "5%", "--json")
    assert found["version"] == 2
    assert found["test"] == tuned["test"], "the same seed gives the same skill"


def test_shots_say_what_is_not_looked_at(tmp_path: Path, test_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(
        capsys, "tune", csv(tmp_path / "train.csv"), "--test", test_file, "--method", "tfidf", "--shots", "6", "--json"
    )
    assert code == 0, err
    [rung] = json.loads(out)["ladder"]
    assert rung["rows"] == 18
    assert "18 rows kept, 6 a class; 24 are not looked at" in err


def test_news_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "tune", csv(tmp_path / "train.csv"), "--method", "tfidf", "--json")
    assert code == 0
    assert json.loads(out)["skill"] == "train", "the file's name is the default"
    assert "rows read" in err and "\x1b" not in out + err


@pytest.mark.usefixtures("tuned")
def test_evaluate_prints_one_document(test_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "evaluate", "tickets", test_file, "--json")
    assert found["skill"] == "tickets" and found["version"] == 1 and found["method"] == "tfidf"
    assert found["seconds"] >= 0
    assert [(rung["method"], rung["chosen"]) for rung in found["ladder"]] == [("tfidf", True)]
    _primary(found)


@pytest.mark.usefixtures("tuned")
def test_predict_prints_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "predict", "tickets", "send the invoice", "cancel it", "--json", "--top", "2")
    first, second = found["predictions"]
    assert set(first) >= {"label", "score", "refused", "top"}
    assert (first["label"], second["label"]) == ("bill", "cancel")
    assert isinstance(first["refused"], bool) and 0 <= first["score"] <= 1
    assert first["top"][0]["label"] == "bill" and len(first["top"]) == 2


@pytest.mark.usefixtures("tuned")
def test_predict_prints_an_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = tmp_path / "texts.txt"
    texts.write_text("".join(f"{text}\n" for text, _ in ROWS) * 20, encoding="utf-8")
    code, out, _ = call(capsys, "predict", "tickets", "--file", texts, "--jsonl")
    assert code == 0
    labels = [json.loads(one)["label"] for one in out.splitlines()]
    assert labels == [label for _, label in ROWS] * 20, "the order is kept"


def test_check_prints_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "a.csv", [*ROWS, ("", "late"), (ROWS[0][0], "late")])
    code, out, err = call(capsys, "check", data, "--base", "none", "--json")
    found = json.loads(out)
    assert code == 2 and "Traceback" not in err
    assert found["rows"] == len(ROWS) + 2 and 0 < found["used"] < found["rows"]
    assert all(set(one) >= FINDING for one in found["findings"])
    empty = next(one for one in found["findings"] if one["severity"] == "error" and len(ROWS) + 2 in one["lines"])
    assert empty["file"] == str(data) and empty["line"] == len(ROWS) + 2


def test_a_clean_file_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "check", csv(tmp_path / "a.csv"), "--base", "none", "--json")
    assert found["rows"] == found["used"] == len(ROWS)


def _primary(found: dict[str, Any]) -> None:
    primary = found["test"]["primary"]
    assert primary["name"] == "accuracy"
    assert 0 <= primary["low"] <= primary["value"] <= primary["high"] <= 1
    assert not math.isnan(primary["value"])
