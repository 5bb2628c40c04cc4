"""Measure every bar of bars.toml and print the table: `python benchmarks/bars.py [--only PART] [--fresh] [--list]`.

A bar is a command that prints one JSON document, where its number stands in it, and the least (or most) it may be.
Results are kept in .bars/ by commit and command, so an interrupted run goes on where it stopped; several bars may read
one command's document. A command that fails is run again next time. Exit code 1: a bar was missed or could not run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".bars"


@dataclass(frozen=True)
class Bar:
    """One line of the table. `read` is a dotted path into the document; a list is indexed by number."""

    name: str
    command: str
    read: str
    minimum: float | None = None
    maximum: float | None = None
    timeout: int = 7200

    def holds(self, value: float) -> bool:
        """True if the value is within the bar's limits."""
        low = self.minimum if self.minimum is not None else float("-inf")
        high = self.maximum if self.maximum is not None else float("inf")
        return low <= value <= high

    @property
    def limit(self) -> str:
        return f">= {self.minimum:g}" if self.minimum is not None else f"<= {self.maximum:g}"


def load(path: Path) -> list[Bar]:
    """The bars of a TOML file; each has exactly one of minimum and maximum, and its own name."""
    bars = [Bar(**row) for row in tomllib.loads(path.read_text(encoding="utf-8")).get("bar", [])]
    wrong = [bar.name for bar in bars if (bar.minimum is None) == (bar.maximum is None)]
    twice = {bar.name for bar in bars if [other.name for other in bars].count(bar.name) > 1}
    if wrong or twice:
        raise SystemExit(
            f"bars.toml: exactly one of minimum, maximum: {wrong}; names that stand twice: {sorted(twice)}"
        )
    return bars


def state(root: Path) -> str:
    """What the numbers belong to: the commit, and a digest of what is not committed."""
    commit = _git(root, "rev-parse", "--verify", "-q", "HEAD").strip() or "no-commit"
    paths = ("src", "benchmarks", "examples", "pyproject.toml", "constraints.txt")
    changed = _git(root, "diff", "HEAD", "--", *paths)
    for name in _git(root, "ls-files", "--others", "--exclude-standard", "--", *paths).splitlines():
        changed += name + hashlib.sha256((root / name).read_bytes()).hexdigest()
    return f"{commit[:12]}-{hashlib.sha256(changed.encode()).hexdigest()[:8]}" if changed else commit[:12]


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False).stdout


def document(bar: Bar, cache: Path, commit: str, fresh: bool = False) -> dict[str, Any]:
    """The command's result: kept or measured now. Keys: ok, document or error, seconds."""
    kept = cache / commit / f"{hashlib.sha256(bar.command.encode()).hexdigest()[:16]}.json"
    if kept.is_file() and not fresh:
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    print(f"bars: {bar.command}", file=sys.stderr, flush=True)
    result = _measure(bar)
    if result["ok"]:
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.part")
        partial.write_text(json.dumps({"command": bar.command, **result}), encoding="utf-8")
        partial.replace(kept)
    return result


def _measure(bar: Bar) -> dict[str, Any]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    home = os.environ.get("LINGOS_HOME") or str(CACHE / "home")
    environment = {**os.environ, "PATH": path, "LINGOS_HOME": home, "PYTHONPATH": str(ROOT / "src")}
    started = time.monotonic()
    try:
        done = subprocess.run(
            ["bash", "-c", bar.command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=bar.timeout,
        )
    except subprocess.TimeoutExpired:
        return {"ok": False, "error": f"longer than {bar.timeout} s"}
    seconds = round(time.monotonic() - started, 1)
    found = _last_document(done.stdout)
    if done.returncode or found is None:
        return {
            "ok": False,
            "error": f"exit code {done.returncode}" if done.returncode else "no JSON",
            "seconds": seconds,
        }
    return {"ok": True, "document": found, "seconds": seconds}


def _last_document(text: str) -> Any:
    for part in (text, *reversed(text.splitlines())):
        try:
            return json.loads(part)
        except json.JSONDecodeError:
            continue
    return None


def read(found: Any, path: str) -> float:
    """The number at a dotted path: `test.primary.value`, `ladder.0.seconds`; true counts as 1."""
    for key in path.split("."):
        found = found[int(key)] if isinstance(found, list) else found[key]
    return float(found)


def row(bar: Bar, result: dict[str, Any]) -> tuple[str, bool]:
    """The bar's line of the table, and whether it holds."""
    try:
        value = read(result["document"], bar.read) if result["ok"] else None
    except (KeyError, IndexError, TypeError, ValueError) as error:
        value, result = None, {**result, "error": f"nothing at {bar.read} ({error!r})"}
    reached, holds = (f"{value:g}", bar.holds(value)) if value is not None else (result["error"], False)
    return f"| {bar.name} | `{bar.command}` | {bar.limit} | {reached} | {'yes' if holds else '**no**'} |", holds


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure the bars")
    parser.add_argument("--only", default="", help="only bars whose name holds this")
    parser.add_argument("--fresh", action="store_true", help="measure again what is kept")
    parser.add_argument("--list", action="store_true", help="print names and commands, measure nothing")
    parser.add_argument("--file", type=Path, default=Path(__file__).with_name("bars.toml"))
    parser.add_argument("--cache", type=Path, default=CACHE)
    asked = parser.parse_args(arguments)
    bars = [bar for bar in load(asked.file) if asked.only in bar.name]
    if asked.list:
        print("\n".join(f"{bar.name}: {bar.command}" for bar in bars))
        return 0
    commit, held = state(ROOT), []
    print("| bar | command | limit | reached | ok |\n| --- | --- | --- | --- | --- |", flush=True)
    done: dict[str, dict[str, Any]] = {}
    for bar in bars:
        result = done.get(bar.command) or document(bar, asked.cache, commit, asked.fresh)
        done[bar.command] = result
        line, holds = row(bar, result)
        held.append(holds)
        print(line, flush=True)
    print(f"\n{sum(held)} of {len(held)} bars hold at {commit}", file=sys.stderr)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
