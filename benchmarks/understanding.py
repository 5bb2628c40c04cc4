"""`python benchmarks/understanding.py [--base NAME] [--language en]`: does the assistant understand, and stay quiet?

Makes the skill from the phrases of the apps, as `lingos assistant train` does, and asks it the sentences of
benchmarks/sentences, which were written by others and taught nothing. Prints one JSON document: for commands the share
with the right intent, the right arguments, and how many were asked back; for sentences that must not act the share that
would have changed something, by kind, with its 95 % interval.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lingos
from lingos.apps.base import app, names
from lingos.assistant.journal.tables import opened
from lingos.assistant.understanding.arguments import arguments
from lingos.assistant.understanding.guard import stopped
from lingos.assistant.understanding.sentences import NOTHING
from lingos.assistant.understanding.wishes import wishes, write_rows
from lingos.assistant.world.house import House
from lingos.assistant.world.world import LiveWorld
from lingos.evaluation.intervals import wilson
from lingos.inference import Session

SENTENCES = Path(__file__).parent / "sentences"
NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
WORDS = {"at_time", "length"}  # slots whose expected value is the words, not what they mean


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="default")
    parser.add_argument("--method", default="top")
    parser.add_argument("--language", choices=["en", "zh"], action="append")
    parser.add_argument("--each", type=int, default=30, help="sentences of each phrase")
    parser.add_argument("--set", action="append", default=[], help="method settings")
    options = parser.parse_args()
    languages = options.language or ["en", "zh"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LINGOS_HOME"] = str(Path(folder) / "home")
        engine = opened(Path(folder) / "world.sqlite")
        world = LiveWorld(engine, {"house": House(engine)}, clock=lambda: NOW)
        known = wishes([app(name) for name in names()], world)
        taught = Path(folder) / "rows.jsonl"
        write_rows(known, taught, each=options.each)
        lines = [line for line in taught.read_text("utf-8").splitlines() if _language(line) in languages]
        taught.write_text("\n".join(lines) + "\n", "utf-8")
        began = time.process_time()
        told = lingos.TuneOptions(
            name="understanding", task="understand", method=options.method, base=options.base, label="intent",
            refuse=0.05, effort="quick", set=options.set,
        )  # fmt: skip
        tuned = lingos.tune(str(taught), told)
        seconds = time.process_time() - began
        session = lingos.load("understanding")
        found = {language: _judged(session, known, language) for language in languages}
    document = {"rows": len(lines), "seconds": round(seconds, 1), "own rows": tuned.evaluation.test.primary.value}
    json.dump({**document, **found}, sys.stdout, indent=1, ensure_ascii=False)


def _language(line: str) -> str:
    return "en" if json.loads(line)["text"].isascii() else "zh"


def _judged(session: Session, known: Any, language: str) -> dict[str, Any]:
    commands = _read(f"commands_{language}.jsonl")
    quiet = _read(f"no_act_{language}.jsonl")
    return {"commands": _commands(session, known, commands), "no act": _quiet(session, known, quiet)}


def _commands(session: Session, known: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for row, answer in zip(rows, session([row["text"] for row in rows]), strict=True):
        wanted = row["expect"]
        counts["intent"] += answer.value == wanted["intent"]
        if _acts(answer, row["text"]):
            found = arguments(answer, row["text"], known[answer.value].slots, known[answer.value].names, NOW)
            right = answer.value == wanted["intent"] and _same(found.values, wanted["slots"], answer, row["text"])
            counts["exact" if right else "wrong"] += 1
        else:
            counts["asked back"] += 1
    return {name: _told(counts[name], len(rows)) for name in ("intent", "exact", "wrong", "asked back")}


def _quiet(session: Session, known: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    acted: Counter[str] = Counter()
    texts = []
    for row, answer in zip(rows, session([row["text"] for row in rows]), strict=True):
        if _acts(answer, row["text"]) and _changes(answer.value):
            found = arguments(answer, row["text"], known[answer.value].slots, known[answer.value].names, NOW)
            if not found.missing and not found.strange:
                acted[row["kind"]] += 1
                texts.append(f"{row['text']} -> {answer.value}")
    return {"all": _told(sum(acted.values()), len(rows)), **acted, "texts": texts}


def _acts(answer: Any, text: str) -> bool:
    if answer.refused or answer.value == NOTHING:
        return False
    return not (_changes(answer.value) and stopped(text))


def _changes(intent: str) -> bool:
    name, _, action = intent.partition(".")
    return next(one.risk for one in app(name).actions if one.name == action) != "read"


def _same(found: Any, wanted: dict[str, Any], answer: Any, text: str) -> bool:
    said = {mark.slot: text[mark.start : mark.end] for mark in answer.marks}
    told = {slot: said.get(slot) if slot in WORDS else value for slot, value in found.items()}
    return {k: _key(v) for k, v in told.items()} == {k: _key(v) for k, v in wanted.items()}


def _key(value: Any) -> Any:
    return (
        value.strip(" .!?。！？，,").lower() if isinstance(value, str) else float(value) if value is not None else None
    )


def _told(count: int, rows: int) -> list[float]:
    found = wilson(count, rows)
    return [count, rows, round(found.value, 4), round(found.low, 4), round(found.high, 4)]


def _read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SENTENCES / name).read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
