"""The command-line reference as Markdown, from the typer app itself."""

from __future__ import annotations

import importlib
from typing import Any

import typer


def reference() -> str:
    """One section per command: usage, help, arguments and options with their defaults."""
    app: Any = importlib.import_module("lingos.cli.main").app
    return "\n".join(_sections(typer.main.get_command(app), "lingos")).rstrip() + "\n"


def _sections(command: Any, path: str) -> list[str]:
    context = command.make_context(path, [], resilient_parsing=True)
    lines = [f"## {path}", "", "```text", command.get_usage(context).replace("Usage: ", ""), "```", ""]
    lines += [(command.help or "").strip(), ""]
    lines += _parameters([p for p in command.params if p.param_type_name == "argument"], "argument", context)
    lines += _parameters([p for p in command.params if p.param_type_name == "option"], "option", context)
    for name in getattr(command, "commands", {}):
        lines += _sections(command.commands[name], f"{path} {name}")
    return lines


def _parameters(parameters: list[Any], kind: str, context: Any) -> list[str]:
    records = [record for record in (p.get_help_record(context) for p in parameters) if record]
    rows = [f"| `{_cell(left)}` | {_cell(right)} |" for left, right in records]
    return [f"| {kind} | |", "| --- | --- |", *rows, ""] if rows else []


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
