"""Defaults are measured on rows held back from training, never on test rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import settings

ROWS = [{"text": f"{word} {k}", "label": word} for word in ("card", "order") for k in range(20)]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small").mkdir()
    lines = [json.dumps(row) + "\n" for row in ROWS]
    (tmp_path / "small" / "train.jsonl").write_text("".join(lines))
    monkeypatch.setenv("LINGOS_DATA", str(tmp_path))
    return tmp_path


def test_a_tenth_of_each_class_is_held_back_and_the_validation_file_is_added(data: Path) -> None:
    learned, judged = settings.parts("small", 0, 0)
    assert (len(learned), len(judged)) == (36, 4) and not set(learned) & set(judged)
    (data / "small" / "validation.jsonl").write_text('{"text": "new", "label": "card"}\n')
    assert len(settings.parts("small", 0, 0)[1]) == 5


def test_with_shots_all_other_rows_judge(data: Path) -> None:
    learned, judged = settings.parts("small", 3, 1)
    assert (len(learned), len(judged)) == (6, 34) and not set(learned) & set(judged)
