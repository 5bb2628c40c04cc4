"""Commands that look without changing anything: bases, methods, explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from lingos.cli.console import cells, cut, document, fold, show, table, width
from lingos.later import later

__all__ = ["add"]

entries = later("lingos.tuning.listing", "bases")
method_rows = later("lingos.tuning.listing", "rows")
explain_text = later("lingos.tuning.explain", "explain")
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (bases, methods, explain):
        app.command()(command)


def bases(as_json: Json = False) -> None:
    """List well-known pretrained models: size, languages, licence, when to choose which."""
    found = entries()
    if as_json:
        document(found)
        return
    for one in found:
        checked = "facts checked here" if one["verified"] else "facts not checked here"
        show(f"{one['id']}  {one['hub']}  {one['parameters']}  {one['languages']}  {one['licence']}  ({checked})")
        _below(str(one["choose it"]))


def methods(as_json: Json = False) -> None:
    """List the methods, cheapest first: what they read, when to choose them, their settings."""
    found = method_rows()
    if as_json:
        document(found)
        return
    for one in found:
        show(f"{one['method']}  (reads {one['reads']})")
        _below(str(one["choose it"]))
        if one["settings"]:
            _below("--set " + " ".join(f"{name}={value}" for name, value in one["settings"].items()))


def explain(
    name: Annotated[str, typer.Argument(help="skill")],
    text: Annotated[str, typer.Argument(help="the text whose answer is explained")],
    as_json: Json = False,
) -> None:
    """Say why a skill answers as it does: the words that count and the nearest training rows."""
    found = explain_text(name, text)
    if as_json:
        document(found)
        return
    show(f"{found['label']}  {found['score']:.2f}{'  (refused)' if found['refused'] else ''}")
    if found["words"]:
        show("\nwords: how much the score falls without each")
        for word in found["words"]:
            show(f"  {word['effect']:+.3f}  {word['text']}")
    if found["neighbours"]:
        show("")
        _neighbours(found["neighbours"])
    else:
        show("\n(no training row reads alike, or the training file is not where it was)")


def _neighbours(rows: Sequence[Any]) -> None:
    taken = max(cells(row["label"]) + cells(row["where"]) for row in rows)
    room = max(24, width() - taken - 12)
    shown = [[f"{row['similarity']:.2f}", row["label"], row["where"], cut(row["text"], room)] for row in rows]
    table("training rows that read most alike", ["cosine", "label", "row", "text"], shown)
    if not any(row["text"] for row in rows):
        show("(the training file is not where it was, or was changed: its rows are shown by their ids)")


def _below(text: str) -> None:
    for piece in fold(" ".join(text.split()), width() - 4):
        show(f"    {piece}")
