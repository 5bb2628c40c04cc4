"""The hub: locked at the first download, compared later, clear when it can not be reached. A fake hub on loopback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import errors
from tests import tiny

from lingos.backbones import lock
from lingos.backbones.lock import fetch, lock_file
from lingos.backbones.text import load
from lingos.errors import BackboneError

REVISION = "1234567890abcdef1234567890abcdef12345678"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.folder(tmp_path_factory.mktemp("made"), "bert", layers=1)


@pytest.fixture
def hub(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """snapshot_download as the library does it: a folder named by the commit. Gives the calls it got."""
    calls: list[dict[str, object]] = []

    def snapshot(repo_id: str, **settings: object) -> str:
        calls.append({"repo_id": repo_id, **settings})
        snapshot_folder = tmp_path / str(settings["revision"] or REVISION)
        snapshot_folder.mkdir(exist_ok=True)
        for file in made.iterdir():
            if not (snapshot_folder / file.name).exists():
                (snapshot_folder / file.name).write_bytes(file.read_bytes())
        return str(snapshot_folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    return calls


def test_the_first_download_is_locked(hub: list[dict[str, object]], made: Path) -> None:
    backbone = load("owner/name")
    assert backbone.info.revision == REVISION
    locked = json.loads(lock_file().read_text(encoding="utf-8"))["owner/name"]
    assert locked["revision"] == REVISION
    weights = hashlib.sha256((made / "model.safetensors").read_bytes()).hexdigest()
    assert locked["files"]["model.safetensors"] == weights == backbone.info.sha256
    assert "config.json" in locked["files"]
    patterns = hub[0]["allow_patterns"]
    assert isinstance(patterns, list)
    assert not [pattern for pattern in patterns if "bin" in pattern or ".py" in pattern]


def test_later_loads_take_the_locked_revision_from_the_cache(hub: list[dict[str, object]]) -> None:
    fetch("owner/name")
    fetch("owner/name")
    assert [(call["revision"], call["local_files_only"]) for call in hub] == [(None, False), (REVISION, True)]


def test_a_locked_base_that_left_the_cache_is_fetched_at_its_revision(
    hub: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch("owner/name")
    download = huggingface_hub.snapshot_download

    def emptied(repo_id: str, **settings: object) -> str:
        if settings["local_files_only"]:
            raise errors.LocalEntryNotFoundError("gone")
        return str(download(repo_id, **settings))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", emptied)
    assert fetch("owner/name")[1] == REVISION
    assert [(call["revision"], call["local_files_only"]) for call in hub] == [(None, False), (REVISION, False)]
    with pytest.raises(BackboneError, match="can not be reached"):
        fetch("owner/name", offline=True)


def test_another_revision_than_the_locked_one_is_refused(hub: list[dict[str, object]]) -> None:
    fetch("owner/name", revision=REVISION)
    with pytest.raises(BackboneError, match="locked to revision") as caught:
        fetch("owner/name", revision="main")
    assert str(lock_file()) in caught.value.cure
    assert len(hub) == 1


@pytest.mark.parametrize("change", ["edit", "remove", "add"])
def test_changed_files_are_refused(hub: list[dict[str, object]], change: str) -> None:
    path, _ = fetch("owner/name")
    if change == "edit":
        (path / "config.json").write_text("{}", encoding="utf-8")
    else:
        table = json.loads(lock_file().read_text(encoding="utf-8"))
        files = table["owner/name"]["files"]
        files.update({"vocab.txt": "0" * 64}) if change == "remove" else files.pop("config.json")
        lock_file().write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(BackboneError, match="not the file that was locked"):
        fetch("owner/name")
    assert len(hub) == 2


def test_the_card_may_change(hub: list[dict[str, object]]) -> None:
    path, _ = fetch("owner/name")
    (path / "README.md").write_text("new words", encoding="utf-8")
    assert fetch("owner/name")[1] == REVISION
    assert len(hub) == 2


def test_two_bases_stand_side_by_side(hub: list[dict[str, object]]) -> None:
    fetch("owner/one")
    fetch("owner/two")
    assert set(json.loads(lock_file().read_text(encoding="utf-8"))) == {"owner/one", "owner/two"}
    assert [file.name for file in lock_file().parent.iterdir()] == ["bases.lock"]  # nothing half-written is left
    assert len(hub) == 2


def test_a_model_with_pickled_weights_alone_is_refused_and_not_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: str(tmp_path))
    with pytest.raises(BackboneError, match=r"offers no model\.safetensors") as caught:
        fetch("owner/name")
    assert "save_pretrained" in caught.value.cure
    assert not lock_file().exists()


def _failing(error: Exception) -> Callable[..., str]:
    def snapshot(*_: object, **__: object) -> str:
        raise error

    return snapshot


@pytest.mark.parametrize(
    ("error", "match"),
    [
        (errors.LocalEntryNotFoundError("no"), "can not be reached"),
        (errors.OfflineModeIsEnabled("no"), "can not be reached"),
        (ConnectionError("no"), "can not be reached"),
        (errors.HFValidationError("no"), "no model owner/name"),
    ],
)
def test_what_goes_wrong_is_told_with_a_cure(error: Exception, match: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "snapshot_download", _failing(error))
    with pytest.raises(BackboneError, match=match) as caught:
        fetch("owner/name")
    assert caught.value.cure


def test_offline_with_the_real_library_names_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BackboneError, match="bge-small-zh") as caught:
        load("bge-small-zh-v1.5", offline=True)
    assert "--base default" in caught.value.cure
    assert "--base ./" in caught.value.cure


def test_a_broken_lock_file_is_told(hub: list[dict[str, object]]) -> None:
    lock_file().parent.mkdir(parents=True, exist_ok=True)
    for content in ("{", "[]", '{"owner/name": {"revision": 3}}'):
        lock_file().write_text(content, encoding="utf-8")
        with pytest.raises(BackboneError, match="can not be read"):
            fetch("owner/name")
    assert not hub


def test_home_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path))
    assert lock_file() == tmp_path / "bases.lock"
    assert lock.PATTERNS[0] == "model.safetensors"
