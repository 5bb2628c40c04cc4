"""Tables of the docs that are made from the code: the doctor's findings, the methods."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from lingos.registry import names, plugin


def findings() -> str:
    """The doctor's codes with severity, meaning and cure."""
    return str(importlib.import_module("lingos.data.doctor.codes").as_markdown()).rstrip() + "\n"


def methods() -> str:
    """Every method: what it reads, and the first sentence of its docstring."""
    found = {name: plugin("lingos.methods", name) for name in names("lingos.methods")}
    rows = [f"| `{name}` | {READS[method.reads]} | {_first(method)} |" for name, method in found.items()]
    return "\n".join(["| method | learns from | when to choose it |", "| --- | --- | --- |", *rows]) + "\n"


READS = {
    "texts": "the texts; needs no base",
    "vectors": "frozen vectors of the base",
    "states": "cached states of the trunk",
}


def _first(thing: Any) -> str:
    paragraph = (inspect.getdoc(type(thing)) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")
