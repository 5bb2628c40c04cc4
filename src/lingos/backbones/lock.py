"""Downloads from the Hugging Face hub, locked at the first one: revision and file hashes in `LINGOS_HOME/bases.lock`.

Later loads ask for that revision and compare every file, so a base never changes behind a skill's back. Only weights in
safetensors, JSON, vocabularies and the model card are fetched.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lingos.backbones import catalog
from lingos.backbones.folder import WEIGHTS, sha256
from lingos.errors import BackboneError
from lingos.home import default_home

__all__ = ["PATTERNS", "fetch", "lock_file"]

PATTERNS = (
    WEIGHTS,
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.*",
    "merges.txt",
    "*.model",
    "1_Pooling/config.json",
    "README.md",
)
# The card may be edited in place of the cache without harm; all that changes an answer is compared.
UNLOCKED = frozenset({"README.md"})


def lock_file() -> Path:
    """Where the locks are: `bases.lock` under LINGOS_HOME (default ~/.lingos)."""
    return default_home() / "bases.lock"


def fetch(hub: str, *, revision: str | None = None, offline: bool | None = None) -> tuple[Path, str]:
    """Folder and locked revision of a hub model, downloaded at the first call, from the local cache later.

    A locked and cached base opens no connection. `offline=None` follows HF_HUB_OFFLINE. Raises BackboneError: not
    reachable, no such model, changed files.
    """
    known = _locks().get(hub)
    if known is not None and revision not in (None, known["revision"]):
        raise BackboneError(
            f"{hub} is locked to revision {known['revision']}, asked for was {revision}",
            expected="the locked revision: skills were made with it",
            cure=f"leave the revision out, or remove '{hub}' from {lock_file()}",
        )
    path = _cached(hub, known["revision"]) if known else None
    path = path or _snapshot(hub, known["revision"] if known else revision, offline)
    if not (path / WEIGHTS).is_file():
        raise _pickled(hub)
    hashes = _hashes(path)
    if known is None:
        known = {"revision": path.name, "files": hashes}
        _save({**_locks(), hub: known})
    changed = sorted(name for name in {*hashes, *known["files"]} if hashes.get(name) != known["files"].get(name))
    if changed:
        raise BackboneError(
            f"{changed[0]} of {hub} is not the file that was locked",
            expected=f"SHA-256 {known['files'].get(changed[0], 'of no such file')}",
            cure=f"remove {path} and load again; if the change is wanted, remove '{hub}' from {lock_file()}",
        )
    return path, known["revision"]


# -- helpers ---------------------------------------------------------------------------------------------------------
def _cached(hub: str, revision: str) -> Path | None:
    """A locked base that is here already: the hub is not asked again."""
    from huggingface_hub import snapshot_download  # 0.5 s and an HTTP client, which local bases do without
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(hub, revision=revision, allow_patterns=list(PATTERNS), local_files_only=True))
    except LocalEntryNotFoundError:
        return None


def _snapshot(hub: str, revision: str | None, offline: bool | None) -> Path:
    from huggingface_hub import snapshot_download  # as above
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        found = snapshot_download(hub, revision=revision, allow_patterns=list(PATTERNS), local_files_only=bool(offline))
    except GatedRepoError as error:
        raise BackboneError(
            f"{hub} is gated on the hub", expected="accepted terms", cure="accept them on the hub, then set HF_TOKEN"
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise BackboneError(
            f"the hub has no model {hub}",
            expected="a hub id owner/name",
            cure=_meant(hub) or "check the spelling, or see `lingos bases`",
        ) from error
    except RevisionNotFoundError as error:
        raise BackboneError(
            f"{hub} has no revision {revision}", expected="a commit or tag of it", cure="leave the revision out"
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise _unreachable(hub) from error
    return Path(found)


def _unreachable(hub: str) -> BackboneError:
    return BackboneError(
        f"{hub} is not in the local cache and the hub can not be reached",
        expected="a network connection at the first use of a hub model",
        cure=_meant(hub) + f"connect once; or copy its folder here and pass the path (--base ./{hub.split('/')[-1]}); "
        "or use the embedded base: --base default",
    )


def _meant(hub: str) -> str:
    """The well-known id that a misspelled one is near to."""
    guess = catalog.closest(hub)
    return f"did you mean '{guess}'? " if guess not in (None, hub) else ""


def _pickled(hub: str) -> BackboneError:
    return BackboneError(
        f"{hub} offers no {WEIGHTS} on the hub",
        expected=f"{WEIGHTS}: pickled weights can run code when they are read, so they are refused",
        cure=f"convert it where you trust it: AutoModel.from_pretrained('{hub}').save_pretrained(FOLDER), "
        "the tokenizer likewise, then pass the folder",
    )


def _hashes(path: Path) -> dict[str, str]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    named = {file.relative_to(path).as_posix(): file for file in files}
    return {name: sha256(file) for name, file in named.items() if name not in UNLOCKED and _wanted(name)}


def _wanted(name: str) -> bool:
    return any(Path(name).match(pattern) for pattern in PATTERNS)


def _locks() -> dict[str, dict[str, Any]]:
    path = lock_file()
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(entry["revision"], str) and isinstance(entry["files"], dict) for entry in found.values()):
            return dict(found)
        raise ValueError("not a table of revisions and files")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackboneError(
            f"{path} can not be read: {error}",
            expected="the locks that LingOS wrote",
            cure="restore it from a copy; removing it locks all bases anew at their next use",
        ) from error


def _save(locks: Mapping[str, Mapping[str, Any]]) -> None:
    path = lock_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".lock", delete=False, encoding="utf-8") as file:
        file.write(json.dumps(locks, indent=2, sort_keys=True) + "\n")
    os.replace(file.name, path)  # a reader sees the old table or the new one, never half of it
