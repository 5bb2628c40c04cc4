"""A flag, command or value that typer refuses -> the error in three parts, with the nearest known name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from typer.exceptions import TyperException

from lingos.errors import LingosError, RecipeError, nearest

__all__ = ["usage_error"]


def usage_error(error: TyperException) -> LingosError | str:
    """What typer found, in our words; a text where it only wants to show the help.

    Raises nothing: what is not known here keeps typer's own words.
    """
    kind, context = type(error).__name__, getattr(error, "ctx", None)
    if kind == "NoArgsIsHelpError":
        return error.format_message()
    path = context.command_path if context else "lingos"
    help_line = f"`{path} --help` lists what there is"
    if kind == "NoSuchOption":
        return _unknown_flag(str(getattr(error, "option_name", "")), path, context)
    command = re.match(r"No such command '(.*?)'\.", error.format_message())
    if command:
        known = list(context.command.commands) if context else []
        return _unknown(f"no command '{path} {command[1]}'", command[1], known, help_line)
    surplus = re.search(r"unexpected extra argument\S* \((.*)\)", error.format_message())
    if surplus:
        cure = f"put a text with spaces into quotes; {help_line}"
        return RecipeError(f"`{path}` does not take '{surplus[1]}'", expected=_usage(context), cure=cure)
    what = error.format_message().replace("Value error, ", "").replace("Input should be", "must be").rstrip(".")
    choice = re.search(r"'([^']*)' is not one of (.*)", what)
    if choice:
        flag = _lower(what[: choice.start()])
        return _unknown(f"`{path}`: {flag}'{choice[1]}'", choice[1], re.findall(r"'([^']*)'", choice[2]), help_line)
    return RecipeError(f"`{path}`: {_lower(what)}", expected=_usage(context), cure=help_line)


def _unknown_flag(name: str, path: str, context: Any) -> LingosError:
    known = [flag for one in context.command.params for flag in (*one.opts, *one.secondary_opts)] if context else []
    flags = [flag for flag in known if flag.startswith("--")]
    return _unknown(f"`{path}` has no flag {name}", name, [*flags, "--help"], f"`{path} --help` explains them")


def _unknown(what: str, name: str, known: Iterable[str], else_: str) -> LingosError:
    names = sorted(known)
    guess = nearest(name, names, 1)
    cure = f"did you mean '{guess[0]}'?" if guess else else_
    return RecipeError(what, expected=f"one of {', '.join(names)}", cure=cure)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _usage(context: Any) -> str:
    return " ".join(context.get_usage().removeprefix("Usage: ").split()) if context else ""
