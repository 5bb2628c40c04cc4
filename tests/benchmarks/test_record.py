from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import record


def test_the_state_changes_with_the_files_but_not_with_results(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    record.git(tmp_path, "init", "-q")
    first = record.state(tmp_path)
    (tmp_path / "src" / "a.py").write_text("x = 1")
    second = record.state(tmp_path)
    (tmp_path / "src" / "a.py").write_text("x = 2")
    third = record.state(tmp_path)
    assert len({first, second, third}) == 3
    (tmp_path / "benchmarks" / "results" / "bars.json").write_text("{}")
    assert record.state(tmp_path) == third


@pytest.mark.parametrize(
    ("value", "least", "most", "limit", "holds"),
    [
        (4.0, 4.0, None, ">= 4", True),
        (3.9, 4.0, None, ">= 4", False),
        (2.0, None, 1.0, "<= 1", False),
        (None, 4.0, None, ">= 4", False),
        (None, None, None, "", False),
        (0.0, None, None, "", True),
    ],
)
def test_a_claim_holds_or_not(
    value: float | None, least: float | None, most: float | None, limit: str, holds: bool
) -> None:
    told = record.claim("a", "b", value, {"commit": "c"}, least=least, most=most)
    assert (told["limit"], told["holds"], told["commit"]) == (limit, holds, "c")


def test_the_machine_is_told() -> None:
    told = record.machine()
    assert told["cores"] >= 1 and told["memory_gib"] > 0 and told["processor"]
    assert set(told["flags"]) <= set(record.FLAGS)


def test_a_record_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    record.save(path, {"a": "灵"})
    with pytest.raises(TypeError):
        record.save(path, {"a": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "灵"}
    assert [each.name for each in path.parent.iterdir()] == ["a.json"]
