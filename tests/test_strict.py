"""Strict reading: every kind of type, every kind of fault, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from lingos.strict import build


@dataclass(frozen=True)
class Inner:
    value: float
    note: str | None = None


@dataclass(frozen=True)
class Outer:
    name: str
    count: int
    kind: Literal["a", "b"]
    inner: Inner | None = None
    words: tuple[str, ...] = ()
    many: dict[str, Inner] = field(default_factory=dict)
    free: Mapping[str, Any] = field(default_factory=dict)
    on: bool = False


GOOD = {"name": "x", "count": 1, "kind": "a"}


def test_all_kinds() -> None:
    found, faults = build(
        Outer,
        {
            **GOOD,
            "inner": {"value": 2},
            "words": ["p", "q"],
            "many": {"k": {"value": 0.5, "note": "n"}},
            "free": {"z": [1]},
            "on": True,
        },
    )
    assert faults == []
    assert found == Outer("x", 1, "a", Inner(2.0), ("p", "q"), {"k": Inner(0.5, "n")}, {"z": [1]}, True)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"count": "1"}, "count: expected int"),
        ({"count": True}, "count: expected int"),
        ({"count": 1.0}, "count: expected int"),
        ({"name": None}, "name: expected str"),
        ({"kind": "c"}, "kind: expected Literal"),
        ({"on": 1}, "on: expected bool"),
        ({"inner": {"value": "2"}}, "inner.value: expected float"),
        ({"inner": {"valu": 2}}, "missing key inner.value"),
        ({"words": "pq"}, "words: expected"),
        ({"words": [1]}, "words.0: expected str"),
        ({"many": {"k": {}}}, "missing key many.k.value"),
        ({"inner": 5}, "inner: expected"),
        ({"nam": "x"}, "unknown key nam (did you mean 'name'?)"),
    ],
)
def test_each_fault_has_its_place(change: dict[str, Any], fault: str) -> None:
    found, faults = build(Outer, {**GOOD, **change})
    assert found is None
    assert any(fault in line for line in faults), faults


def test_all_faults_are_collected() -> None:
    assert len(build(Outer, {"count": "1", "kind": "z", "extra": 1})[1]) == 4


def test_not_an_object() -> None:
    assert build(Outer, [1])[1] == ["the whole: expected Outer, found [1]"]
