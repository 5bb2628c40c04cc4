"""Hashes of files, and a memory of which files were hashed already.

A bundle is refused when one byte of it changed. Hashing a gigabyte takes most of a second, so that `Seen` keeps what
was hashed: a file whose device, inode, size, modification and change time are all the same need not be read again.
Files touched within the last seconds are never kept, because a clock tick could hide a change.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["Seen", "locked", "replace_text", "sha256", "sync_folder"]

SETTLED = 2.0  # seconds since the last change before a hash may be remembered
SMALL = 1 << 20  # bytes; smaller files are hashed every time: it is cheaper than remembering
KEEP = 4096  # entries


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a"
    >>> _ = file.write_bytes(b"")
    >>> sha256(file)[:8]
    'e3b0c442'
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Seen:
    """A remembering `sha256`, kept in one JSON file. Losing the file only costs time; it is written atomically and
    never blocks.

    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a").write_bytes(b"")
    >>> seen = Seen(folder / "seen.json")
    >>> seen.sha256(folder / "a") == sha256(folder / "a")
    True
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known: dict[str, str] | None = None
        self._new: dict[str, str] = {}

    def sha256(self, path: Path) -> str:
        """The hash of `path`, from memory when nothing about the file changed."""
        status = path.stat()
        if status.st_size < SMALL:
            return sha256(path)
        key = _key(status)
        found = self._load().get(key) or self._new.get(key)
        if found is None:
            found = sha256(path)
            if time.time() - max(status.st_ctime, status.st_mtime) > SETTLED and _key(path.stat()) == key:
                self._new[key] = found
        return found

    def save(self) -> None:
        """Keep what is new. A disk that is full or read-only is no reason to fail: it is hashed again next time."""
        if not self._new:
            return
        entries = list({**self._load(), **self._new}.items())[-KEEP:]
        with contextlib.suppress(OSError):
            replace_text(self.file, json.dumps(dict(entries)))
        self._known, self._new = dict(entries), {}

    def _load(self) -> dict[str, str]:
        if self._known is None:
            self._known = {}
            with contextlib.suppress(OSError, ValueError):
                loaded = json.loads(self.file.read_text("utf-8"))
                self._known = loaded if isinstance(loaded, dict) else {}
        return self._known


def _key(status: os.stat_result) -> str:
    facts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return "-".join(map(str, facts))


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new text and nothing in between, also after a power
    cut."""
    with _beside(path) as temporary:
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    sync_folder(path.parent)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[None]:
    """Let one process at a time into a folder; the others wait. The lock dies with its process.

    Raises:
        TimeoutError: another process is in it, and `wait` is false.
    """
    from filelock import FileLock  # it imports asyncio, which reading a skill does without

    with FileLock(folder / ".lock", timeout=-1 if wait else 0):
        yield


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable. Not every file system can; those that can not are left alone."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
