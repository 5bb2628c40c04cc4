"""Events reach all who listen; who falls behind is let go, and nobody waits for them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lingos.serving import events as module
from lingos.serving.events import BEHIND, Events

Heard = list[dict[str, Any]]


def numbers(lines: list[str]) -> list[int]:
    return [json.loads(line.removeprefix("data: "))["number"] for line in lines if line.startswith("data: ")]


def run(test: Callable[[Events], Awaitable[None]]) -> None:
    async def own() -> None:
        await test(Events())

    asyncio.run(asyncio.wait_for(own(), 30))


def test_all_threads_are_heard_by_all_readers() -> None:
    async def test(events: Events) -> None:
        async def listen() -> list[int]:
            found: list[int] = []
            async for line in events.read():
                found += numbers([line])
                if len(found) == 80:
                    break
            return found

        readers = [asyncio.create_task(listen()) for _ in range(3)]
        while len(events._readers) < 3:
            await asyncio.sleep(0.01)
        threads = [
            threading.Thread(target=lambda k=k: [events.tell("x", {"number": k * 10 + n}) for n in range(10)])
            for k in range(8)
        ]
        for one in threads:
            one.start()
        for found in await asyncio.gather(*readers):
            assert sorted(found) == list(range(80))
            assert [n for n in found if n < 10] == list(range(10)), "in the order of each thread"
        for one in threads:
            one.join()

    run(test)


def test_who_falls_behind_gets_what_waits_and_then_the_end() -> None:
    async def test(events: Events) -> None:
        slow = events.read()
        await anext(slow)
        for number in range(100 * BEHIND):
            events.tell("x", {"number": number})
        assert not events._readers, "nothing is kept for it any more"
        assert numbers([line async for line in slow]) == list(range(BEHIND))

    run(test)


def test_a_reader_hears_what_is_theirs_and_what_is_everybodys() -> None:
    async def test(events: Events) -> None:
        lines = events.read(person="ana")
        await anext(lines)
        for number, person in enumerate(("kid", "ana", "", "kid")):
            events.tell("x", {"number": number, "person": person})
        events.tell("x", {"number": 9})
        assert numbers([await anext(lines) for _ in range(3)]) == [1, 2, 9]

    run(test)


def test_silence_has_signs_of_life() -> None:
    async def test(events: Events) -> None:
        lines = events.read(quiet=0.01)
        assert [await anext(lines) for _ in range(3)] == [": listening\n\n", ": still here\n\n", ": still here\n\n"]

    run(test)


def test_a_line_is_one_line() -> None:
    async def test(events: Events) -> None:
        lines = events.read()
        await anext(lines)
        events.tell("reply", {"text": "a\r\n\ndata: forged", "odd": {1}})
        told = await anext(lines)
        assert told.count("\n") == 2 and "\r" not in told and told.endswith("\n\n")

    run(test)


def test_there_is_room_for_some_and_it_becomes_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READERS", 1)

    async def test(events: Events) -> None:
        lines = events.read()
        found = [events.full]
        await anext(lines)
        found.append(events.full)
        await lines.aclose()
        assert [*found, events.full] == [False, True, False] and not events._readers

    run(test)


def test_a_reader_whose_loop_has_ended_disturbs_nobody() -> None:
    events = Events()
    reader = asyncio.run(_left(events))
    events._readers.add(reader)
    events.tell("x", {})


async def _left(events: Events) -> module._Reader:
    return module._Reader("")
