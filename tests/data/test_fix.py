from __future__ import annotations

import csv
import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingos.data.doctor.doctor import DoctorOptions, check
from lingos.data.fix import fix
from lingos.data.readers import ReadOptions, read
from lingos.errors import DataError

QUICK = DoctorOptions(labels=False)
ROWS = [
    ("the cafÃ© is closed", "place", "7"),
    ("salt &amp; pepper<br>please", "food", "8"),
    ("Ｔｗｏ　　spaces\u200b", "place", "9"),
    ("an ordinary row", "food", "10"),
    ("An  Ordinary row", "food", "11"),
    ("another one", " place", "12"),
    ("", "food", "13"),
    ("no label here", "", "14"),
]


def write(path: Path, rows: list[tuple[str, str, str]], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("text", "label", "n"), *rows])
    return path


def table(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t")])
def test_repairs_and_keeps_the_format(tmp_path: Path, suffix: str, delimiter: str) -> None:
    path = write(tmp_path / f"rows{suffix}", ROWS, delimiter)
    before = path.read_bytes()
    done = fix(read(path), check(read(path), options=QUICK))
    assert path.read_bytes() == before
    assert done.clean.name == f"rows.clean{suffix}"
    assert table(done.clean, delimiter) == [
        ["text", "label", "n"],
        ["the café is closed", "place", "7"],
        ["salt & pepper please", "food", "8"],
        ["Two spaces", "place", "9"],
        ["an ordinary row", "food", "10"],
        ["another one", "place", "12"],
    ]
    assert (done.kept, done.removed, done.rejected_rows, done.changed) == (5, 1, 2, 4)


def test_change_list_and_rejected_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", ROWS)
    done = fix(read(path), check(read(path), options=QUICK))
    changes = [json.loads(line) for line in done.changes.read_text(encoding="utf-8").splitlines()]
    assert [(change["line"], change["code"]) for change in changes] == [
        (2, "mojibake"),
        (3, "html-remains"),
        (4, "spelling"),
        (6, "spelling"),
        (6, "duplicate"),
        (7, "label-twin"),
    ]
    assert (changes[0]["before"], changes[0]["after"]) == ("the cafÃ© is closed", "the café is closed")
    assert (changes[4]["removed"], changes[4]["same_as_line"]) == (True, 5)
    assert [row[1:3] for row in table(done.rejected)[1:]] == [["8", "empty-text"], ["9", "missing-label"]]


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label, _ in ROWS[:4]))
    done = fix(read(path), check(read(path), options=QUICK))
    rows = [json.loads(line) for line in done.clean.read_text(encoding="utf-8").splitlines()]
    assert done.clean.suffix == ".jsonl"
    assert rows[0] == {"text": "the café is closed", "label": "place"}


def test_json_lines_keep_numbers_bools_and_nulls(tmp_path: Path) -> None:
    same = '{"text": "as it was", "label": 1, "p": 1.50, "ok": true, "none": null, "n": [1, {"k": 2}]}'
    fault = '{"text": "salt &amp; pepper", "label": 0, "p": 7, "ok": false, "none": null}'
    path = tmp_path / "rows.tsv.jsonl"
    path.write_text(f"{same}\n\n{fault}\n[1]\n", encoding="utf-8")
    done = fix(read(path), check(read(path), options=QUICK))
    lines = done.clean.read_text(encoding="utf-8").splitlines()
    assert lines == [same, fault.replace("&amp;", "&")]
    with gzip.open(tmp_path / "rows.jsonl.gz", "wt", encoding="gb18030") as stream:
        stream.write(fault.replace("salt", "盐") + "\n" + same + "\n")
    source = read(tmp_path / "rows.jsonl.gz", options=ReadOptions(encoding="gb18030"))
    done = fix(source, check(source, options=QUICK))
    assert json.loads(done.clean.read_text(encoding="utf-8").splitlines()[0])["text"] == "盐 & pepper"


def test_the_suffix_alone_decides(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.tsv.csv", ROWS)
    assert table(fix(read(path), check(read(path), options=QUICK)).clean)[0] == ["text", "label", "n"]
    done = fix(read(path), check(read(path), options=QUICK), out=tmp_path / "other.TSV")
    assert table(done.clean, "\t")[0] == ["text", "label", "n"]
    with pytest.raises(DataError, match="says no format"):
        fix(read(path), check(read(path), options=QUICK), out=tmp_path / "rows.csv.gz")


def test_a_copy_is_not_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", ROWS)
    first = fix(read(path), check(read(path), options=QUICK))
    first.clean.write_text("mended by hand")
    with pytest.raises(DataError, match=r"rows\.clean\.csv, .* exist already") as told:
        fix(read(path), check(read(path), options=QUICK))
    assert "--out FILE" in told.value.cure and first.clean.read_text() == "mended by hand"


def test_fixed_copy_is_clean(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", ROWS)
    done = fix(read(path), check(read(path), options=QUICK))
    again = check(read(done.clean), options=QUICK)
    repaired = {
        "mojibake",
        "html-remains",
        "control-characters",
        "label-twin",
        "duplicate",
        "empty-text",
        "missing-label",
    }
    assert not {one.code for one in again.findings} & repaired


def test_never_in_place(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", ROWS)
    with pytest.raises(DataError, match="is the file itself"):
        fix(read(path), check(read(path), options=QUICK), out=path)


WORDS = st.sampled_from(
    ["", " ", "a row", "A  row", "caf\u00c3\u00a9 au lait", "&amp;", "x\u200b", 'one, "two"\nthree', "\u00a0"]
)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(WORDS, st.sampled_from(["", "a", "b", "a "])), min_size=1, max_size=15))
def test_nothing_vanishes(rows: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = write(Path(place) / "rows.csv", [("anchor text", "a", "0"), *((*row, "1") for row in rows)])
        source = read(path, text="text", label="label")
        done = fix(source, check(source, options=QUICK))
        assert done.kept + done.removed + done.rejected_rows == source.rows
        assert len(table(done.clean)) == done.kept + 1
        assert len(table(done.rejected)) == done.rejected_rows + 1
