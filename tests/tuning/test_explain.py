"""`explain` shows the person's own text as it is, and other people's rows masked."""

from __future__ import annotations

import json
from pathlib import Path

from tests import tiny
from tests.cli.made import ROWS, csv

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
