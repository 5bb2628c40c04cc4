"""The rules that make the comparison fair: same rows for all sides, no row lost or shared, a clock that can stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.peers import common, lingos_side, race, setfit_peer
from benchmarks.peers.common import Clock, Point, Row
from benchmarks.record import ROOT

ROWS = st.lists(st.builds(Row, st.text(max_size=8), st.sampled_from("abc")), min_size=1, max_size=80)


@given(ROWS)
@settings(deadline=None)
def test_hold_out_loses_nothing_and_leaves_every_label_in_train(rows: list[Row]) -> None:
    train, validation = common.hold_out(rows)
    assert Counter(train + validation) == Counter(rows)
    assert {row.label for row in train} == {row.label for row in rows}


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_of_the_file_changes_nothing(rows: list[Row], random: object) -> None:
    moved = list(rows)
    random.shuffle(moved)  # type: ignore[attr-defined]
    assert common.hold_out(moved) == common.hold_out(rows)
    assert common.shots(moved, 3, seed=1) == common.shots(rows, 3, seed=1)
    assert common.fingerprint(moved) == common.fingerprint(rows)


@given(ROWS, st.integers(1, 9), st.integers(0, 3))
@settings(deadline=None)
def test_shots_takes_exactly_so_many_of_each_label(rows: list[Row], count: int, seed: int) -> None:
    chosen = common.shots(rows, count, seed)
    there = Counter(row.label for row in rows)
    assert Counter(row.label for row in chosen) == {label: min(count, there[label]) for label in there}
    assert not Counter(chosen) - Counter(rows)


def test_seeds_draw_different_shots() -> None:
    rows = [Row(str(i), "ab"[i % 2]) for i in range(100)]
    assert common.shots(rows, 5, 0) != common.shots(rows, 5, 1)


def test_fingerprint_sees_a_changed_label() -> None:
    assert common.fingerprint([Row("x", "a")]) != common.fingerprint([Row("x", "b")])


def test_banking77_split_is_the_published_one(data: Path) -> None:
    """If these move, every stored result is about other rows: run all sides again."""
    assert (data / "banking77").is_dir()
    train, validation = common.hold_out(common.read("banking77", "train"))
    assert (len(train), len(validation)) == (9000, 1003)
    assert common.fingerprint(validation) == "5bd9c4eed1c5dd4c"
    assert len(common.shots(common.read("banking77", "train"), 10, 0)) == 770


def test_write_rows_round_trips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row('a "quoted"\nline', "x"), Row("灵", "y")]
    (tmp_path / "own").mkdir()
    common.write_rows(tmp_path / "own" / "train.jsonl", rows)
    monkeypatch.setenv("LINGOS_DATA", str(tmp_path))
    assert common.read("own", "train") == rows


def test_clock_counts_only_while_it_runs() -> None:
    clock = Clock()
    clock.start()
    clock.start()
    time.sleep(0.02)
    clock.stop()
    wall = clock.wall
    time.sleep(0.02)
    clock.stop()
    assert wall >= 0.02
    assert clock.wall == wall


def test_waiting_costs_wall_seconds_and_work_costs_both() -> None:
    waiting, working = Clock(), Clock()
    waiting.start()
    time.sleep(0.4)
    waiting.stop()
    working.start()
    while working.cpu < 0.2:
        working.stop()
        working.start()
    working.stop()
    assert waiting.wall >= 0.4 > 2 * waiting.cpu
    assert working.wall >= 0.5 * working.cpu >= 0.1


def test_time_to_is_the_first_point_at_or_above() -> None:
    curve = [Point(i, i / 2, 10.0 * i, 20.0 * i, score) for i, score in enumerate([0.5, 0.9, 0.8, 0.95])]
    found = common.time_to(curve, 0.9)
    assert found is not None and found.cpu == 10.0
    assert common.time_to(curve, 0.96) is None


def test_prepare_refuses_when_torch_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", common)
    with pytest.raises(RuntimeError, match="first"):
        common.prepare(1)


@pytest.mark.parametrize(("sampling", "steps"), [("undersampling", 530), ("oversampling", 36575), ("iterations", 1925)])
def test_planned_steps_at_ten_per_class(sampling: str, steps: int) -> None:
    rows = [Row(str(i), str(i % 77)) for i in range(770)]
    assert setfit_peer.planned_steps(rows, sampling, 20) == steps


@pytest.mark.parametrize("script", ["hf_trainer", "setfit_peer", "lingos_side", "trainer_race", "setfit_race"])
def test_a_script_runs_by_its_path_and_loads_torch_only_to_measure(script: str, root: Path, tmp_path: Path) -> None:
    path = root / "benchmarks" / "peers" / f"{script}.py"
    code = f"import sys, runpy; sys.argv = ['{script}', '--help']; runpy.run_path('{path}', run_name='__main__')"
    watch = f"import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); {code}"
    done = subprocess.run([sys.executable, "-c", watch], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "--dataset" in done.stdout and "--quick" in done.stdout
    assert done.stdout.strip().endswith("False")


# -- the sides, on a few rows of two easy classes ----------------------------------------------------------------------
@pytest.fixture(scope="module")
def easy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 48 + 12 rows."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "easy").mkdir()
    things = {"card": ("lost my card", "card is blocked"), "rain": ("will it rain", "is it sunny")}
    rows = [Row(f"{text} {k}", label) for label, texts in things.items() for text in texts for k in range(15)]
    common.write_rows(folder / "easy" / "train.jsonl", [row for row in rows if not row.text.endswith(("3", "7"))])
    common.write_rows(folder / "easy" / "test.jsonl", [row for row in rows if row.text.endswith(("3", "7"))])
    return folder


def _ours(easy: Path, *arguments: str) -> dict[str, Any]:
    options = lingos_side.arguments(["--dataset", "easy", "--threads", "1", *arguments])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINGOS_DATA", str(easy))
        return lingos_side.train(options)


def _theirs(easy: Path, *arguments: str) -> dict[str, Any]:
    """In a process of its own: the Trainer leaves the state of accelerate behind."""
    command = [sys.executable, "-m", "benchmarks.peers.hf_trainer", "--dataset", "easy", "--threads", "1", *arguments]
    environment = {**os.environ, "LINGOS_DATA": str(easy)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.timeout(400)  # seconds alone, a minute on a busy machine
def test_both_sides_learn_from_the_same_rows_and_are_judged_by_the_same_clock(easy: Path) -> None:
    ours = _ours(easy, "--method", "top", "--epochs", "2")
    theirs = _theirs(easy, "--epochs", "2", "--fresh")
    assert ours["fingerprints"] == theirs["fingerprints"]
    assert ours["rows"] == theirs["rows"] == {"train": 44, "validation": 4, "test": 12}
    race.check_rows([ours, theirs])
    for record in (ours, theirs):
        costs = [(point["cpu"], point["wall"]) for point in record["curve"]]
        assert costs == sorted(costs) and costs[0][0] > 0
        assert costs[-1][0] <= record["cost"]["cpu"] + 0.01
        assert record["cost"]["peak_mib"] > 100
    epochs = [point["epoch"] for point in ours["curve"]]
    assert epochs == [0.5, 1.0, 1.5, 2.0, 2]  # the last one: what is kept, the mean of the last three
    assert [point["epoch"] for point in theirs["curve"]] == [0.5, 1.0, 1.5, 2.0]
    assert ours["test"] > 0.9


def test_few_rows_are_drawn_alike_and_no_validation_row_is_read(easy: Path) -> None:
    record = _ours(easy, "--method", "head", "--shots", "4", "--seed", "3")
    drawn = common.shots([Row(**row) for row in _lines(easy / "easy" / "train.jsonl")], 4, 3)
    assert record["fingerprints"]["train"] == common.fingerprint(drawn)
    assert record["rows"] == {"train": 8, "validation": 0, "test": 12}
    assert record["curve"] == [] and record["validation"] is None
    assert record["epochs"] == 25  # as `lingos tune` derives it from eight rows
    assert record["test"] > 0.9


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
