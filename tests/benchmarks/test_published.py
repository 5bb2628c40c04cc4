"""Scores beside published figures: measured once, kept, shown in the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import published
from benchmarks.bars import Bar
from benchmarks.record import origin
from tools import results


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def document(bar: Bar, *_: Any) -> dict[str, Any]:
        found.append(bar.command)
        run = {"score": 0.5025, "method": "top", "low": 0.48, "high": 0.525, "cpu_seconds": 1.0}
        return {"ok": True, "document": {"mean": 50.25, "runs": [run]}, "origin": origin()}

    monkeypatch.setattr(published, "RESULTS", tmp_path)
    monkeypatch.setattr(published, "document", document)
    return found


def test_what_is_not_asked_for_stays(asked: list[str], tmp_path: Path) -> None:
    published.main(["--only", "sst5"])
    assert asked == [f"python benchmarks/accuracy.py sst5 --method {way}" for way in published.WAYS]
    published.main(["--only", "ag_news_small"])
    found = json.loads((tmp_path / published.FILE).read_text("utf-8"))
    assert [row[0] for row in found["tables"][0]["rows"]] == ["sst5", "ag_news_small"]
    assert found["tables"][0]["rows"][0][1:4] == ["top", "50.2 [48.0, 52.5]", "50.2 [48.0, 52.5]"]
    (tmp_path / "bars.toml").write_text("")
    page = results.measured(tmp_path, tmp_path / "bars.toml")
    assert "## Scores beside TF-IDF and published figures" in page
    assert "| sst5, auto | `python benchmarks/accuracy.py sst5 --method auto` |" in page


def test_a_run_that_fails_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "RESULTS", tmp_path)
    monkeypatch.setattr(published, "document", lambda *_: {"ok": False, "error": "exit code 1"})
    with pytest.raises(SystemExit, match="exit code 1"):
        published.main(["--only", "sst5"])
    assert not (tmp_path / published.FILE).exists()
