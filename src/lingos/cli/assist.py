"""Commands that keep the assistant: assistant train, grant, rights, serve; journal verify, export, forget."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from lingos.cli.console import bar, document, line, show, table
from lingos.cli.options import TrainOptions
from lingos.cli.review import review
from lingos.errors import LingosError, RecipeError, unknown
from lingos.later import later
from lingos.settings import flags

__all__ = ["add"]

household = later("lingos.cli.household", "Household")
whoami = later("lingos.cli.household", "owner")
train_skill = later("lingos.cli.training", "train")
keep_warm = later("lingos.cli.warm", "warm")
make_events = later("lingos.serving.events", "Events")
make_router = later("lingos.serving.commands", "commands_router")
open_door = later("lingos.serving.start", "Door")
run_server = later("lingos.serving.app", "serve_behind")
grant_note = later("lingos.assistant.policy.grants", "granted")
verify_file = later("lingos.assistant.journal.export", "verify_file")
export_file = later("lingos.assistant.journal.export", "export")
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    assistant = typer.Typer(help="Train the assistant, give rights, keep it warm.", no_args_is_help=True)
    for kept in (train, review, grant, rights, serve):
        assistant.command()(kept)
    journal = typer.Typer(help="Prove the journal, copy it, forget a person's words.", no_args_is_help=True)
    for command in (verify, export, forget):
        journal.command()(command)
    app.add_typer(assistant, name="assistant")
    app.add_typer(journal, name="journal")


@flags(TrainOptions)
def train(options: TrainOptions, as_json: Json = False) -> None:
    """Make the skill that understands: from the phrases of all apps and from the sentences that were labelled."""
    with bar(not as_json) as progress:
        found = train_skill(household(), options, say=line, progress=progress)
    document(found.to_json()) if as_json else show(found.sentence())


def grant(
    person: Annotated[str, typer.Argument(help="who")],
    app: Annotated[str, typer.Argument(help="in which app; * = all")],
    most: Annotated[str, typer.Argument(help="read, reversible, recoverable, irreversible, or none")],
) -> None:
    """Give a person a right in an app, up to a risk; `none` takes it away."""
    own = household()
    note = grant_note(person, app, None if most == "none" else most, whoami())
    known = {one.name for one in own.apps}
    if app != "*" and app not in known:
        raise unknown("app", app, known)
    own.journal.append(note)
    show(f"{person}: {most} in {app}")


def rights(as_json: Json = False) -> None:
    """Show who may do what, and up to which risk. An app's own line counts before that of all apps (*)."""
    found = household().grants.rights
    rows = [[person, app, most or "none"] for (person, app), most in sorted(found.items())]
    if as_json:
        document([dict(zip(("person", "app", "most"), row, strict=True)) for row in rows])
    else:
        table("Rights", ["person", "app", "most"], rows)


def serve(
    host: Annotated[str, typer.Option(help="address; the default is reachable from this machine only")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 = any free one", min=0, max=65535)] = 8352,
    http: Annotated[bool, typer.Option("--http/--no-http", help="answer over HTTP, too")] = True,
    person: Annotated[str, typer.Option(help="whom HTTP may name; default: everybody")] = "",
) -> None:
    """Stay warm: `lingos do` then answers at once, reminders ring, standing rules act. Ctrl-C ends it."""
    with open_door(host, port) if http else nullcontext() as door:  # a port that is taken is told before all else
        _stay(door, person)


def _stay(door: Any, person: str) -> None:
    ended, events, own = _ending(), make_events(), household()
    with keep_warm(own, line, events.tell) as kept:
        line(f"warm on {own.socket}")
        if door is None:
            while not ended.wait(0.2):  # a wait without end may sleep through a signal
                pass
        elif not ended.is_set():
            run_server(door, (), own.store, [make_router(kept, events, person)], person or whoami())


def _ending() -> threading.Event:
    """Set by Ctrl-C and SIGTERM, which then kill nobody: what is open gets closed."""
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    return ended


def verify(
    file: Annotated[Path | None, typer.Argument(help="an exported copy; default: the journal itself")] = None,
    as_json: Json = False,
) -> None:
    """Prove that nothing in the journal was changed or removed."""
    number, digest, faults = household().journal.verify() if file is None else verify_file(file)
    if as_json:
        document({"entries": number, "digest": digest, "faults": faults})
    else:
        for fault in faults:
            line(f"error: {fault}")
        show(f"{number} entries, last digest {digest}")
    if faults:
        raise typer.Exit(2)


def export(
    file: Annotated[Path, typer.Argument(help="where to write JSON Lines")],
    redacted: Annotated[bool, typer.Option("--redacted", help="without what persons said")] = False,
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
) -> None:
    """Copy the journal to a file from which it can be proved, too."""
    if file.exists() and not force:
        raise RecipeError(f"{file} is there already", expected="a new file", cure="name another one, or say --force")
    count, digest = export_file(household().journal, file, redacted=redacted)
    show(f"{count} entries in {file}, last digest {digest}")


def forget(
    person: Annotated[str, typer.Argument(help="whose texts")],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Delete from the journal what a person said, for ever. Notes, reminders and skills that learnt from it stay."""
    if not yes and not (sys.stdin.isatty() and typer.confirm(f"delete what {person} said from the journal, for ever?")):
        raise LingosError("nothing was deleted", expected="--yes", cure="say it again with --yes")
    show(f"{household().assistant.forget(person)} entries lost their text")
