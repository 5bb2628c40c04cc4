"""`explain` shows the person's own text as it is, and other people's rows masked."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from tests import tiny
from tests.cli.made import ROWS, csv

from lingos.codegen.rows import rows_of
from lingos.data.readers import read as source
from lingos.store.store import Store
from lingos.tuning.explain import explain
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune

MAIL = "ann@example.org"


def test_training_rows_are_masked_and_the_own_text_is_not(tmp_path: Path) -> None:
    rows = [(f"{text} {MAIL}", label) for text, label in ROWS]
    base, store = str(tiny.folder(tmp_path, "bert")), Store(tmp_path / "home")
    options = TuneOptions(name="t", method="prototype", base=base, effort="quick")
    folder = tune(csv(tmp_path / "a.csv", rows), options, store=store).folder
    found = explain("t", "send the invoice to bob@example.org", store=store)
    assert found["text"] == "send the invoice to bob@example.org"
    shown = [row["text"] for row in found["neighbours"]]
    assert len(shown) == 5 and all("[email]" in text for text in shown)
    assert MAIL not in json.dumps(found)
    for name in ("report.html", "report.md", "report.json", "evaluation.json", "README.md"):
        assert MAIL not in (folder / name).read_text("utf-8"), name


@pytest.mark.parametrize("method", ["tfidf", "prototype"])
@pytest.mark.parametrize("read", [1_000, 5])
def test_an_identical_training_row_is_found(
    method: str, read: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lingos.tuning.explain.READ", read)
    monkeypatch.setattr("lingos.ladder.rung.BANK_ROWS", 2)
    monkeypatch.setattr("lingos.ladder.rung.PER_CLASS", 2)
    base, store = str(tiny.folder(tmp_path, "bert")), Store(tmp_path / "home")
    file = csv(tmp_path / "a.csv", ROWS)
    tune(file, TuneOptions(name="t", method=method, base=base, effort="quick"), store=store)
    learned = json.loads(store.get("t").path("split.json").read_text("utf-8"))["train"]
    rows = [row for row in source(file).examples() if row.id in set(learned)]
    assert len(rows) > 20
    for row in rows[::4]:
        first = explain("t", f" {row.fields['text']}\u200b", store=store)["neighbours"][0]
        assert (first["text"], first["label"]) == (row.fields["text"], row.target)
        assert first["similarity"] == pytest.approx(1.0, abs=2e-3) and first["where"].endswith(f":{row.line}")


def test_without_the_file_the_typical_rows_are_told_by_their_ids(tmp_path: Path) -> None:
    base, store = str(tiny.folder(tmp_path, "bert")), Store(tmp_path / "home")
    for name, method in (("words", "tfidf"), ("vectors", "prototype")):
        file = csv(tmp_path / f"{name}.csv", ROWS)
        tune(file, TuneOptions(name=name, method=method, base=base, effort="quick"), store=store)
        file.unlink()
    assert explain("words", "send the invoice", store=store)["neighbours"] == []
    found = explain("vectors", "send the invoice", store=store)["neighbours"]
    assert len(found) == 5 and all(row["where"].startswith("row ") and row["label"] for row in found)


def test_a_file_is_read_again_as_the_person_said(tmp_path: Path) -> None:
    book, store = openpyxl.Workbook(), Store(tmp_path / "home")
    book.active.append(["nothing", "to see here"])
    rows = book.create_sheet("rows")
    for row in ROWS:  # no header either
        rows.append(list(row))
    file = tmp_path / "a.xlsx"
    book.save(file)
    options = TuneOptions(name="t", method="tfidf", sheet="rows", header=False, text="c1", label="c2")
    tune(file, options, store=store)
    skill = store.get("t")
    found = explain("t", ROWS[0][0], store=store)["neighbours"]
    assert found[0]["label"] == ROWS[0][1] and found[0]["where"].startswith(str(file))
    moved = file.rename(tmp_path / "moved.xlsx")
    again = rows_of(skill, data=str(moved))
    assert len(again.train) + len(again.test) == len({text for text, _ in ROWS})
