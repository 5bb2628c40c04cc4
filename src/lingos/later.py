"""Import at the first call: the command line and the package root name things without loading them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["later"]


def later(module: str, name: str) -> Callable[..., Any]:
    """A function that imports `module` when it is called and calls its `name`.

    >>> later("math", "sqrt")(9)
    3.0
    """

    def _call(*arguments: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*arguments, **named)

    _call.__name__ = name
    return _call
