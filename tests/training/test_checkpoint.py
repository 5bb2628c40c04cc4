"""The state of a run on disk: whole, atomic, and honest about damage and a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from lingos.errors import ResourceError
from lingos.training import checkpoint
from lingos.training.checkpoint import FILE, State, pack, read, unpack, write


def state(step: int = 3) -> State:
    return State(step, {"model.w": torch.full((2, 2), float(step)), "snapshot.0.w": torch.ones(2)}, {"scores": [0.5]})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "run", state())
    found, fault = read(tmp_path / "run")
    assert found is not None and fault == "" and (found.step, found.facts) == (3, {"scores": [0.5]})
    assert found.tensors.keys() == state().tensors.keys() and torch.equal(
        found.tensors["model.w"], torch.full((2, 2), 3.0)
    )
    assert [path.name for path in (tmp_path / "run").iterdir()] == [FILE]


def test_there_is_no_state_where_none_was_written(tmp_path: Path) -> None:
    assert read(tmp_path) == (None, "") == read(None)


@pytest.mark.parametrize("size", [0, 5, 40, 120])
def test_a_damaged_state_is_none_and_says_so(size: int, tmp_path: Path) -> None:
    write(tmp_path, state())
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:size])
    found, fault = read(tmp_path)
    assert found is None and "damaged" in fault


def test_a_safetensors_file_of_another_kind_is_damage(tmp_path: Path) -> None:
    save_file({"w": torch.ones(2)}, tmp_path / FILE)
    assert "damaged" in read(tmp_path)[1]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), SafetensorError("I/O error: No space left on device")]
)
def test_a_full_disk_keeps_the_last_state(error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, state(3))

    def full(tensors: Any, path: Path, metadata: Any) -> None:
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(ResourceError, match="the disk is full at step 4") as caught:
        write(tmp_path, state(4))
    assert "free some space" in caught.value.cure
    found, _ = read(tmp_path)
    assert found is not None and found.step == 3 and [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResourceError, match="can not be written"):
        write(tmp_path / "file" / "run", state())


def test_the_old_state_stands_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, state(3))
    seen: list[int] = []
    real = os.replace

    def watched(source: Any, target: Any) -> None:
        found, _ = read(tmp_path)
        seen.append(found.step if found else -1)
        real(source, target)

    monkeypatch.setattr("lingos.training.checkpoint.os.replace", watched)
    write(tmp_path, state(4))
    found, _ = read(tmp_path)
    assert seen == [3] and found is not None and found.step == 4


def test_the_optimiser_goes_on_as_if_nothing_happened() -> None:
    def stepped(optimiser: torch.optim.Optimizer, weight: torch.Tensor) -> None:
        (weight**3).sum().backward()
        optimiser.step()
        optimiser.zero_grad()

    first = torch.nn.Parameter(torch.arange(4.0) + 1)
    one = torch.optim.AdamW([first], lr=0.1, fused=True)
    for _ in range(3):
        stepped(one, first)
    second = torch.nn.Parameter(first.detach().clone())
    other = torch.optim.AdamW([second], lr=0.1, fused=True)
    unpack(other, {name: tensor.clone() for name, tensor in pack(one).items()})
    for _ in range(2):
        stepped(one, first)
        stepped(other, second)
    assert torch.equal(first, second)
