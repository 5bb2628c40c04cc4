"""A folder of text files per class."""

from __future__ import annotations

from pathlib import Path

import pytest

from lingos.data.readers import read
from lingos.errors import DataError


def plant(folder: Path) -> Path:
    for label, texts in {"cat": ["miau", "purr"], "狗": ["wuff", "汪汪"]}.items():
        (folder / label / "deep").mkdir(parents=True)
        (folder / label / "1.txt").write_text(texts[0] + "\n", encoding="utf-8")
        (folder / label / "deep" / "2.txt").write_text(texts[1], encoding="gb18030" if label == "狗" else "utf-8")
    (folder / "README.md").write_text("no row")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.txt").write_text("no row")
    return folder


def test_the_folder_is_the_label(tmp_path: Path) -> None:
    made = read(plant(tmp_path))
    assert [(e.fields["text"], e.target) for e in made.examples()][:3] == [
        ("miau", "cat"),
        ("purr", "cat"),
        ("wuff", "狗"),
    ]
    assert made.file_of(0) == f"{tmp_path}/cat/1.txt"
    assert made.columns.others == ()
    assert made.notes == ("1 file(s) not read, no .txt in a class folder: README.md",)


def test_a_binary_file_is_a_malformed_row_with_its_name(tmp_path: Path) -> None:
    (plant(tmp_path) / "cat" / "3.txt").write_bytes(bytes(range(256)))
    (tmp_path / "cat" / "4.txt").write_bytes("好的\n".encode() * 200 + b"\xff\n")
    made = read(tmp_path)
    assert [(m.row, m.code, made.file_of(m.row)[-5:]) for m in made.malformed] == [
        (1, "malformed-row", "3.txt"),
        (2, "broken-encoding", "4.txt"),
    ]
    assert made.rows == 6


def test_changed_files_are_read_again(tmp_path: Path) -> None:
    assert read(plant(tmp_path)).rows == 4
    (tmp_path / "cat" / "9.txt").write_text("hiss")
    assert read(tmp_path).rows == 5


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "it holds nothing"),
        ({"a.csv": "text,label"}, "it holds a.csv"),
        ({"a.txt": "x"}, "without text files in class folders"),
        ({"train/pos/1.txt": "x", "test/pos/1.txt": "x"}, "are splits"),
    ],
)
def test_folders_of_another_shape_are_told(tmp_path: Path, files: dict[str, str], words: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=words):
        read(tmp_path)


def test_a_class_folder_without_rights_is_told_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "cat")
    with pytest.raises(DataError, match="no right to read"):
        read(tmp_path)
