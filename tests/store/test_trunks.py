"""Trunks: once, checked, added to but never changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lingos.errors import StoreError
from lingos.store.trunks import Trunks

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def trunks(tmp_path: Path) -> Trunks:
    return Trunks(tmp_path / "trunks")


def test_put_and_read(trunks: Trunks, tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"w")
    trunks.put(DIGEST, {"trunk.safetensors": tmp_path / "weights", "config.json": "{}"})
    assert trunks.file(DIGEST, "trunk.safetensors").read_bytes() == b"w"
    assert trunks.has(DIGEST) and trunks.has(DIGEST, "config.json") and not trunks.has(DIGEST, "trunk.fp32.onnx")
    assert set(trunks.hashes(DIGEST)) == {"trunk.safetensors", "config.json"}


def test_the_first_one_stays(trunks: Trunks) -> None:
    trunks.put(DIGEST, {"a": "1"})
    trunks.put(DIGEST, {"a": "2", "b": "3"})
    assert trunks.file(DIGEST, "a").read_text() == "1"
    assert trunks.file(DIGEST, "b").read_text() == "3"


@pytest.mark.parametrize("harm", ["alter", "remove", "link"])
def test_harm_is_noticed(trunks: Trunks, tmp_path: Path, harm: str) -> None:
    place = trunks.put(DIGEST, {"a": "1"}) / "a"
    place.unlink()
    if harm == "alter":
        place.write_text("2")
    if harm == "link":
        (tmp_path / "outside").write_text("1")
        place.symlink_to(tmp_path / "outside")
    with pytest.raises(StoreError, match="missing, altered or cut short"):
        trunks.file(DIGEST, "a")


def test_unknown_trunk_and_bad_digest(trunks: Trunks) -> None:
    assert not trunks.has(DIGEST)
    with pytest.raises(StoreError, match="the store has no a of trunk"):
        trunks.file(DIGEST, "a")
    for digest in ("", "..", "ABCDEF", "0" * 65):
        with pytest.raises(StoreError, match="not a digest"):
            trunks.has(digest)


@pytest.mark.parametrize("name", ["../a", "a/b", "files.json", ""])
def test_bad_names(trunks: Trunks, name: str) -> None:
    with pytest.raises(StoreError, match="can not be a file of a trunk"):
        trunks.put(DIGEST, {name: "x"})


def test_half_written_is_absent(trunks: Trunks) -> None:
    (trunks.folder / DIGEST).mkdir(parents=True)
    (trunks.folder / DIGEST / "a").write_text("1")
    assert not trunks.has(DIGEST)
    trunks.put(DIGEST, {"a": "2"})
    assert trunks.file(DIGEST, "a").read_text() == "2"


def test_collect_spares_the_used_and_the_young(trunks: Trunks) -> None:
    other = "f" * 64
    for digest in (DIGEST, other):
        trunks.put(digest, {"a": "1"})
    assert trunks.collect(set()) == []
    os.utime(trunks.folder / DIGEST, (0, 0))
    os.utime(trunks.folder / other, (0, 0))
    assert trunks.collect({DIGEST}) == [other]
    assert trunks.has(DIGEST) and not trunks.has(other)


def test_collect_without_a_folder(tmp_path: Path) -> None:
    assert Trunks(tmp_path / "none").collect(set()) == []
