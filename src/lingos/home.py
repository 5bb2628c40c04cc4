"""Where LingOS keeps its files, and how its caches stay within bounds.

    <home>/cache/<kind>/<entry>/     what can be computed again: tables as Arrow, the trunk's output
    <home>/cache/<kind>/.<name>/     an entry that is being made

An entry is a folder that appears whole. Its modification time says when it was used last, and whoever uses it holds a
shared lock on it, so that no process takes away what another one reads. A lock dies with its process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import time
import uuid
import weakref
from pathlib import Path

from lingos.errors import RecipeError

__all__ = ["cache_limit", "default_home", "in_use", "prune", "put"]

HOME, LIMIT = "LINGOS_HOME", "LINGOS_CACHE_GB"
GIGABYTES = "10"
GRACE = 60.0  # seconds between the making of an unfinished entry and the lock on it, at most


def default_home() -> Path:
    """LINGOS_HOME, or `.lingos` in the user's home folder.

    Raises:
        RecipeError: a file lies there.
    """
    home = Path(os.environ.get(HOME) or Path.home() / ".lingos").expanduser()
    if home.is_file():
        raise RecipeError(
            f"{home}, where the skills are kept, is a file",
            expected="a folder, or a place where one can be made",
            cure=f"move the file away, or set {HOME} to another place",
        )
    return home


def cache_limit() -> float:
    """Bytes that all entries of a cache folder may take together: LINGOS_CACHE_GB, 10 unless told; `inf` is no limit.

    Raises:
        RecipeError: it is not a number of gigabytes.
    """
    told = os.environ.get(LIMIT) or GIGABYTES
    with contextlib.suppress(ValueError):
        if float(told) >= 0:
            return float(told) * 1e9
    raise RecipeError(f"{LIMIT} is '{told}'", expected="gigabytes, a number from 0 on", cure=f"set it to {GIGABYTES}")


def in_use(entry: Path, owner: object) -> None:
    """Keep `prune` from an entry for as long as `owner`, which was read from it, lives. FileNotFoundError: no entry."""
    handle = os.open(entry, os.O_RDONLY)
    weakref.finalize(owner, os.close, handle)
    with contextlib.suppress(OSError):  # a file system without locks: `prune` gets none either
        fcntl.flock(handle, fcntl.LOCK_SH)
        os.utime(entry)


def put(made: Path, entry: Path) -> None:
    """Move a finished folder to its place, over a damaged entry. If another process was sooner, its entry may stay."""
    _removed(entry)
    try:
        made.rename(entry)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def prune(cache: Path, room: int = 0) -> None:
    """Remove entries that nobody uses, the least recently used first, until `room` more bytes are within the limit;
    and what a killed process left unfinished.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "hidden" / "key").mkdir(parents=True)
    >>> prune(folder), (folder / "hidden" / "key").exists()
    (None, True)
    """
    limit, old = cache_limit(), time.time() - GRACE
    entries = sorted((_used(entry), _size(entry), entry) for entry in cache.glob("*/*/"))
    total = room + sum(size for _, size, _ in entries)
    for used, size, entry in entries:
        if (used < old if entry.name.startswith(".") else total > limit) and _removed(entry):
            total -= size


def _removed(entry: Path) -> bool:
    trash = entry.with_name(f".{uuid.uuid4().hex}")
    try:
        handle = os.open(entry, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        entry.rename(trash)  # at once out of sight, so that nobody meets half an entry
    except OSError:
        return False  # in use
    finally:
        os.close(handle)
    shutil.rmtree(trash, ignore_errors=True)
    return True


def _used(entry: Path) -> float:
    with contextlib.suppress(OSError):
        return entry.stat().st_mtime
    return 0.0


def _size(entry: Path) -> int:
    size = 0
    with contextlib.suppress(OSError):  # another process took it away meanwhile
        for file in entry.rglob("*"):
            size += file.lstat().st_size
    return size
