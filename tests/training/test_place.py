"""Where numbers are computed, Ctrl-C, and trackers."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from lingos.contracts import Batch, Hidden
from lingos.errors import MissingExtra, RecipeError
from lingos.training import track
from lingos.training.device import Place, here
from lingos.training.stop import listening
from lingos.training.track import tracker


def test_here_says_what_this_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    place = here()
    assert (place.device, place.threads, place.isa) == (
        "cpu",
        torch.get_num_threads(),
        torch.backends.cpu.get_cpu_capability(),
    )
    assert here("fp32").precision == "fp32" and here("bf16").precision == "bf16"


@pytest.mark.parametrize("has", [True, False])
def test_auto_takes_bf16_where_the_hardware_multiplies_it(has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: has)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    assert here().precision == ("bf16" if has else "fp32")


def test_autocast_is_on_for_bf16_alone() -> None:
    for precision, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        with Place("cpu", precision, 1, "x").autocast():
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


def test_move_takes_everything_along() -> None:
    hidden = Hidden(torch.ones(1, 2, 3), torch.ones(1, 2), 4)
    batch = Batch(
        {"input_ids": torch.ones(1, 2)}, torch.ones(1, 2), hidden, torch.ones(1), torch.ones(1), torch.ones(1)
    )
    moved = Place("meta", "fp32", 1, "x").move(batch)
    tensors = [moved.tensors["input_ids"], moved.mask, moved.hidden.states, moved.targets, moved.weights, moved.index]
    assert {tensor.device.type for tensor in tensors} == {"meta"} and moved.hidden.depth == 4
    assert Place("cpu", "fp32", 1, "x").move(batch) is batch


# -- ctrl-c ----------------------------------------------------------------------------------------------------------
def test_the_first_ctrl_c_asks_and_the_handlers_come_back(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "isatty", lambda place: True)
    before = signal.getsignal(signal.SIGINT)
    with listening() as asked:
        assert not asked
        os.kill(os.getpid(), signal.SIGINT)
        assert asked
    assert "stopping after this step; once more stops at once" in capfd.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_asks_where_nobody_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda place: True)
    monkeypatch.setattr("lingos.training.stop.TERMINAL", 99_999)  # as after `2>&-`, or where the reader has gone
    with listening() as asked:
        os.kill(os.getpid(), signal.SIGINT)
        assert asked


def test_another_thread_is_left_alone() -> None:
    found: list[bool] = []

    def work() -> None:
        with listening() as asked:
            found.append(bool(asked))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


# -- trackers --------------------------------------------------------------------------------------------------------
def test_no_tracker_is_no_function(tmp_path: Path) -> None:
    assert tracker("none", tmp_path, "run") is None


def test_an_unknown_tracker_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="did you mean 'mlflow'"):
        tracker("mlflo", tmp_path, "run")


@pytest.mark.parametrize("kind", track.TRACKERS)
def test_a_missing_client_names_its_extra(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingos.training.track.importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"lingos\[tracking\]"):
        tracker(kind, tmp_path, "run")


def test_each_client_gets_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []
    ends: list[str] = []

    def ended() -> None:
        ends.append(kind)

    def note(*arguments: Any, **named: Any) -> SimpleNamespace:
        told.append((arguments, named))
        return SimpleNamespace(log=note, add_scalar=note, flush=lambda: None, close=ended, finish=ended)

    for name in ("WANDB_MODE", *track.QUIET):
        monkeypatch.setenv(name, "x")  # so that it is gone after the test
        monkeypatch.delenv(name)
    clients = {
        "wandb": SimpleNamespace(init=note),
        "mlflow": SimpleNamespace(set_tracking_uri=note, start_run=note, log_metrics=note, end_run=ended),
        "torch.utils.tensorboard": SimpleNamespace(SummaryWriter=note),
    }
    monkeypatch.setattr("lingos.training.track.importlib.util.find_spec", lambda name: True)
    for name, client in clients.items():
        monkeypatch.setitem(sys.modules, name, client)
    for kind in track.TRACKERS:
        log = tracker(kind, tmp_path, "run")
        assert log is not None
        log(3, {"loss": 0.5})
        assert kind not in ends
        log.end()
    assert ends == list(track.TRACKERS)
    flat = repr(told)
    assert "'mode': 'offline'" in flat, "nothing leaves the machine on its own"
    assert "WANDB_MODE" not in os.environ, "what other libraries of the process do is none of our business"
    assert all(os.environ[name] == value for name, value in track.QUIET.items()), "no client reports of itself"
    assert flat.count("'loss': 0.5") == 2 and "'loss', 0.5, 3" in flat and "sqlite" in flat


# The clients themselves are an extra: pip install 'lingos[tracking]'.
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", track.TRACKERS)
def test_a_real_client_keeps_the_numbers(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(kind)
    for name in ("WANDB_MODE", "MLFLOW_TRACKING_URI", *track.QUIET):
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    log = tracker(kind, tmp_path, "run")
    assert log is not None
    for step in range(3):
        log(step, {"loss": 1.0 / (1 + step)})
    log.end()
    kept = {"tensorboard": "run/events.*", "wandb": "wandb/offline-run-*/*.wandb", "mlflow": "mlflow.db"}[kind]
    [file] = tmp_path.glob(kept)
    assert file.stat().st_size > 0
    if kind == "mlflow":
        with sqlite3.connect(file) as base:
            assert base.execute("select count(*) from metrics where key = 'loss'").fetchone() == (3,)


@pytest.mark.parametrize(("policy", "spins"), [(None, "2000"), ("PASSIVE", "2000"), ("ACTIVE", None)])
def test_waiting_threads_spin_for_microseconds_only(policy: str | None, spins: str | None) -> None:
    """It is set before torch loads, and somebody's own choice is left alone."""
    own = {name: value for name, value in os.environ.items() if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    script = "import os, sys, lingos; print(os.environ.get('GOMP_SPINCOUNT'), 'torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=own | ({"OMP_WAIT_POLICY": policy} if policy else {}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(spins), "False"]
