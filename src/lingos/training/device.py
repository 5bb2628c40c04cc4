"""Where and in which precision numbers are computed: decided once, from what the hardware has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

import torch

from lingos.contracts import Batch, Hidden

__all__ = ["Place", "Precision", "here"]

Precision = Literal["fp32", "bf16"]
Moved = TypeVar("Moved", Batch, Hidden)


@dataclass(frozen=True)
class Place:
    """Device, precision, threads and instruction set: what a checkpoint must match to end bit-identical."""

    device: str
    precision: Precision
    threads: int
    isa: str

    @contextlib.contextmanager
    def autocast(self) -> Iterator[None]:
        """bf16 where the place has it, nothing otherwise."""
        if self.precision == "fp32":
            yield
            return
        with torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16):
            yield

    def move(self, thing: Moved) -> Moved:
        """The same batch or hidden states on this device."""
        if self.device == "cpu":
            return thing
        if isinstance(thing, Hidden):
            return Hidden(thing.states.to(self.device), thing.mask.to(self.device), thing.depth)
        tensors = {name: tensor.to(self.device) for name, tensor in thing.tensors.items()}
        hidden = self.move(thing.hidden) if thing.hidden is not None else None
        targets, weights, index = (
            None if t is None else t.to(self.device) for t in (thing.targets, thing.weights, thing.index)
        )
        also = {name: tensor.to(self.device) for name, tensor in thing.also.items()}
        return Batch(tensors, thing.mask.to(self.device), hidden, targets, weights, index, also)


def here(precision: str = "auto") -> Place:
    """This machine: a GPU if there is one. "auto" = bf16 where the hardware multiplies it, else fp32."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    chosen: Precision = "bf16" if precision == "bf16" or (precision == "auto" and _has_bf16(device)) else "fp32"
    isa = torch.cuda.get_device_name() if device == "cuda" else torch.backends.cpu.get_cpu_capability()
    return Place(device, chosen, torch.get_num_threads(), isa)


def _has_bf16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capable = [getattr(torch.cpu, f"_is_{kind}_supported", None) for kind in ("amx_tile", "avx512_bf16")]
    return any(bool(check()) for check in capable if check is not None)
