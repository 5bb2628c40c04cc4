"""Scores beside published figures: measured once, kept, shown in the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import published
from benchmarks.record import claim, origin
from tools import results


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def measured(data: str, way: str) -> dict[str, Any]:
        found.append((data, way))
        told = claim(f"{data}, {way}", f"python x.py {data} {way}", 50.25, origin())
        return told | {"method": "top", "low": 0.48, "high": 0.525, "cpu_seconds": 1.0}

    monkeypatch.setattr(published, "RESULTS", tmp_path)
    monkeypatch.setattr(published, "measured", measured)
    return found


def test_each_is_measured_once_and_what_is_not_asked_for_stays(asked: list[tuple[str, str]], tmp_path: Path) -> None:
    published.main(["--only", "sst5"])
    assert asked == [("sst5", "auto"), ("sst5", "tfidf")]
    published.main([])
    assert len(asked) == 6 and asked.count(("sst5", "auto")) == 1
    published.main(["--only", "sst5", "--fresh"])
    assert asked.count(("sst5", "auto")) == 2
    found = json.loads((tmp_path / published.FILE).read_text("utf-8"))
    assert [row[0] for row in found["tables"][0]["rows"]] == list(published.KNOWN)
    assert found["tables"][0]["rows"][0][1:4] == ["top", "50.2 [48.0, 52.5]", "50.2 [48.0, 52.5]"]
    (tmp_path / "bars.toml").write_text("")
    page = results.measured(tmp_path, tmp_path / "bars.toml")
    assert (
        "## Scores beside TF-IDF and published figures" in page and "| sst5, auto | `python x.py sst5 auto` |" in page
    )
