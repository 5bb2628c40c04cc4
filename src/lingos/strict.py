"""JSON -> dataclasses, strictly: no unknown key, no missing key, no silent conversion; all faults are collected
before anything is said.

A validation library does this too, but importing one costs a third of the second in which `lingos predict` has to
answer. Read types: str, int, float (an int is accepted), bool, None, Literal, Any, X | Y, tuple[X, ...], list[X],
dict[str, X], Mapping[str, X], dataclasses.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union

from lingos.errors import nearest

__all__ = ["build"]

T = TypeVar("T")
WRONG = object()  # stands for a value that could not be built; its fault is in the list


def build(kind: type[T], value: object) -> tuple[T | None, list[str]]:
    """The object and no faults, or None and every fault with its place.

    >>> @dataclasses.dataclass
    ... class Point:
    ...     x: int
    ...     y: float = 0.0
    >>> build(Point, {"x": 1})
    (Point(x=1, y=0.0), [])
    >>> build(Point, {"x": "1", "yy": 2})[1]
    ['x: expected int, found "1"', "unknown key yy (did you mean 'y'?)"]
    """
    faults: list[str] = []
    built = _build(kind, value, "", faults)
    return (None, faults) if faults else (built, [])


def _build(kind: Any, value: object, at: str, faults: list[str]) -> Any:
    if kind is Any:
        return value
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, at, faults)
    if origin in (Union, types.UnionType):
        return _either(kind, value, at, faults)
    if origin is Literal:
        return value if value in typing.get_args(kind) else _wrong(kind, value, at, faults)
    if origin in (tuple, list):
        return _sequence(kind, value, at, faults, origin)
    if origin in (dict, Mapping):
        return _mapping(kind, value, at, faults)
    return _scalar(kind, value, at, faults)


def _record(kind: Any, value: object, at: str, faults: list[str]) -> Any:
    if not isinstance(value, dict):
        return _wrong(kind, value, at, faults)
    types_of, needed = _fields(kind)
    before = len(faults)
    built = {
        name: _build(types_of[name], item, _join(at, name), faults) for name, item in value.items() if name in types_of
    }
    faults += [f"missing key {_join(at, name)}" for name in needed if name not in value]
    faults += [_unknown(_join(at, str(name)), str(name), types_of) for name in value if name not in types_of]
    return kind(**built) if len(faults) == before else WRONG


def _either(kind: Any, value: object, at: str, faults: list[str]) -> Any:
    tries = []
    for choice in typing.get_args(kind):
        own: list[str] = []
        built = _build(choice, value, at, own)
        if not own:
            return built
        tries.append((dataclasses.is_dataclass(choice) and isinstance(value, dict), own))
    likely = [own for meant, own in tries if meant]
    if likely:
        faults += likely[0]
        return WRONG
    return _wrong(kind, value, at, faults)


def _sequence(kind: Any, value: object, at: str, faults: list[str], make: Callable[[list[Any]], Any]) -> Any:
    if not isinstance(value, list):
        return _wrong(kind, value, at, faults)
    item_kind = typing.get_args(kind)[0]
    return make([_build(item_kind, item, _join(at, str(place)), faults) for place, item in enumerate(value)])


def _mapping(kind: Any, value: object, at: str, faults: list[str]) -> Any:
    if not isinstance(value, dict):
        return _wrong(kind, value, at, faults)
    item_kind = typing.get_args(kind)[1]
    return {name: _build(item_kind, item, _join(at, str(name)), faults) for name, item in value.items()}


def _scalar(kind: Any, value: object, at: str, faults: list[str]) -> Any:
    if kind is float and type(value) in (int, float):
        return float(typing.cast(float, value))
    expected = type(None) if kind is None else kind
    return value if type(value) is expected else _wrong(kind, value, at, faults)


def _wrong(kind: Any, value: object, at: str, faults: list[str]) -> object:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    name = kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "").replace("NoneType", "null")
    faults.append(f"{at or 'the whole'}: expected {name}, found {shown[:60]}")
    return WRONG


def _unknown(at: str, name: str, known: Mapping[str, Any]) -> str:
    guess = nearest(name, known, 1)
    return f"unknown key {at}" + (f" (did you mean '{guess[0]}'?)" if guess else "")


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


@cache
def _fields(kind: type[Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    empty = dataclasses.MISSING
    needed = tuple(field.name for field in fields if field.default is empty and field.default_factory is empty)
    return {field.name: hints[field.name] for field in fields}, needed
