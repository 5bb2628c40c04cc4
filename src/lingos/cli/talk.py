"""Commands that talk to the assistant: do, undo, history. They import neither torch nor transformers."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from lingos.cli.console import document, line, show, table
from lingos.errors import RecipeError
from lingos.home import default_home
from lingos.later import later
from lingos.words.said import phrase

__all__ = ["add"]

NOT_DONE = 3  # exit code where something was not done
QUIT = frozenset({"quit", "exit", "退出"})
FINE = frozenset({"done", "already", "told", "ask", "question", "declined"})
household = later("lingos.cli.household", "Household")
whoami = later("lingos.cli.household", "owner")
ask_warm = later("lingos.assistant.channels.socket", "asked")
as_plain = later("lingos.assistant.channels.plain", "reply_json")
told_history = later("lingos.assistant.history", "history")
Person = Annotated[str | None, typer.Option("--as", help="who speaks; default: the user of this machine")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]
Cold = Annotated[bool, typer.Option("--cold", help="start afresh, even if a warm assistant answers")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(do)
    app.command()(undo)
    app.command()(history)


def do(
    words: Annotated[list[str] | None, typer.Argument(help="what to do; nothing = talk, one sentence a line")] = None,
    person: Person = None,
    as_json: Json = False,
    cold: Cold = False,
) -> None:
    """Do what a sentence asks for. What can not be taken back is asked first: answer with `lingos do yes`."""
    person = _who(person)
    if words:
        raise typer.Exit(_answered({"verb": "do", "text": " ".join(words), "person": person}, as_json, cold))
    typed = sys.stdin.isatty()
    if typed:
        line("one sentence a line; quit or Ctrl-D ends")
    code = 0
    for text in map(str.strip, sys.stdin):
        if typed and text.lower() in QUIT:
            break
        if text:
            code = max(code, _answered({"verb": "do", "text": text, "person": person}, as_json, cold))
    raise typer.Exit(code)


def undo(person: Person = None, as_json: Json = False, cold: Cold = False) -> None:
    """Take back the last thing that was done and can be taken back."""
    raise typer.Exit(_answered({"verb": "undo", "person": _who(person)}, as_json, cold))


def history(
    person: Annotated[str, typer.Option("--as", help="of one person; default: of all")] = "",
    limit: Annotated[int, typer.Option(help="commands shown", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """Show the last commands and what became of them, newest first."""
    found = told_history(household().journal, person=person or None, limit=limit)
    if as_json:
        document([one.to_json() for one in found])
        return
    rows = [row for one in found for row in _rows(one)]
    table("History", ["at", "person", "said", "action", "status"], rows) if rows else line("nothing has happened yet")


# -- helpers ---------------------------------------------------------------------------------------------------------
ROOM: dict[str, Any] = {}  # the household of this process: opened once for many sentences


def _who(person: str | None) -> str:
    """Who speaks. An empty name is nobody's: not that of the owner, who may do everything."""
    if person is None:
        return str(whoami())
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in person):
        raise RecipeError("--as holds characters that no screen shows", expected="a name", cure="leave them out")
    if not person.strip():
        raise RecipeError("--as names nobody", expected="a name", cure="name who speaks, or leave --as out")
    return person


def _answered(request: dict[str, Any], as_json: bool, cold: bool) -> int:
    """Print the reply of the warm assistant, or of one of our own; the exit code."""
    found = None if cold else ask_warm(default_home() / "assistant" / "socket", request)
    if found is None:
        assistant = (ROOM.get("it") or ROOM.setdefault("it", household())).assistant
        person = request["person"]
        reply = assistant.undo(person) if request["verb"] == "undo" else assistant.do(request["text"], person)
        found = as_plain(reply)
    if as_json:
        document(found)
    else:
        for part in found["parts"]:
            waits = part["kind"] in ("ask", "question") and part.get("call")  # for a yes or no
            show(part["said"] + (phrase("talk.how", found["language"]) if waits else ""))
    return 0 if all(part["kind"] in FINE for part in found["parts"]) else NOT_DONE


def _rows(one: Any) -> list[list[str]]:
    text = "(forgotten)" if one.text is None else one.text
    calls = one.calls.values() or [{}]
    at = one.at[:16].replace("T", " ")
    return [[at, one.person, text, call.get("action", ""), call.get("status", "")] for call in calls]
