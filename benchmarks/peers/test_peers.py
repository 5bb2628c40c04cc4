"""The rules that make the comparison fair: same rows for all sides, no row lost or shared, a clock that can stand."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))  # the scripts are run by path and find each other so
import common
import setfit_peer
from common import Clock, Point, Row

ROWS = st.lists(st.builds(Row, st.text(max_size=8), st.sampled_from("abc")), min_size=1, max_size=80)
needs_data = pytest.mark.skipif(
    not (common.ROOT.parent / "shared" / "data" / "banking77").is_dir(),
    reason="no shared data set banking77 here",
)


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


@needs_data
def test_banking77_split_is_the_published_one() -> None:
    """If these move, every stored result is about other rows: run all sides again."""
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


@pytest.mark.parametrize("script", ["hf_trainer.py", "setfit_peer.py"])
def test_help_names_the_flags_without_loading_torch(script: str) -> None:
    code = f"import sys, runpy; sys.argv = ['{script}', '--help']; runpy.run_path('{script}', run_name='__main__')"
    watch = f"import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); {code}"
    done = subprocess.run(
        [sys.executable, "-c", watch], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    assert "--seed" in done.stdout and "--limit" in done.stdout
    assert done.stdout.strip().endswith("False")
