"""What the cures advise can be said: encoding, delimiter, header and sheet, in every command that reads a file."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import openpyxl
import pytest
from tests.cli.made import ROWS, call, csv, document

CHINESE = {"cancel": "取消订单", "bill": "发票", "late": "包裹在哪里"}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A file that detection gets wrong: Big5, cells between tildes, no header."""
    rows = [f"{text} {CHINESE[label]}~{label}" for text, label in ROWS]
    (tmp_path / "odd.csv").write_bytes("\n".join(rows).encode("utf-16-be"))
    return tmp_path / "odd.csv"


SAID = ("--encoding", "utf-16-be", "--delimiter", "~", "--no-header", "--text", "c1", "--label", "c2")


def test_every_command_takes_them(odd: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "check", odd, *SAID, "--base", "none")
    assert code == 0 and f"{len(ROWS)} rows, {len(ROWS)} can be used" in out, out + err
    found = document(capsys, "tune", odd, *SAID, "--test", odd, "--method", "tfidf", "--name", "t", "--json")
    assert found["test"]["rows"] == len(ROWS)
    assert document(capsys, "evaluate", "t", odd, *SAID, "--json")["test"]["rows"] == len(ROWS)
    new = tmp_path / "new.csv"
    new.write_bytes(odd.read_bytes().decode("utf-16-be").replace("number", "order").encode("utf-16-be"))
    assert document(capsys, "compare", "t", "t", "--data", new, *SAID, "--json")["rows"] == len(ROWS)
    answers = document(capsys, "predict", "t", "--file", odd, *SAID, "--json")["predictions"]
    assert [one["label"] for one in answers] == [label for _, label in ROWS]


def test_a_sheet_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    book.active.append(["something else"])
    sheet = book.create_sheet("rows")
    for row in [("text", "label"), *ROWS]:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    _, out, _ = call(capsys, "check", tmp_path / "a.xlsx", "--sheet", "rows", "--base", "none")
    assert f"{len(ROWS)} rows" in out
    code, _, err = call(capsys, "check", tmp_path / "a.xlsx", "--sheet", "row", "--base", "none")
    assert code == 2 and "did you mean 'rows'?" in err


@pytest.mark.parametrize(
    ("flags", "part"),
    [
        (("--delimiter", "::"), "can not be the delimiter"),
        (("--encoding", "gb18031"), "did you mean 'gb18030'?"),
        (("--sheet", "a"), "is read as csv, where --sheet changes nothing"),
        (("--format", "jsonl", "--no-header"), "where --header changes nothing"),
    ],
)
def test_what_can_not_be_is_told(
    flags: tuple[str, ...], part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, "check", csv(tmp_path / "a.csv"), *flags, "--base", "none")
    assert code == 2 and part in err and "expected: " in err and "do now: " in err


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-be"])
def test_lines_in_a_named_encoding(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(CHINESE[label] + text, label) for text, label in ROWS]
    document(capsys, "tune", csv(tmp_path / "a.csv", rows), "--method", "tfidf", "--name", "t", "--json")
    content = "\n".join(CHINESE.values()).encode(encoding)
    (tmp_path / "t.txt").write_bytes(content)
    found = document(capsys, "predict", "t", "--file", tmp_path / "t.txt", "--encoding", encoding, "--json")
    assert [one["label"] for one in found["predictions"]] == list(CHINESE)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))
    assert document(capsys, "predict", "t", "--encoding", encoding, "--json") == found


def test_a_byte_that_is_not_in_the_named_encoding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--name", "t", "--json")
    (tmp_path / "t.txt").write_bytes("发票\n".encode("gb18030") + b"\xff\xff\n")
    code, out, err = call(capsys, "predict", "t", "--file", tmp_path / "t.txt", "--encoding", "gb18030", "--jsonl")
    assert code == 2 and len(out.splitlines()) == 1 and "line 2 is not gb18030" in err
