"""A request that is sent again acts once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lingos.errors import StateError
from lingos.serving.repeats import LONG, Repeats

KEY = ("ana", "k1")


class Acts:
    """Counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> dict[str, Any]:
        self.count += 1
        return {"number": self.count}


def test_it_acts_once_for_each_person_and_key() -> None:
    repeats, act = Repeats(), Acts()
    assert [repeats(KEY, "a", act)["number"] for _ in range(3)] == [1, 1, 1]
    assert repeats(("kid", "k1"), "a", act)["number"] == 2
    assert repeats(("ana", "k2"), "a", act)["number"] == 3
    with pytest.raises(StateError, match="another request"):
        repeats(KEY, "b", act)
    assert act.count == 3


def test_who_comes_meanwhile_waits() -> None:
    repeats, act, go = Repeats(), Acts(), threading.Event()

    def slow() -> dict[str, Any]:
        go.wait(10)
        return act()

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(repeats, KEY, "a", slow) for _ in range(8)]
        go.set()
        assert {one.result()["number"] for one in found} == {1}
    assert act.count == 1


def test_a_failure_is_not_tried_again() -> None:
    repeats, act = Repeats(), Acts()
    with pytest.raises(ZeroDivisionError):
        repeats(KEY, "a", lambda: {"x": 1 / 0})
    with pytest.raises(StateError, match="not known"):
        repeats(KEY, "a", act)
    assert act.count == 0


def test_memory_is_bounded_in_number_and_time() -> None:
    clock = [0.0]
    repeats, act = Repeats(most=10, now=lambda: clock[0]), Acts()
    for number in range(100):
        repeats(("ana", str(number)), "a", act)
    assert len(repeats._kept) == 10
    repeats(("ana", "99"), "a", act)
    assert act.count == 100
    clock[0] = LONG
    repeats(("ana", "99"), "a", act)
    assert act.count == 101 and len(repeats._kept) == 1


def test_what_runs_is_not_forgotten() -> None:
    repeats, act = Repeats(most=1), Acts()

    def busy() -> dict[str, Any]:
        for number in range(5):
            repeats(("ana", f"other {number}"), "a", act)
        return {"first": ("ana", "k1") in repeats._kept}

    assert repeats(KEY, "a", busy) == {"first": True}


def test_no_sentence_is_kept_for_its_key() -> None:
    repeats = Repeats()
    repeats(KEY, "secret words", dict)
    assert b"secret" not in repeats._kept[KEY].asked
