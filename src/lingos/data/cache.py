"""Arrow files under LINGOS_HOME/cache/arrow: a file that did not change is not parsed again."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lingos.data.source import Malformed
from lingos.data.writer import Writer
from lingos.errors import DataError, ResourceError

__all__ = ["Cached", "arrow_table", "fingerprint"]

VERSION = 1  # raise it when the same bytes are read differently
LARGEST = 2 << 30  # bytes kept; the oldest go first
HASHED = 16 << 20  # files up to this size are known by their content, larger ones by path, size and time


@dataclass(frozen=True)
class Cached:
    """What one reading left: rows, and what was said about them."""

    table: pa.Table
    malformed: tuple[Malformed, ...]
    notes: tuple[str, ...]
    kinds: dict[str, list[str]]


def fingerprint(settings: Any, path: Path | None = None) -> str:
    """A digest of how something is read and of the file, or of all files in the folder, that it is read from."""
    digest = hashlib.blake2b(repr((VERSION, settings)).encode(), digest_size=16)
    whole = path is not None and path.is_file()
    for one in [path] if path and whole else sorted(path.rglob("*")) if path else []:
        stat = one.stat()
        digest.update(repr((str(one.resolve()), stat.st_size)).encode())
        if whole and stat.st_size <= HASHED:
            with one.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "blake2b").digest())
        else:
            digest.update(repr((stat.st_mtime_ns, stat.st_ctime_ns)).encode())
    return digest.hexdigest()


def arrow_table(key: str, name: str, fill: Callable[[Writer], None]) -> Cached:
    """The cached table of `key`, or the one that `fill` writes. DataError for 0 rows, ResourceError for no room."""
    folder = Path(os.environ.get("LINGOS_HOME") or Path.home() / ".lingos") / "cache" / "arrow"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{key}.arrow"
        found = _load(path)
        if found is None:
            _build(path, name, fill)
            _evict(folder, path)
            found = _load(path)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)
        if not full and str(folder) not in str(error):
            raise
        raise ResourceError(
            f"{'no room' if full else 'no right to write'} in {folder}: {error}",
            expected="room for a copy of the data as Arrow",
            cure="free some space, or let LINGOS_HOME name a folder elsewhere",
        ) from error
    if found is None:
        raise ResourceError(f"{path} vanished while it was written", cure="run the command again")
    return found


def _load(path: Path) -> Cached | None:
    try:
        about = json.loads(path.with_suffix(".json").read_text())
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (FileNotFoundError, ValueError, pa.ArrowInvalid):
        return None  # absent or damaged: it is built again
    with contextlib.suppress(OSError):
        os.utime(path)  # the age for eviction
    malformed = tuple(Malformed(**one) for one in about["malformed"])
    return Cached(table, malformed, tuple(about["notes"]), about["kinds"])


def _build(path: Path, name: str, fill: Callable[[Writer], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="new-", dir=path.parent) as folder:
        writer = Writer(name, Path(folder))
        try:
            fill(writer)
            finished = writer.close()
        except BaseException:
            writer.abandon()
            raise
        if finished is None:
            raise DataError(f"{name} has no rows", expected="at least one row of data", cure="check the file")
        about = {
            "malformed": [asdict(one) for one in writer.malformed],
            "notes": writer.notes,
            "kinds": {column: sorted(kinds) for column, kinds in writer.kinds.items() if kinds},
        }
        beside = Path(folder) / "about.json"
        beside.write_text(json.dumps(about))
        beside.replace(path.with_suffix(".json"))
        finished.replace(path)


def _evict(folder: Path, keep: Path) -> None:
    ages = []
    for path in folder.glob("*.arrow"):
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            ages.append((stat.st_mtime_ns, stat.st_size, path))
    total = sum(size for _, size, _ in ages)
    for _, size, path in sorted(ages):
        if total <= LARGEST:
            return
        if path != keep:
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
            total -= size
