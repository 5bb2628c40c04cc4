"""What every task shares: the plug-in folder and how to get one."""

from __future__ import annotations

from typing import cast

from lingos.contracts import Task
from lingos.registry import names as known_names
from lingos.registry import plugin

__all__ = ["names", "task"]

PACKAGE = "lingos.tasks"


def names() -> tuple[str, ...]:
    """The known tasks."""
    return known_names(PACKAGE)


def task(name: str) -> Task:
    """The task of this name; RecipeError with the nearest name otherwise."""
    return cast(Task, plugin(PACKAGE, name))
