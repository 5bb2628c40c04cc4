"""`evaluate` and `compare` tell that rows were learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.made import ROWS, call, csv, document

from lingos.errors import DataError
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune
from lingos.tuning.verbs import compare, evaluate

FRESH = [(f"good day, {text}, thank you", label) for text, label in ROWS]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    """t@1 has learned the even rows, u@1 the first thirty of them; neither has learned FRESH."""
    folder = tmp_path_factory.mktemp("learned")
    store, test = Store(folder / "home"), csv(folder / "test.csv", FRESH[:12])
    for name, rows in (("t", ROWS), ("u", ROWS[:30])):
        options = TuneOptions(name=name, method="tfidf", effort="quick", personal=False, test=str(test))
        tune(csv(folder / f"{name}.csv", rows), options, store=store)
    return store, folder


def said_by(verb: Any, *given: Any, **more: Any) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    return verb(*given, say=said.append, **more), said


def test_evaluate_counts_learned_rows_and_says_so(made: tuple[Store, Path]) -> None:
    store, folder = made
    mixed = csv(folder / "mixed.csv", [*FRESH, *ROWS[:7]])
    found, said = said_by(evaluate, "t", str(mixed), store=store)
    assert found["learned"] == 7 and found["test"]["rows"] == 49
    assert "warning learned: t@1 has learned 7 of these 49 rows: the score is too good" in said
    found, said = said_by(evaluate, "t", str(csv(folder / "fresh.csv", FRESH)), store=store)
    assert found["learned"] == 0 and not any("learned" in one for one in said)


def test_compare_leaves_out_what_either_has_learned(made: tuple[Store, Path]) -> None:
    store, folder = made
    mixed = csv(folder / "mixed.csv", [*FRESH, *ROWS[28:35]])
    found, said = said_by(compare, "u", "t", str(mixed), store=store)
    assert (found["learned"], found["rows"]) == (7, len(FRESH))
    assert "warning learned: 7 of 49 rows are left out, u@1 or t@1 has learned them" in said


def test_compare_on_learned_rows_alone_is_refused(made: tuple[Store, Path]) -> None:
    store, folder = made
    with pytest.raises(DataError, match=r"u@1 and t@1 can not be compared: .* learned each row") as told:
        compare("u", "t", str(folder / "t.csv"), store=store)
    assert "--data FILE" in told.value.cure


def test_the_command_line_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "a.csv")
    test = csv(tmp_path / "test.csv", FRESH[:12])
    document(capsys, "tune", data, "--test", test, "--method", "tfidf", "--effort", "quick", "--name", "t", "--json")
    assert document(capsys, "evaluate", "t", data, "--json")["learned"] == len(ROWS)
    code, out, err = call(capsys, "evaluate", "t", data)
    assert code == 0 and "learned" not in out and "t@1 has learned 42 of these 42 rows" in err
