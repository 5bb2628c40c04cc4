"""A skill that was tuned from standard input never reads it again; a test file is kept by its whole path."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests import tiny
from tests.cli.made import ROWS, csv

from lingos.codegen.rows import rows_of
from lingos.errors import DataError
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tuning import run
from lingos.tuning.explain import explain
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune


class Never:
    """Standard input that was read: a second look would wait for ever."""

    def read(self, size: int = -1) -> bytes:
        pytest.fail("standard input is read again")


def piped(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: Any) -> tuple[Store, Skill]:
    store = Store(folder / "home")
    options = TuneOptions(**{"name": "t", "method": "tfidf", "effort": "quick", "personal": False, **more})
    stream = io.BytesIO(csv(folder / "a.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
    tune("-", options, store=store)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Never()))
    return store, store.get("t")


def test_explain_does_not_wait_for_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = str(tiny.folder(tmp_path, "bert"))
    store, _ = piped(tmp_path, monkeypatch, method="prototype", base=base)
    found = explain("t", "send me the invoice", store=store)
    assert len(found["neighbours"]) == 5 and all(row["where"].startswith("row ") for row in found["neighbours"])


def test_code_asks_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, skill = piped(tmp_path, monkeypatch)
    with pytest.raises(DataError, match="rows of t@1 came from standard input") as told:
        rows_of(skill)
    assert told.value.cure.startswith("name it with --data FILE, or")
    found = rows_of(skill, data=str(tmp_path / "a.csv"))
    assert len(found.train) + len(found.test) == len(ROWS)


def test_a_test_file_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv(tmp_path / "test.csv", ROWS[:9])
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "home")
    options = TuneOptions(name="t", method="tfidf", effort="quick", personal=False, test="test.csv")
    tune(csv(tmp_path / "a.csv", ROWS[9:]), options, store=store)
    monkeypatch.chdir("/")
    skill = store.get("t")
    assert skill.manifest.data is not None and skill.manifest.data.test_file == str(tmp_path / "test.csv")
    assert len(rows_of(skill).test) == 9


@pytest.mark.parametrize("fails", [False, True])
def test_the_tracked_run_ends_with_the_refit(fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(run, "tracker", lambda *given: SimpleNamespace(end=lambda: ended.append(True)))
    if fails:
        monkeypatch.setattr(run, "fit", lambda *given: 1 / 0)
    options = TuneOptions(name="t", method="tfidf", effort="quick", personal=False)
    try:
        tune(csv(tmp_path / "a.csv"), options, store=Store(tmp_path / "home"))
    except ZeroDivisionError:
        assert fails
    assert ended == [True]


def test_rows_that_were_piped_are_found_in_a_file_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "home")
    lines = "".join(f"{text}|{label}\n" for text, label in ROWS)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
    how: dict[str, Any] = {"delimiter": "|", "header": False, "text": "c1", "label": "c2"}
    tune("-", TuneOptions(name="t", method="tfidf", effort="quick", personal=False, **how), store=store)
    (tmp_path / "rows.csv").write_text(lines)
    again = rows_of(store.get("t"), data=str(tmp_path / "rows.csv"))
    assert len(again.train) + len(again.test) == len({text for text, _ in ROWS})
