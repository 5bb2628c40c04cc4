"""Measure every bar of bars.toml and print the table: `python benchmarks/bars.py [--only PART] [--fresh] [--list]`.

A bar is a command that prints one JSON document, where its number stands in it, and the least (or most) it may be.
Results are kept in .bars/ by commit and command, so an interrupted run goes on where it stopped; several bars may read
one command's document. A command that fails is run again next time. What was reached goes into results/bars.json beside
bars.toml, for the docs. Exit code 1: a bar was missed or could not run.
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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path, too

from benchmarks.record import ROOT, claim, origin, save, state

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


def document(bar: Bar, cache: Path, commit: str, fresh: bool = False) -> dict[str, Any]:
    """The command's result: kept or measured now. Keys: ok, document or error, seconds."""
    kept = cache / commit / f"{hashlib.sha256(bar.command.encode()).hexdigest()[:16]}.json"
    if kept.is_file() and not fresh:
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    print(f"bars: {bar.command}", file=sys.stderr, flush=True)
    of = origin()
    result = {"command": bar.command, "origin": of, **_measure(bar)}
    if result["ok"]:
        save(kept, result)
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


def reached(bar: Bar, result: dict[str, Any]) -> tuple[float | None, str]:
    """The number and how it is told; None and the reason where there is none."""
    if not result["ok"]:
        return None, result["error"]
    try:
        value = read(result["document"], bar.read)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return None, f"nothing at {bar.read} ({error!r})"
    return value, f"{value:g}"


def row(told: dict[str, Any], text: str) -> str:
    """The claim's line of the table."""
    holds = "yes" if told["holds"] else "**no**"
    return f"| {told['what']} | `{told['command']}` | {told['limit']} | {text} | {holds} |"


def keep(told: dict[str, Any], path: Path) -> None:
    """Put a claim into the results that the docs are made from; the others there stay."""
    found: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"title": "Bars", "claims": []}
    )
    found["claims"] = [each for each in found["claims"] if each["what"] != told["what"]] + [told]
    save(path, found)


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
    commit, held = state(), []
    print("| bar | command | limit | reached | ok |\n| --- | --- | --- | --- | --- |", flush=True)
    done: dict[str, dict[str, Any]] = {}
    for bar in bars:
        result = done.get(bar.command) or document(bar, asked.cache, commit, asked.fresh)
        done[bar.command] = result
        value, text = reached(bar, result)
        told = claim(bar.name, bar.command, value, result["origin"], least=bar.minimum, most=bar.maximum)
        if value is not None:
            keep(told, asked.file.with_name("results") / "bars.json")
        held.append(told["holds"])
        print(row(told, text), flush=True)
    print(f"\n{sum(held)} of {len(held)} bars hold at {commit}", file=sys.stderr)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
