"""The state of a run in one safetensors file: weights, optimiser, snapshots, and the counters in its header.

Dropout needs no state: every step seeds the generator from the run's seed and its own number.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lingos.errors import ResourceError, disk_full
from lingos.words.said import Said

__all__ = ["State", "pack", "read", "unpack", "write"]

FILE = "state.safetensors"


@dataclass
class State:
    """Everything that the next step depends on."""

    step: int = 0  # steps done
    tensors: dict[str, Tensor] = field(default_factory=dict)  # model.*, optimiser.<group>.<key>.<k>, snapshot.<k>.*
    facts: dict[str, Any] = field(default_factory=dict)  # scores, losses, the place


def write(folder: Path, state: State) -> None:
    """Replace the state in one step; a full disk leaves the last one as it was and is a ResourceError."""
    partial = folder / f"{FILE}.{os.getpid()}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        header = {"lingos": json.dumps({"step": state.step, "facts": state.facts})}
        save_file({name: tensor.contiguous() for name, tensor in state.tensors.items()}, partial, metadata=header)
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, folder / FILE)
    except (OSError, SafetensorError) as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise _no_room(folder, state, error) from error


def read(folder: Path | None) -> tuple[State | None, str]:
    """The last state and "", or None where there is none; for a damaged file None and a sentence that says so."""
    if folder is None or not (folder / FILE).exists():
        return None, ""
    try:
        with safe_open(folder / FILE, framework="pt") as file:
            header = json.loads(file.metadata()["lingos"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        return State(int(header["step"]), tensors, dict(header["facts"])), ""
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None, Said("train.damaged", {"folder": folder})


def pack(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's moments as named tensors."""
    return {
        f"optimiser.{key}.{index}": value if isinstance(value, Tensor) else torch.tensor(value)
        for index, moments in optimiser.state_dict()["state"].items()
        for key, value in moments.items()
    }


def unpack(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """The reverse of `pack`."""
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, key, index = name.split(".")
            moments.setdefault(int(index), {})[key] = tensor
    if moments:
        optimiser.load_state_dict({"state": moments, "param_groups": optimiser.state_dict()["param_groups"]})


def _no_room(folder: Path, state: State, error: Exception) -> ResourceError:
    what = "the disk is full" if disk_full(error) else f"the state can not be written: {error}"
    size = sum(tensor.numel() * tensor.element_size() for tensor in state.tensors.values())
    return ResourceError(
        f"{what} at step {state.step} of the run in {folder}",
        expected=f"{2 * size / 1e6:.0f} MB free",
        cure="free some space and run the same command again: it goes on from the last state that was written",
    )
