"""`lingos assistant review`: label what was unclear, one sentence after the other, or many from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from lingos.cli.console import document, line, show, table
from lingos.errors import DataError, LingosError
from lingos.later import later

__all__ = ["review"]

household = later("lingos.cli.household", "Household")
whoami = later("lingos.cli.household", "owner")
review_of = later("lingos.cli.training", "review_of")
NONE = "none"
NO_COMMAND = (NONE, "no-act")  # both are said in files
HOW = (
    "Enter = the guess, an intent with slots (home.light room=kitchen state=on), none = no command, s = later, q = end"
)


def review(
    file: Annotated[
        Path | None, typer.Option(help='JSON Lines: {"text", "expect": {"intent", "slots"} or "no-act"}')
    ] = None,
    limit: Annotated[int, typer.Option(help="sentences shown", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="print the queue as one JSON document")] = False,
) -> None:
    """Label the sentences that were unclear. `lingos assistant train` then learns from them."""
    own = household()
    found = review_of(own)
    if file is not None:
        show(f"{_from_file(found, file)} sentences labelled from {file}")
        return
    queue = found.queue(limit)
    if as_json:
        document([{name: getattr(one, name) for name in one.__slots__} for one in queue])
    elif not sys.stdin.isatty():
        table("Unclear", ["why", "score", "guess", "sentence"], [_row(one) for one in queue])
    else:
        _by_hand(found, queue)


def _by_hand(found: Any, queue: list[Any]) -> None:
    line(HOW if queue else "nothing is unclear")
    for one in queue:
        show(f"\n{one.text}\n  {one.guess} {dict(one.args)} ({one.why}, {one.score:.2f})")
        while True:
            told = typer.prompt(">", default="", show_default=False).strip()
            if told == "q":
                return
            if told == "s" or _labelled(found, one, told):
                break


def _labelled(found: Any, one: Any, told: str) -> bool:
    """Whether the words were a label; the error is told otherwise."""
    intent, *rest = told.split(maxsplit=1) or [one.guess]
    try:
        slots = _slots(rest[0]) if rest else dict(one.args) if intent == one.guess else {}
        found.label(one.command, intent, slots, whoami())
    except LingosError as error:
        line(f"error: {error}")
        return False
    return True


def _slots(told: str) -> dict[str, str]:
    """ "room=living room state=on" -> {"room": "living room", "state": "on"}"""
    found: dict[str, str] = {}
    for part in told.split():
        name, mark, value = part.partition("=")
        if mark:
            found[name] = value
        elif found:
            found[list(found)[-1]] += f" {part}"
        else:
            raise DataError(f"'{part}' is no slot=value", expected="room=kitchen", cure="say it again")
    return found


def _from_file(found: Any, file: Path) -> int:
    """Label the sentences that were said and that the file has; how many."""
    labels = dict(_labels(file))
    told = {command: text for command, text in found.unlabelled().items() if text in labels}
    for text in told.values():  # all of them before any label is kept
        number, *label = labels[text]
        try:
            found.values(text, *label)
        except LingosError as error:
            raise DataError(f"{file}, line {number}: {error.what}", expected=error.expected, cure=error.cure) from error
    for command, text in told.items():
        _, *label = labels[text]
        found.label(command, *label, by=whoami())
    return len(told)


def _labels(file: Path) -> Iterator[tuple[str, tuple[int, str, Mapping[str, Any]]]]:
    """Of each line the text, and its number, the intent and the slots."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} can not be read: {error}", expected="JSON Lines", cure="check the name") from error
    for number, one in enumerate(lines, 1):
        try:
            row = json.loads(one)
            text, wanted = str(row["text"]), row["expect"]
            told = {"intent": NONE} if wanted in NO_COMMAND else wanted
            if not isinstance(told, dict):
                raise TypeError(f'"expect" is {json.dumps(told, ensure_ascii=False)}')
            intent, slots = str(told["intent"]), dict(told.get("slots", {}))
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"{file}, line {number}: no label ({error})",
                expected='{"text": "...", "expect": {"intent": "home.light", "slots": {}}}, or "expect": "no-act"',
                cure="mend this line: an intent stands in an object, and a text is said only of what is no command",
            ) from error
        yield text, (number, intent, slots)


def _row(one: Any) -> list[str]:
    return [one.why, f"{one.score:.2f}", one.guess, one.text]
