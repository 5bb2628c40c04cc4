"""Arrow files under LINGOS_HOME/cache/arrow: a file that did not change is not parsed again."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lingos.data.source import Malformed
from lingos.data.writer import Writer
from lingos.errors import DataError, LingosError, ResourceError, disk_full
from lingos.home import cache_limit, default_home, in_use, prune, put
from lingos.words.said import packed, unpacked

__all__ = ["Cached", "arrow_table", "fingerprint"]

VERSION = 2  # raise it when the same bytes are read differently
TABLE, ABOUT = "table.arrow", "about.json"
HASHED = 16 << 20  # files up to this size are known by their content, larger ones by path, size and time


@dataclass(frozen=True)
class Cached:
    """What one reading left: rows, and what was said about them."""

    table: pa.Table
    malformed: tuple[Malformed, ...]
    notes: tuple[str, ...]
    kinds: dict[str, list[str]]
    format: str = ""


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
    cache_limit()  # a wrong limit is told before the work
    folder = default_home() / "cache" / "arrow"
    entry = folder / key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = _load(entry)
        if found is None:
            _build(entry, name, fill)
            found = _load(entry)
            prune(folder.parent)
    except OSError as error:
        full = disk_full(error)
        if not full and str(folder) not in str(error):
            raise
        raise ResourceError(
            f"{'no room' if full else 'no right to write'} in {folder}: {error}",
            expected="room for a copy of the data as Arrow",
            cure="free some space, or let LINGOS_HOME name a folder elsewhere",
        ) from error
    if found is None:
        what = f"{entry} vanished while it was written"
        cure = "run the command again; if that helps nothing, raise LINGOS_CACHE_GB"
        raise ResourceError(what, expected="a cache that stays while it is read", cure=cure)
    return found


def _load(entry: Path) -> Cached | None:
    try:
        about = json.loads((entry / ABOUT).read_text())
        table = pa.ipc.open_file(pa.memory_map(str(entry / TABLE))).read_all()
        in_use(entry, table)
        malformed = tuple(Malformed(**one | {"message": unpacked(one["message"])}) for one in about["malformed"])
        notes = tuple(unpacked(note) for note in about["notes"])
    except (FileNotFoundError, ValueError, KeyError, LingosError, pa.ArrowInvalid):
        return None  # absent, damaged, or with sentences of another version: it is built again
    return Cached(table, malformed, notes, about["kinds"])


def _build(entry: Path, name: str, fill: Callable[[Writer], None]) -> None:
    with tempfile.TemporaryDirectory(prefix=".", dir=entry.parent) as folder:
        writer = Writer(name, Path(folder))
        in_use(Path(folder), writer)
        try:
            fill(writer)
            finished = writer.close()
        except BaseException:
            writer.abandon()
            raise
        if finished is None:
            raise DataError(f"{name} has no rows", expected="at least one row of data", cure="check the file")
        about = {
            "malformed": [asdict(one) | {"message": packed(one.message)} for one in writer.malformed],
            "notes": [packed(note) for note in writer.notes],
            "kinds": {column: sorted(kinds) for column, kinds in writer.kinds.items() if kinds},
        }
        made = Path(folder) / "made"
        made.mkdir()
        (made / ABOUT).write_text(json.dumps(about))
        finished.replace(made / TABLE)
        put(made, entry)
