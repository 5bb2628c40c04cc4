"""`lingos`: the commands, and the one place where an error becomes a message and an exit code.

Only the file of the command that was asked for is imported: `lingos predict` does not pay for the options of `tune`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.exceptions import TyperException

from lingos.cli.console import line, prepare
from lingos.cli.usage import usage_error
from lingos.errors import LingosError, missing
from lingos.later import later

__all__ = ["COMMANDS", "build", "main", "run"]

USER_ERROR, BUG, INTERRUPTED = 2, 1, 130
HELP = "A few labelled examples become a skill of a small language model that one can trust, and that answers."

PARTS = {
    "learn": later("lingos.cli.learn", "add"),
    "answer": later("lingos.cli.answer", "add"),
    "look": later("lingos.cli.look", "add"),
    "manage": later("lingos.cli.manage", "add"),
    "talk": later("lingos.cli.talk", "add"),
    "assist": later("lingos.cli.assist", "add"),
    "studio": later("lingos.cli.studio", "add"),
}
COMMANDS = {
    **dict.fromkeys(("check", "tune", "evaluate", "compare"), "learn"),
    **dict.fromkeys(("predict", "serve"), "answer"),
    **dict.fromkeys(("explain", "bases", "methods"), "look"),
    **dict.fromkeys(("skills", "code"), "manage"),
    **dict.fromkeys(("do", "undo", "history"), "talk"),
    **dict.fromkeys(("assistant", "journal"), "assist"),
    "studio": "studio",
}


def build(command: str | None = None) -> typer.Typer:
    """The app: with the part that holds `command`, with all parts where it is no command's name."""
    app = typer.Typer(
        name="lingos", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )  # fmt: skip
    app.callback(invoke_without_command=True)(_root)
    for part in [COMMANDS[command]] if command in COMMANDS else PARTS:
        PARTS[part](app)
    return app


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code: 0 done, 2 a user's mistake, 130 Ctrl-C, 1 a fault of LingOS.

    A traceback is shown only with LINGOS_DEBUG=1.
    """
    prepare()
    try:
        return _call(arguments)
    except LingosError as error:
        line(f"error: {error}")
        return INTERRUPTED if type(error).__name__ == "Interrupted" else USER_ERROR
    except (KeyboardInterrupt, typer.Abort):
        line("stopped")
        return INTERRUPTED
    except Exception as error:
        extra = missing(error)
        if extra is not None:
            line(f"error: {extra}")
            return USER_ERROR
        if os.environ.get("LINGOS_DEBUG"):
            raise
        line(f"error: {type(error).__name__}: {error}")
        line("  this is a fault of LingOS, not yours; LINGOS_DEBUG=1 shows where")
        return BUG


def _call(arguments: Sequence[str]) -> int:
    app = build(arguments[0] if arguments else None)
    try:
        code = app(args=list(arguments), prog_name="lingos", standalone_mode=False)
    except TyperException as error:
        told = usage_error(error)
        if isinstance(told, str):  # help that was not asked for by --help
            line(told)
            return USER_ERROR
        raise told from None
    return code if isinstance(code, int) else 0


def _root(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        typer.echo(later("importlib.metadata", "version")("lingos"))
        raise typer.Exit


def __getattr__(name: str) -> Any:
    if name == "app":  # the whole app, for the docs
        return build()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
