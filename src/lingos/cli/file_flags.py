"""The flags that say which file is answered and how it is read, for a command that must start fast.

`settings.flags` would do the same, but pydantic takes 60 ms, a tenth of a cold answer.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from lingos.data.reading import READING

__all__ = ["file_flags"]

FLAGS = {"file": "one text a line, or .jsonl, .csv ... with a text column", **READING}


def file_flags(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command one flag for each of FLAGS, in place of its parameter `said`: a dict of those that were given.

    >>> @file_flags
    ... def show(name: str, said: dict[str, Any]) -> None:
    ...     assert (name, said) == ("tickets", {"file": "a.csv"})
    >>> show("tickets", file="a.csv")
    """
    signature = inspect.signature(function, eval_str=True)
    kept = [parameter for name, parameter in signature.parameters.items() if name != "said"]
    signature = signature.replace(parameters=[*kept, *(_flag(name, told) for name, told in FLAGS.items())])

    @functools.wraps(function)
    def _command(*positional: Any, **named: Any) -> None:
        found = {name: named.pop(name, None) for name in FLAGS}
        said = {name: value for name, value in found.items() if value is not None}
        function(*positional, **named, said=said)

    _command.__signature__ = signature  # type: ignore[attr-defined]
    _command.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    return _command


def _flag(name: str, told: str) -> inspect.Parameter:
    switch = name == "header"
    option = typer.Option(f"--{name}/--no-{name}" if switch else f"--{name}", help=told, show_default=False)
    kind: Any = bool if switch else str
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
