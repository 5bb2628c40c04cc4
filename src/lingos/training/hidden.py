"""The trunk's output, computed once and kept: ragged rows in one flat array, in memory or memory-mapped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from lingos.contracts import Backbone, Batch, Hidden, Progress, Row
from lingos.engines.base import padded as padded_arrays
from lingos.engines.base import planned
from lingos.errors import ResourceError, disk_full
from lingos.home import in_use, prune, put
from lingos.modules.pooling import pool
from lingos.training.device import Place

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["STEP_TOKENS", "States", "collect", "padded", "pooled_states"]

IN_MEMORY = 1 << 30  # bytes of float32; above that float16, in a memory-mapped file where there is a home
STEP_TOKENS = 2048


@dataclass(frozen=True)
class States:
    """Hidden states of n rows at one depth: `flat` [tokens, width], row k at starts[k]:starts[k + 1].

    >>> pooled_states(np.eye(2, dtype=np.float32), 6).batch(np.array([1])).states.tolist()
    [[[0.0, 1.0]]]
    """

    flat: Array
    starts: Array  # int64 [n + 1]
    depth: int

    @property
    def lengths(self) -> Array:
        return np.diff(self.starts)

    def batch(self, rows: Array) -> Hidden:
        """Rows padded together: float32 [b, l, d] and mask [b, l]."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        longest = int(lengths.max())
        states = np.zeros((len(rows), longest, self.flat.shape[1]), dtype=np.float32)
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            states[place, :length] = self.flat[self.starts[row] : self.starts[row] + length]
        mask = np.arange(longest)[None, :] < lengths[:, None]
        return Hidden(torch.from_numpy(states), torch.from_numpy(mask.astype(np.int64)), self.depth)


def pooled_states(vectors: Array, depth: int) -> States:
    """Pooled vectors [n, d] as hidden states of length one: what a branch without layers reads."""
    return States(vectors, np.arange(len(vectors) + 1, dtype=np.int64), depth)


def collect(
    backbone: Backbone,
    rows: Sequence[Row],
    depths: Sequence[int],
    place: Place,
    home: Path | None = None,
    progress: Progress | None = None,
) -> dict[int, States]:
    """One pass through the trunk, tapped at every depth asked for. At full depth the pooled vectors are kept instead.

    With `home` the result is kept in home/cache/hidden under a key of trunk digest, rows, precision and instruction
    set, so that a resumed run reads the same bytes; a damaged file is made again.

    Raises:
        ResourceError: a large file does not fit on the disk.
    """
    wanted = sorted(set(depths))
    folders = {depth: _folder(home, backbone, rows, depth, place) for depth in wanted} if home else {}
    found = {depth: states for depth in wanted if (states := _read(folders.get(depth), depth)) is not None}
    missing = [depth for depth in wanted if depth not in found]
    if missing:
        if home:
            prune(home / "cache", sum(_bytes(_lengths(rows), depth, backbone) for depth in missing))
        partials = {depth: _partial(folders[depth]) for depth in missing if home}
        try:
            made = _pass(backbone, rows, missing, place, progress, partials)
            for depth, states in made.items():
                found[depth] = _keep(folders[depth], partials[depth], states) if home else states
        finally:
            for partial in partials.values():
                shutil.rmtree(partial, ignore_errors=True)
    return found


def padded(rows: Sequence[Row]) -> Batch:
    """Token ids [b, l] padded on the right with zeros; the mask tells, so that the padding id does not matter."""
    ids, mask = padded_arrays(rows, 0)
    return Batch({"input_ids": torch.from_numpy(ids)}, torch.from_numpy(mask))


# -- one pass --------------------------------------------------------------------------------------------------------
def _pass(
    backbone: Backbone,
    rows: Sequence[Row],
    depths: Sequence[int],
    place: Place,
    progress: Progress | None,
    partials: Mapping[int, Path],
) -> dict[int, States]:
    lengths = _lengths(rows)
    stores = {depth: _empty(lengths, depth, backbone, partials.get(depth)) for depth in depths}
    stages = _stages(backbone, depths, place)
    embedding = backbone.embedding().to(place.device)
    done = 0
    with torch.inference_mode(), place.autocast():
        for step in planned(lengths, STEP_TOKENS):
            hidden = embedding(place.move(padded([rows[k] for k in step])))
            for depth, span in stages:
                hidden = span(hidden) if span is not None else hidden
                _put(stores[depth], step, hidden, lengths, backbone)
            done += len(step)
            if progress:
                progress("trunk", done / len(rows))
    return stores


def _stages(backbone: Backbone, depths: Sequence[int], place: Place) -> list[tuple[int, torch.nn.Module | None]]:
    stages: list[tuple[int, torch.nn.Module | None]] = []
    reached = 0
    for depth in depths:
        stages.append((depth, backbone.span(reached, depth).to(place.device) if depth > reached else None))
        reached = depth
    return stages


def _lengths(rows: Sequence[Row]) -> Array:
    return np.array([len(row.tensors["input_ids"]) for row in rows], dtype=np.int64)


def _bytes(lengths: Array, depth: int, backbone: Backbone) -> int:
    exact = 4 * backbone.info.width * (len(lengths) if depth == backbone.info.depth else int(lengths.sum()))
    return exact if exact <= IN_MEMORY else exact // 2


def _empty(lengths: Array, depth: int, backbone: Backbone, partial: Path | None) -> States:
    width = backbone.info.width
    if depth == backbone.info.depth:
        return pooled_states(np.empty((len(lengths), width), np.float32), depth)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    tokens = int(starts[-1])
    if tokens * width * 4 <= IN_MEMORY:
        return States(np.empty((tokens, width), np.float32), starts, depth)
    if partial is None:
        return States(np.empty((tokens, width), np.float16), starts, depth)
    return States(_mapped(partial, tokens, width), starts, depth)


def _mapped(partial: Path, tokens: int, width: int) -> Array:
    partial.mkdir(parents=True, exist_ok=True)
    free, needed = shutil.disk_usage(partial).free, 2 * tokens * width
    if needed > free:  # writing to a mapped page without a block behind it would kill the process
        raise ResourceError(
            f"the trunk's output does not fit on the disk of {partial.parent}",
            expected=f"{needed / 1e6:.0f} MB free, not {free / 1e6:.0f}",
            cure="free some space, set a smaller max_length or LINGOS_CACHE_GB, or point LINGOS_HOME to a larger disk",
        )
    flat = np.lib.format.open_memmap(partial / FLAT, mode="w+", dtype=np.float16, shape=(tokens, width))
    in_use(partial, flat)
    return flat


def _put(store: States, step: Array, hidden: Hidden, lengths: Array, backbone: Backbone) -> None:
    if store.depth == backbone.info.depth:
        store.flat[step] = pool(hidden.states.float(), hidden.mask, backbone.info.pooling).cpu().numpy()
        return
    states = hidden.states.float().cpu().numpy()
    for k, row in enumerate(step):
        store.flat[store.starts[row] : store.starts[row + 1]] = states[k, : lengths[row]]


# -- on disk ---------------------------------------------------------------------------------------------------------
FLAT, STARTS, FACTS = "flat.npy", "starts.npy", "states.json"


def _folder(home: Path | None, backbone: Backbone, rows: Sequence[Row], depth: int, place: Place) -> Path:
    digest = hashlib.sha256(f"{backbone.digest(depth)} {place.precision} {place.isa} {torch.__version__}".encode())
    for row in rows:
        ids = row.tensors["input_ids"]
        digest.update(len(ids).to_bytes(4, "little") + ids.tobytes())
    return Path(home or ".") / "cache" / "hidden" / digest.hexdigest()[:32]


def _partial(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{os.getpid()}")


def _read(folder: Path | None, depth: int) -> States | None:
    if folder is None or not (folder / FACTS).exists():
        return None
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        mode: Literal["r"] | None = "r" if facts["bytes"] > IN_MEMORY // 2 else None
        flat, starts = np.load(folder / FLAT, mmap_mode=mode), np.load(folder / STARTS)
        whole = len(flat) == starts[-1] and facts["depth"] == depth and flat.ndim == 2
        in_use(folder, flat)
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError):
        return None
    return States(flat, starts, depth) if whole else None


def _keep(folder: Path, partial: Path, states: States) -> States:
    try:
        if isinstance(states.flat, np.memmap):
            states.flat.flush()
        else:
            partial.mkdir(parents=True, exist_ok=True)
            in_use(partial, states.flat)
            np.save(partial / FLAT, states.flat)
        np.save(partial / STARTS, states.starts)
        (partial / FACTS).write_text(json.dumps({"bytes": states.flat.nbytes, "depth": states.depth}), "utf-8")
        if _read(folder, states.depth) is None:  # another process may have been sooner
            put(partial, folder)
    except OSError as error:
        if not disk_full(error):
            raise
        return states  # it is only a cache: what lies in memory will do
    return _read(folder, states.depth) or states
