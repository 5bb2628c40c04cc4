"""Names -> files. A plug-in is one file; its file name is its public name; nothing else is edited.

A stranger's package offers the same file through an entry point in the group that carries the folder's name
(`lingos.tasks`, `lingos.methods`, `lingos.engines`, `lingos.apps`). Listing names imports no plug-in. A name that is
taken is left out with a warning: LingOS keeps its own, and of two strangers neither has it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import warnings
from functools import cache
from types import ModuleType
from typing import Any

from lingos.errors import LingosError, unknown

__all__ = ["names", "plugin"]

NOT_PLUGINS = frozenset({"base"})


def names(package: str) -> tuple[str, ...]:
    """The public names in a plug-in folder, sorted.

    >>> "top" in names("lingos.methods")
    True
    """
    return tuple(sorted({*_own(package), *_foreign(package)}))


@cache
def plugin(package: str, name: str) -> Any:
    """The plug-in object: an instance of the one class in the file whose `name` is the file's name.

    >>> plugin("lingos.tasks", "classify").name
    'classify'
    """
    kind = package.rpartition(".")[2].rstrip("s")
    if name in _own(package):
        module = importlib.import_module(f"{package}.{name}")
    elif name in _foreign(package):
        module = _foreign(package)[name].load()
    else:
        raise unknown(kind, name, names(package))
    return _only_class(module, name)()


@cache
def _own(package: str) -> frozenset[str]:
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = {module.name for module in pkgutil.iter_modules(folders)}
    return frozenset(name for name in found - NOT_PLUGINS if not name.startswith("_"))


@cache
def _foreign(package: str) -> dict[str, importlib.metadata.EntryPoint]:
    found: dict[str, list[importlib.metadata.EntryPoint]] = {}
    for point in importlib.metadata.entry_points(group=package):
        found.setdefault(point.name, []).append(point)
    taken = {name for name, points in found.items() if name in _own(package) or len({one.value for one in points}) > 1}
    for name in sorted(taken):
        by = sorted({one.dist.name for one in found[name] if one.dist is not None})
        warnings.warn(
            f"the '{name}' of {' and '.join(by)} is left out: the name is taken in {package}; "
            "uninstall that package, or give its entry point another name",
            stacklevel=1,
        )
    return {name: points[0] for name, points in found.items() if name not in taken}


def _only_class(module: ModuleType, name: str) -> type:
    found = [thing for thing in vars(module).values() if isinstance(thing, type) and vars(thing).get("name") == name]
    if len(found) != 1:
        raise LingosError(
            f"{module.__file__} holds {len(found)} classes with name = '{name}'",
            expected="exactly one class whose attribute `name` is the file's name",
            cure="rename the file or set the attribute",
        )
    return found[0]
