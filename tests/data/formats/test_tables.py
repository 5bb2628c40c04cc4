"""Parquet, spreadsheets, the hub."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine as calamine

from lingos.data.formats import hub
from lingos.data.readers import ReadOptions, read
from lingos.errors import DataError


def test_parquet_types_become_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": pa.array([f"hello {i}" for i in range(10)]).dictionary_encode(),
            "label": pa.array([i % 3 for i in range(9)] + [None]),
            "when": pa.array([datetime.date(2026, 1, 2)] * 10),
            "tags": pa.array([["a", "b"]] * 10),
            "image": pa.array([b"\xff"] * 10),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=3)
    made = read(tmp_path / "a.parquet")
    assert made.table.slice(9).to_pylist() == [
        {"text": "hello 9", "label": None, "when": "2026-01-02", "tags": '["a", "b"]', "__line__": 10}
    ]
    assert made.notes == ("column 'image' left out: it holds bytes, not text",)
    assert made.columns.label == "label"


def test_class_numbers_get_the_names_that_datasets_stored(tmp_path: Path) -> None:
    features = {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}, "text": {"dtype": "string", "_type": "Value"}}
    schema = pa.schema(
        [("text", pa.string()), ("label", pa.int64())], {"huggingface": json.dumps({"info": {"features": features}})}
    )
    pq.write_table(pa.table({"text": ["a", "b", "c"], "label": [1, 0, -1]}, schema=schema), tmp_path / "a.parquet")
    made = read(tmp_path / "a.parquet")
    assert made.table.column("label").to_pylist() == ["yes", "no", None]
    assert made.notes == ("column 'label': class numbers replaced by their names",)


def test_a_cell_of_more_than_a_megabyte_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b" * 1_000_001, "c"], "label": ["x", "y", "x"]}), tmp_path / "a.parquet")
    made = read(tmp_path / "a.parquet")
    assert [(m.line, m.row, m.code) for m in made.malformed] == [(2, 1, "oversized-row")]
    assert made.table.column("label").to_pylist() == ["x", None, "x"]


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("data")
    sheet.append([])
    sheet.append(["text", "label", "n"])
    for i in range(6):
        sheet.append([f"hello\nthere {i}", f"l{i % 2}", i])
    sheet.append([None, None, None])
    sheet.append(["last", None, 1.5])
    book.create_sheet("other").append(["内容", "类别"])
    book["other"].append(["你好", "问候"])
    book.save(path)
    return path


def test_sheets(tmp_path: Path) -> None:
    made = read(workbook(tmp_path / "a.xlsx"))
    assert made.lines().tolist() == [3, 4, 5, 6, 7, 8, 10]
    assert made.table.slice(6).to_pylist() == [{"text": "last", "label": None, "n": "1.5", "__line__": 10}]
    assert made.table.column("n").to_pylist()[:2] == ["0", "1"]
    assert made.notes == ("sheet 'data' read, the first that is not empty; --sheet names another: empty, other",)
    other = read(tmp_path / "a.xlsx", options=ReadOptions(sheet="other"))
    assert [(e.fields["text"], e.target, e.line) for e in other.examples()] == [("你好", "问候", 2)]
    with pytest.raises(DataError, match="did you mean 'other'"):
        read(tmp_path / "a.xlsx", options=ReadOptions(sheet="othr"))


def test_a_local_hub_folder_is_read_by_split(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    folder = tmp_path / "set"
    folder.mkdir()
    for split, count in (("train", 4), ("test", 2)):
        lines = [json.dumps({"text": f"{split} {i}", "label": f"l{i % 2}"}) for i in range(count)]
        (folder / f"{split}.jsonl").write_text("\n".join(lines))
    made = read(f"hub:{folder}")
    assert (made.rows, made.columns.label) == (4, "label")
    assert made.notes[0] == "split 'train' read; others: train, test"
    test = read(f"hub:{folder}:test")
    assert [e.fields["text"] for e in test.examples()] == ["test 0", "test 1"]
    with pytest.raises(DataError, match="did you mean 'test'"):
        read(f"hub:{folder}:tets")


def test_class_labels_of_the_hub_get_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    made = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 0]}, features=features)
    asked = []
    monkeypatch.setattr(datasets, "load_dataset", lambda path: asked.append(path) or {"train": made})
    assert read("hub:owner/name").table.column("label").to_pylist() == ["yes", "no"]
    assert asked == ["owner/name"]


def test_without_the_library_the_cure_names_no_extra_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match="datasets is not installed") as told:
        hub.load("hub:owner/name")
    assert "pip install datasets" in told.value.cure and told.value.expected


def test_a_sheet_behind_a_password_is_told_in_three_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: object) -> None:
        raise calamine.PasswordError("locked")

    path = workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr(calamine.CalamineWorkbook, "from_filelike", staticmethod(locked))
    with pytest.raises(DataError, match="locked by a password") as told:
        read(path)
    assert told.value.expected and told.value.cure


def test_a_hub_name_that_does_not_load_is_told() -> None:
    pytest.importorskip("datasets")
    with pytest.raises(DataError, match="could not be loaded"):
        hub.load("hub:/no/such/folder")
