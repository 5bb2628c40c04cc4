"""An unfinished run's folder: one process at a time, and never the state of another run."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests import tiny
from tests.cli.made import ROWS, csv

from lingos.backbones.text import load
from lingos.contracts import Example
from lingos.errors import LingosError, RecipeError, ResourceError
from lingos.store.store import Store
from lingos.tasks.base import task
from lingos.training import checkpoint
from lingos.training.corpus import Corpus
from lingos.training.device import Place
from lingos.tuning import run, state
from lingos.tuning.options import TuneOptions
from lingos.tuning.prepare import Prepared

PLACE = Place("cpu", "fp32", 1, "AVX2")
QUICK: dict[str, Any] = {"method": "tfidf", "effort": "quick", "personal": False}


def folder(base: Any = None, origin: str = "", place: Place = PLACE, length: int = 32, **more: Any) -> Path:
    rows = [Example({"text": text}, label, text) for text, label in ROWS]
    kind, nothing = task("classify"), None
    corpus = Corpus(rows, kind, kind.schema(rows), base, max_length=length, place=place)
    prepared = Prepared(nothing, nothing, rows, [], np.arange(len(rows)), fingerprint="f")  # type: ignore[arg-type]
    options = TuneOptions(**{**QUICK, **more})
    return state.folder_of(Path("home"), state.facts_of_run("a.csv", options, prepared, corpus, origin), {})


def test_what_the_state_depends_on_gives_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (load(str(tiny.folder(tmp_path, "bert", seed=seed))) for seed in (0, 1))
    changed = dataclasses.replace
    found = [
        folder(),
        folder(one),
        folder(two),
        folder(length=64),
        folder(origin="t@1"),
        folder(origin="t@2"),
        folder(place=changed(PLACE, precision="bf16")),
        folder(place=changed(PLACE, isa="AVX512")),
        folder(seed=1),
    ]
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99")
    found.append(folder())
    assert len(set(found)) == len(found)


def test_what_it_does_not_depend_on_keeps_it() -> None:
    more: dict[str, Any] = {"name": "x", "refuse": 0.05, "track": "mlflow"}
    assert folder() == folder(**more) == folder(place=dataclasses.replace(PLACE, threads=2))


def test_a_second_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, store = csv(tmp_path / "a.csv"), Store(tmp_path / "home")
    inner: list[LingosError] = []
    climb = run._climb

    def twice(road: Any) -> Any:
        monkeypatch.setattr(run, "_climb", climb)
        with pytest.raises(ResourceError, match="another process is at the same run") as told:
            run.tune(data, TuneOptions(**QUICK), store=store)
        inner.append(told.value)
        return climb(road)

    monkeypatch.setattr(run, "_climb", twice)
    assert run.tune(data, TuneOptions(**QUICK), store=store).skill.version == 1
    assert "wait until it ends" in inner[0].cure
    assert not list((store.home / "runs").iterdir()), "the state is removed at the end"


def test_the_lock_of_another_process_counts_and_dies_with_it(tmp_path: Path) -> None:
    place = tmp_path / "home" / "runs" / "x"
    code = f"from pathlib import Path\nfrom lingos.tuning.state import alone\nwith alone(Path({str(place)!r})):\n"
    code += " print('in', flush=True)\n input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == "in\n"
        with pytest.raises(ResourceError, match="in use"), state.alone(place):
            pass
        child.kill()
        child.wait()
    with state.alone(place):
        pass


def test_a_run_that_failed_at_once_is_no_unfinished_one(tmp_path: Path) -> None:
    place = tmp_path / "home" / "runs" / "x"
    with pytest.raises(ValueError, match="stop"), state.alone(place):
        raise ValueError("stop")
    assert not place.exists()
    with state.alone(place):
        (place / "tfidf-0").mkdir()
    assert state.unfinished(place)


def test_two_processes_do_not_write_one_partial_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    save = checkpoint.save_file

    def kept(tensors: Any, path: Path, **more: Any) -> None:
        written.append(path)
        save(tensors, path, **more)

    monkeypatch.setattr(checkpoint, "save_file", kept)
    checkpoint.write(tmp_path, checkpoint.State(1, {"a": torch.ones(1)}, {}))
    assert str(os.getpid()) in written[0].name and [one.name for one in tmp_path.iterdir()] == [checkpoint.FILE]
    assert not checkpoint.read(tmp_path)[1]


@pytest.mark.parametrize("name", state.WORLD)
def test_several_processes_are_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "home")
    monkeypatch.setenv(name, "2")
    with pytest.raises(RecipeError, match=f"several processes were started for one run .{name}=2.") as told:
        run.tune(csv(tmp_path / "a.csv"), TuneOptions(**QUICK), store=store)
    assert "training.fit.fit" in told.value.cure and not store.names()
    monkeypatch.setenv(name, "1")
    assert run.tune(tmp_path / "a.csv", TuneOptions(**QUICK), store=store).skill.version == 1
