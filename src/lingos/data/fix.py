"""A repaired copy of a file beside it, with a list of every change. The file itself is never touched.

Repaired: wrong decoding, HTML remains, invisible characters, width and spaces, labels spelled in two ways, exact copies
(the first stays). Rows that can not be used go to a file of their own. kept + removed + rejected = rows.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lingos.data.doctor.report import Examination
from lingos.data.doctor.twins import find_twins
from lingos.data.readers import records
from lingos.data.source import FILE, LINE, Source
from lingos.errors import DataError, ResourceError
from lingos.text.markup import plain
from lingos.text.mojibake import repair
from lingos.text.normalise import clean, match_key

__all__ = ["Fixed", "fix"]

BATCH = 8192
SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}  # of a copy
PACKED = {".gz", ".bz2", ".xz", ".zst"}
STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("mojibake", repair),
    ("html-remains", plain),
    ("spelling", clean),
)
Row = dict[str, Any]
Original = tuple[str, Row | None]  # the line of a JSON Lines file and its object


@dataclass(frozen=True)
class Fixed:
    """Where the copy, the change list and the rejected rows lie, and how many rows went where."""

    clean: Path
    changes: Path
    rejected: Path
    kept: int
    removed: int
    rejected_rows: int
    changed: int


def fix(source: Source, examination: Examination, out: Path | None = None) -> Fixed:
    """Writes `name.clean.ext`, `name.changes.jsonl` and `name.rejected.csv` beside the source, or beside `out`.

    CSV, TSV and JSON Lines keep their format; anything else becomes CSV; `out` decides by its suffix. Cells are written
    as text, but JSON Lines keep their numbers, bools and nulls. Raises DataError where there is no place beside the
    source (standard input, the hub) or where a file stands already, ResourceError where the disk refuses.

    >>> import tempfile
    >>> from lingos.data.readers import read
    >>> from lingos.data.doctor.doctor import check
    >>> home = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = home.write_text("text,label\\nthe cafÃ©,a\\nthe café,a\\nhi  there,b\\n,b\\n", encoding="utf-8")
    >>> done = fix(read(home), check(read(home)))
    >>> done.clean.read_text(encoding="utf-8").splitlines(), done.kept, done.removed, done.rejected_rows
    (['text,label', 'the café,a', 'hi there,b'], 2, 1, 1)
    """
    paths = _paths(source, out)
    try:
        counts = _write(source, examination, [path.with_name(path.name + ".part") for path in paths])
        for path in paths:
            os.replace(path.with_name(path.name + ".part"), path)
    except OSError as error:
        raise ResourceError(
            f"can not write beside {paths[0]}: {error}",
            expected="a place with room and the right to write",
            cure="free some disk, or name another place with --out",
        ) from error
    clean_path, changes, rejected = paths
    return Fixed(
        clean_path, changes, rejected, counts["kept"], counts["removed"], counts["rejected"], counts["changed"]
    )


def _write(source: Source, examination: Examination, paths: list[Path]) -> Counter[str]:
    columns = [name for name in source.table.column_names if name not in (LINE, FILE)]
    reasons = _reasons(examination)
    twins = _twins(source, set(examination.set_aside))
    seen: dict[tuple[str, str | None], int] = {}
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        kept, changes, rejected = (stack.enter_context(path.open("w", newline="", encoding="utf-8")) for path in paths)
        put = _writer(kept, paths[0].with_suffix("").suffix.lower(), columns)
        reject = csv.writer(rejected, lineterminator="\n")
        reject.writerow(["file", "line", "code", "reason", *columns])
        originals = itertools.chain(records(source), itertools.repeat(("", None)))
        for number, (row, original) in enumerate(zip(_rows(source), originals, strict=False)):
            place = {"file": row.pop(FILE), "line": row.pop(LINE)}
            if number in reasons:
                counts["rejected"] += 1
                reject.writerow(
                    [place["file"], place["line"], *reasons[number], *(_cell(row[name]) for name in columns)]
                )
                continue
            made = list(_repair(source, row, twins))
            key = (match_key(row[source.columns.text]), row.get(source.columns.label or ""))
            copy = key in seen
            if copy:
                made.append({"code": "duplicate", "removed": True, "same_as_line": seen[key]})
            else:
                seen[key] = place["line"]
                put(row, original, made)
            counts["removed" if copy else "kept"] += 1
            counts["changed"] += bool(made) and not copy
            for change in made:
                changes.write(json.dumps(place | change, ensure_ascii=False) + "\n")
    return counts


def _repair(source: Source, row: Row, twins: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Changes the row in place and tells each change."""
    name = source.columns.text
    for code, step in STEPS:
        before, after = row[name], step(row[name])
        if after != before and after.strip():
            row[name] = after
            yield {"code": code, "column": name, "before": before, "after": after}
    label = source.columns.label
    if label and row[label] in twins:
        before, row[label] = row[label], twins[row[label]]
        yield {"code": "label-twin", "column": label, "before": before, "after": row[label]}


def _reasons(examination: Examination) -> dict[int, tuple[str, str]]:
    """Why each rejected row can not be used: the first row-level error that names it."""
    reasons: dict[int, tuple[str, str]] = {}
    for finding in examination.errors:
        if finding.scope == "row":
            for row in finding.rows:
                reasons.setdefault(row, (finding.code, finding.message))
    return reasons


def _twins(source: Source, out: set[int]) -> dict[str, str]:
    """Rare spelling -> frequent spelling; a label with spaces around it -> without."""
    if not source.columns.label:
        return {}
    column = source.column(source.columns.label).to_pylist()
    counts = Counter(label for row, label in enumerate(column) if label is not None and row not in out)
    names = list(counts)
    spelled = {name: clean(name) for name in names if clean(name) != name and clean(name)}
    pairs = dict(find_twins(names, [counts[name] for name in names]))
    twins = {names[rare]: names[_last(pairs, rare)] for rare in pairs}
    return spelled | {rare: spelled.get(name, name) for rare, name in twins.items()}


def _last(pairs: dict[int, int], rare: int) -> int:
    """Follows twins of twins; a frequent name is never rarer than its twin, so the walk ends."""
    walked = {rare}
    while pairs.get(rare, rare) not in walked:
        rare = pairs[rare]
        walked.add(rare)
    return rare


def _rows(source: Source) -> Iterator[Row]:
    for batch in source.table.to_batches(max_chunksize=BATCH):
        for row in batch.to_pylist():
            yield {FILE: source.file} | row


def _writer(stream: IO[str], suffix: str, columns: list[str]) -> Callable[[Row, Original, list[Row]], object]:
    """Writes a row: as a line of JSON, the original one if there is one, or as cells."""
    if SUFFIXES[suffix] == "jsonl":
        return lambda row, original, made: stream.write(_line(row, original, made) + "\n")
    out = csv.writer(stream, delimiter="\t" if SUFFIXES[suffix] == "tsv" else ",", lineterminator="\n")
    out.writerow(columns)
    return lambda row, original, made: out.writerow([_cell(row[name]) for name in columns])


def _line(row: Row, original: Original, made: list[Row]) -> str:
    line, record = original
    if record is None:
        return json.dumps({name: value for name, value in row.items() if value is not None}, ensure_ascii=False)
    if not made:
        return line
    changed = {change["column"] for change in made}
    return json.dumps(
        {key: row[key.strip()] if key.strip() in changed else record[key] for key in record}, ensure_ascii=False
    )


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _paths(source: Source, out: Path | None) -> list[Path]:
    home = Path(source.file).expanduser()
    if out is None and not home.exists():
        raise DataError(
            f"there is no place beside {source.file}", expected="a file or a folder", cure="name the copy: --out FILE"
        )
    if out is None:
        name = Path(home.stem) if home.suffix.lower() in PACKED else Path(home.name)
        kept = {"tsv": ".tsv", "jsonl": ".jsonl"}.get(source.format, ".csv")
        stem = name.stem if home.is_file() else name.name
        clean_path = home.with_name(f"{stem}.clean{kept}")
    else:
        clean_path, stem = out, out.name.removesuffix(out.suffix).removesuffix(".clean")
    if home.exists() and clean_path.exists() and clean_path.samefile(home):
        raise DataError(
            f"{clean_path} is the file itself", expected="another name", cure="name another copy: --out FILE"
        )
    if clean_path.suffix.lower() not in SUFFIXES:
        raise DataError(
            f"{clean_path} says no format that a copy can have",
            expected=f"a name that ends in one of {', '.join(SUFFIXES)}",
            cure="name the copy: --out FILE.csv",
        )
    paths = [clean_path, clean_path.with_name(f"{stem}.changes.jsonl"), clean_path.with_name(f"{stem}.rejected.csv")]
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise DataError(
            f"{', '.join(there)} {'exist' if len(there) > 1 else 'exists'} already, and nothing is overwritten",
            expected="new names for the copy, its changes and the rows left out",
            cure="remove what is not needed any more, or name another copy: --out FILE",
        )
    return paths
