"""The cache of the trunk's output: the same numbers as the model, in one pass, on disk, and mended when damaged."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from tests import tiny
from tests.training import made

from lingos.contracts import Row
from lingos.errors import ResourceError
from lingos.modules.pooling import pool
from lingos.training import hidden
from lingos.training.corpus import Corpus
from lingos.training.hidden import States, collect, padded


def rows_of(family: str = "bert") -> list[Row]:
    return made.base(family).rows([{"text": text} for text in tiny.TEXTS], 24)


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The depths of each pass through the trunk."""
    found: list[list[int]] = []
    real: Callable[..., Any] = hidden._pass

    def counted(base: Any, rows: Any, depths: Any, *rest: Any) -> Any:
        found.append(list(depths))
        return real(base, rows, depths, *rest)

    monkeypatch.setattr(hidden, "_pass", counted)
    return found


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_every_depth_is_what_the_model_computes(family: str) -> None:
    base, rows = made.base(family), rows_of(family)
    found = collect(base, rows, [0, 1, 3], made.PLACE)
    for number, row in enumerate(rows):  # one row at a time: no padding at all
        batch = padded([row])
        with torch.no_grad():
            embedded = base.embedding()(batch)
            first = base.span(0, 1)(embedded)
            last = base.span(1, 3)(first)
        for depth, direct in ((0, embedded), (1, first)):
            states = found[depth].batch(np.array([number]))
            assert states.depth == depth and torch.allclose(states.states, direct.states, atol=2e-5)
        pooled = pool(last.states, last.mask, base.info.pooling)
        assert torch.allclose(found[3].batch(np.array([number])).states[:, 0], pooled, atol=2e-5)


def test_depths_are_tapped_in_one_pass_and_kept(passes: list[list[int]]) -> None:
    corpus = made.corpus("bert", 12)
    corpus.want([2, 0])
    corpus.want([0, 3])
    assert corpus.states(2).depth == 2 and corpus.has(3) and not corpus.has(1)
    assert passes == [[0, 2], [3]]


def test_a_batch_is_padded_in_the_order_asked_for() -> None:
    found = collect(made.base("bert"), rows_of(), [1], made.PLACE)[1]
    batch = found.batch(np.array([3, 2]))
    assert batch.mask.sum(1).tolist() == [found.lengths[3], found.lengths[2]]
    assert not batch.states[1, int(found.lengths[2]) :].any()
    assert batch.states.dtype == torch.float32


def test_progress_ends_at_one() -> None:
    seen: list[float] = []
    collect(made.base("bert"), rows_of(), [1], made.PLACE, progress=lambda what, share: seen.append(share))
    assert seen[-1] == 1.0 and seen == sorted(seen)


# -- on disk ---------------------------------------------------------------------------------------------------------
def folders(home: Path) -> list[Path]:
    return sorted((home / "cache" / "hidden").iterdir())


def test_the_cache_is_read_again(tmp_path: Path, passes: list[list[int]]) -> None:
    first = collect(made.base("bert"), rows_of(), [1, 3], made.PLACE, tmp_path)
    second = collect(made.base("bert"), rows_of(), [1, 3], made.PLACE, tmp_path)
    assert passes == [[1, 3]] and all(np.array_equal(first[k].flat, second[k].flat) for k in (1, 3))
    assert len(folders(tmp_path)) == 2


@pytest.mark.parametrize("change", ["rows", "order", "family", "depth", "precision", "isa"])
def test_the_key_holds_all_that_the_numbers_depend_on(change: str, tmp_path: Path, passes: list[list[int]]) -> None:
    collect(made.base("bert"), rows_of(), [1], made.PLACE, tmp_path)
    family = "distilbert" if change == "family" else "bert"
    rows = {"rows": rows_of()[1:], "order": rows_of()[::-1]}.get(change, rows_of(family))
    place = made.PLACE.__class__(
        "cpu", "bf16" if change == "precision" else "fp32", 1, "other" if change == "isa" else "test"
    )
    collect(made.base(family), rows, [2 if change == "depth" else 1], place, tmp_path)
    assert len(passes) == 2 and len(folders(tmp_path)) == 2


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "truncated numbers": lambda folder: cut(folder / "flat.npy"),
    "no numbers": lambda folder: (folder / "flat.npy").unlink(),
    "empty numbers": lambda folder: (folder / "flat.npy").write_bytes(b""),
    "no starts": lambda folder: (folder / "starts.npy").unlink(),
    "other starts": lambda folder: np.save(folder / "starts.npy", np.array([0, 3])),
    "facts cut": lambda folder: (folder / "states.json").write_text("{"),
    "other facts": lambda folder: (folder / "states.json").write_text("[]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("large", [False, True])
def test_a_damaged_cache_is_made_again(
    damage: str, large: bool, tmp_path: Path, passes: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(hidden, "IN_MEMORY", 1000)
    first = np.array(collect(made.base("bert"), rows_of(), [1], made.PLACE, tmp_path)[1].flat)
    [folder] = folders(tmp_path)
    DAMAGES[damage](folder)
    for _ in range(2):
        again = collect(made.base("bert"), rows_of(), [1], made.PLACE, tmp_path)[1]
        assert np.array_equal(again.flat, first)
    assert len(passes) == 2 and folders(tmp_path) == [folder]


def test_large_states_are_float16_in_a_mapped_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = collect(made.base("bert"), rows_of(), [1], made.PLACE)[1].batch(np.arange(8)).states
    monkeypatch.setattr(hidden, "IN_MEMORY", 1000)
    for home in (tmp_path, tmp_path, None):
        found = collect(made.base("bert"), rows_of(), [1], made.PLACE, home)[1]
        assert found.flat.dtype == np.float16 and isinstance(found.flat, np.memmap) == (home is not None)
        states = found.batch(np.arange(8)).states
        assert states.dtype == torch.float32 and torch.allclose(states, exact, rtol=1e-3, atol=1e-3)


def test_a_full_disk_costs_the_cache_and_not_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    found = collect(made.base("bert"), rows_of(), [1], made.PLACE, tmp_path)[1]
    assert len(found.flat) == found.starts[-1] and folders(tmp_path) == []


def test_a_large_file_that_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(hidden, "IN_MEMORY", 1000)
    monkeypatch.setattr("lingos.training.hidden.shutil.disk_usage", lambda path: Usage(10))
    with pytest.raises(ResourceError, match="does not fit on the disk"):
        collect(made.base("bert"), rows_of(), [1], made.PLACE, tmp_path)
    assert folders(tmp_path) == []


def test_two_processes_may_fill_the_cache_at_once(tmp_path: Path) -> None:
    found = collect(made.base("bert"), rows_of(), [1], made.PLACE, tmp_path)[1]
    [folder] = folders(tmp_path)
    late = hidden._keep(folder, folder.with_name(f"{folder.name}.{os.getpid() + 1}"), found)
    assert np.array_equal(late.flat, found.flat)


@pytest.mark.parametrize("large", [False, True])
def test_the_cache_stays_within_its_limit_and_keeps_what_is_in_use(
    large: bool, tmp_path: Path, passes: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, rows = made.base("bert"), rows_of()
    if large:
        monkeypatch.setattr(hidden, "IN_MEMORY", 1000)
    size = collect(base, rows, [0], made.PLACE)[0].flat.nbytes
    monkeypatch.setenv("LINGOS_CACHE_GB", str(2.5 * size / 1e9))
    held = collect(base, rows, [0], made.PLACE, tmp_path)
    for depth in (1, 2):
        collect(base, rows, [depth], made.PLACE, tmp_path)
    kept = {json.loads((folder / "states.json").read_text())["depth"] for folder in folders(tmp_path)}
    assert kept == {0, 2} and held[0].depth == 0
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.npy")) <= 2.5 * size


# -- the corpus ------------------------------------------------------------------------------------------------------
def test_vectors_are_of_unit_length_and_those_of_other_texts_agree() -> None:
    corpus = made.corpus("roberta", 9)
    assert np.allclose(np.linalg.norm(corpus.vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(corpus.encode(corpus.texts), corpus.vectors, atol=1e-5)


def test_a_corpus_keeps_lengths_and_targets() -> None:
    corpus: Corpus = made.corpus("bert", 9)
    assert corpus.lengths.tolist() == [len(row.tensors["input_ids"]) for row in corpus.rows]
    assert corpus.targets.tolist() == [0, 1, 2] * 3 and corpus.classes == 3
    assert isinstance(corpus.states(2), States)
