"""What tune says of its files before it learns: test rows as strictly as training rows, no check left out unsaid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests import tiny
from tests.cli.made import ROWS, call, csv, document

from lingos.store.store import Store

BAD = [*ROWS[:40], ("", "late")]


def test_test_rows_with_errors_are_told_like_training_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = csv(tmp_path / "a.csv"), csv(tmp_path / "test.csv", BAD)
    tune = ("tune", train, "--test", test, "--method", "tfidf", "--name", "t")
    code, out, err = call(capsys, *tune, "--json")
    assert code == 0 and json.loads(out)["test"]["rows"] == 40
    assert f"error empty-text: no text, or nothing that can be seen ({test}, line 42); fill in the text" in err
    assert "41 test rows read, 40 can be used, 1 set aside" in err
    report = json.loads((Store().get("t").folder / "report.json").read_text("utf-8"))
    assert [one["code"] for one in report["findings"] if one["severity"] == "error"] == ["empty-text"]
    code, _, err = call(capsys, *tune, "--strict")
    assert code == 2 and "1 of 41 rows of" in err and "no row with an error (--strict)" in err
    csv(test, [*BAD, ("", "late"), ("", "late")])
    code, _, err = call(capsys, *tune)
    assert code == 2 and "3 of 43 rows of" in err and "at most 5% of the rows set aside" in err and "do now: " in err


def test_quick_says_what_it_leaves_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tune = ("tune", csv(tmp_path / "a.csv"), "--method", "majority", "--name", "t")
    said = "likely wrong labels are not looked for; `lingos check` does"
    assert said in call(capsys, *tune, "--effort", "quick")[2]
    assert said not in call(capsys, *tune)[2]


def test_wrong_labels_are_looked_for_in_large_files_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr("lingos.data.doctor.mislabelled.check", lambda case: asked.append(case.options.labels) or [])
    rows = [(f"{text} {number}", label) for number in range(500) for text, label in ROWS]
    flags = ("--no-personal", "--method", "majority", "--shots", "4", "--name", "t", "--json")
    document(capsys, "tune", csv(tmp_path / "a.csv", rows), *flags)
    assert len(rows) > 20_000 and asked == [True]


def test_text_cut_counts_what_is_really_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = ("please cancel order number nine " * 5, "cancel")
    data, base = csv(tmp_path / "a.csv", [*ROWS, long]), tiny.folder(tmp_path, "bert")
    tune = ("tune", data, "--method", "prototype", "--base", base, "--name", "t", "--max-length")
    assert "text-cut: 1 text longer than the 24 tokens" in call(capsys, *tune, "24")[2]
    assert "text-cut" not in call(capsys, *tune, "64")[2]
