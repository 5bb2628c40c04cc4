"""What a number belongs to: the state of the files, the machine, the day; and how a result is kept for the docs.

A result is one JSON file in benchmarks/results/: {"title", "notes", "claims", "tables", ...}. `tools/results.py` turns
it into docs/benchmarks.md, so that no number of ours is typed by hand.

    >>> claim("rows a second", "python x.py", 12.5, {}, least=10)["holds"]
    True
    >>> claim("seconds", "python x.py", None, {}, most=1)["holds"]
    False
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["RESULTS", "ROOT", "claim", "git", "machine", "origin", "save", "state"]

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
FILES = ("src", "benchmarks", "examples", "pyproject.toml", "constraints.txt", ":(exclude)benchmarks/results")
# What decides how fast matrices are multiplied; the rest of the flags says nothing here.
FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "avx_vnni", "amx_bf16", "amx_int8", "asimd", "bf16", "i8mm")


def state(root: Path = ROOT) -> str:
    """The commit, and a digest of what is not committed. Results do not count: they say themselves what they are of."""
    commit = git(root, "rev-parse", "--verify", "-q", "HEAD").strip() or "no-commit"
    changed = git(root, "diff", "HEAD", "--", *FILES)
    for name in git(root, "ls-files", "--others", "--exclude-standard", "--", *FILES).splitlines():
        changed += name + hashlib.sha256((root / name).read_bytes()).hexdigest()
    return f"{commit[:12]}-{hashlib.sha256(changed.encode()).hexdigest()[:8]}" if changed else commit[:12]


def git(root: Path, *arguments: str) -> str:
    """What git prints; nothing where it fails."""
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False).stdout


def machine() -> dict[str, Any]:
    """Processor, cores that this process may use, the instruction sets that matter, memory in GiB."""
    told = _cpuinfo()
    flags = set((told.get("flags") or told.get("Features") or "").split())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": told.get("model name") or platform.processor() or platform.machine(),
        "cores": cores,
        "flags": [flag for flag in FLAGS if flag in flags],
        "memory_gib": round(memory / 2**30, 1),
    }


def origin(root: Path = ROOT) -> dict[str, Any]:
    """Of which files, where and when: the part that every claim carries. Ask for it before the measurement begins."""
    return {"commit": state(root), "when": time.strftime("%Y-%m-%d", time.gmtime()), "machine": machine()}


def claim(
    what: str,
    command: str,
    value: float | None,
    of: Mapping[str, Any],
    *,
    least: float | None = None,
    most: float | None = None,
    unit: str = "",
) -> dict[str, Any]:
    """One number with its limit, if it has one, and the `origin` it is of. `value` None = it was not reached at all."""
    low = least if least is not None else float("-inf")
    high = most if most is not None else float("inf")
    holds = value is not None and low <= value <= high
    limit = f">= {least:g}" if least is not None else f"<= {most:g}" if most is not None else ""
    told = {"what": what, "command": command, "value": value, "unit": unit, "limit": limit, "holds": holds}
    return told | dict(of)


def save(path: Path, record: Mapping[str, Any]) -> None:
    """Write JSON whole or not at all; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def _cpuinfo() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text(encoding="utf-8").split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
