"""Trunks in the store: each frozen part of a base lies there once, under its digest, and every skill on it points
there.

    trunks/<digest>/{trunk.safetensors, config.json, tokenizer.json, trunk.fp32.onnx, ..., files.json}

`files.json` holds the SHA-256 of each file and is written last. Files are added, never changed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from lingos.errors import StoreError, unwritable
from lingos.integrity import Seen, locked, replace_text, sha256, sync_folder
from lingos.manifest import safe_path

__all__ = ["Trunks"]

FILES = "files.json"
DIGEST = re.compile(r"[0-9a-f]{16,64}")
GRACE = 3600.0  # seconds; a trunk that was used so lately may belong to a skill that is still in training


class Trunks:
    """The folder of trunks. Adding is safe under several processes: the first one wins, the others find it there.

    >>> import tempfile
    >>> trunks = Trunks(Path(tempfile.mkdtemp()))
    >>> folder = trunks.put("ab" * 32, {"config.json": b"{}"})
    >>> trunks.file("ab" * 32, "config.json").read_text()
    '{}'
    """

    def __init__(self, folder: Path, seen: Seen | None = None) -> None:
        self.folder = folder
        self._seen = seen or Seen(folder / "seen.json")

    def has(self, digest: str, name: str | None = None) -> bool:
        """Whether the trunk, or one file of it, is there."""
        files = self._files(digest)
        return bool(files) if name is None else name in files

    def put(self, digest: str, files: Mapping[str, bytes | str | Path]) -> Path:
        """Add a trunk, or files that it lacks; what is there already stays as it is. Returns its folder."""
        self._check(digest)
        wrong = [name for name in files if not safe_path(name) or "/" in name or name == FILES]
        if wrong:
            raise StoreError(f"{wrong[0]!r} can not be a file of a trunk", expected="a plain name", cure="rename it")
        place = self.folder / digest
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked(self.folder):
                place.mkdir(exist_ok=True, mode=0o700)
                known = self._files(digest)
                hashes = {name: _place(place, name, files[name]) for name in files if name not in known}
                if hashes or not known:
                    replace_text(place / FILES, json.dumps({**known, **hashes}, indent=2, sort_keys=True) + "\n")
                os.utime(place)
        except OSError as error:
            raise unwritable(place, error) from error
        return place

    def file(self, digest: str, name: str) -> Path:
        """The checked path of one file.

        Raises:
            StoreError: no such trunk or file, or the file was altered.
        """
        files = self._files(digest)
        if name not in files:
            raise StoreError(
                f"the store has no {name} of trunk {digest[:12]}",
                expected=f"{self.folder / digest / name}",
                cure="train the skill again, or use `lingos skills export NAME --standalone` where the trunk is",
            )
        path = self.folder / digest / name
        try:
            same = not path.is_symlink() and self._seen.sha256(path) == files[name]
        except OSError:
            same = False
        if not same:
            raise StoreError(
                f"{path} is missing, altered or cut short",
                expected=f"SHA-256 {files[name]}",
                cure=f"remove {path.parent} and train one of its skills again",
            )
        self._seen.save()
        return path

    def hashes(self, digest: str) -> dict[str, str]:
        """The SHA-256 of each file of a trunk; empty where there is no such trunk."""
        return self._files(digest)

    def collect(self, used: set[str], min_age: float = GRACE) -> list[str]:
        """Remove the trunks that no skill uses and nobody touched for `min_age` seconds; returns their digests."""
        if not self.folder.is_dir():
            return []
        gone = []
        with locked(self.folder):
            for place in sorted(self.folder.iterdir()):
                if DIGEST.fullmatch(place.name) and place.name not in used and _age(place) >= min_age:
                    trash = self.folder / f".{place.name}.{uuid.uuid4().hex[:8]}"
                    place.rename(trash)  # at once out of sight, so that nobody meets half a trunk
                    shutil.rmtree(trash, ignore_errors=True)
                    gone.append(place.name)
        return gone

    def _files(self, digest: str) -> dict[str, str]:
        self._check(digest)
        try:
            loaded = json.loads((self.folder / digest / FILES).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self.folder / digest / FILES} can not be read: {error}",
                expected="JSON, file name -> SHA-256",
                cure=f"remove {self.folder / digest} and train one of its skills again",
            ) from error
        return {str(name): str(value) for name, value in loaded.items() if safe_path(str(name))}

    def _check(self, digest: str) -> None:
        if not DIGEST.fullmatch(digest):
            raise StoreError(f"{digest!r} is not a digest", expected="hexadecimal digits", cure="train the skill again")


def _age(place: Path) -> float:
    return time.time() - place.stat().st_mtime


def _place(folder: Path, name: str, content: bytes | str | Path) -> str:
    temporary = folder / f".{name}.{uuid.uuid4().hex[:8]}"
    try:
        if isinstance(content, Path):
            shutil.copyfile(content, temporary)
        else:
            temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        found = sha256(temporary)
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(folder)
    return found
