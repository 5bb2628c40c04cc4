"""An answer without end has one: when its client left, when the server ends, and when nobody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.types import Message

from lingos.serving import ending as module
from lingos.serving.ending import Ending, Endless

SCOPE: dict[str, Any] = {"type": "http", "method": "GET"}
END = {"type": "http.response.body", "body": b"", "more_body": False}


async def forever() -> AsyncIterator[str]:
    while True:
        yield "x"
        await asyncio.sleep(0.01)


async def never() -> Message:
    await asyncio.sleep(60)
    raise AssertionError


async def answered(stuck: bool) -> list[Message]:
    """What a client was sent of an endless answer until its server ended."""
    app = Ending(Endless(forever()))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        if stuck and sent:
            await asyncio.sleep(60)
        sent.append(message)

    asking = asyncio.create_task(app(SCOPE, never, send))
    await asyncio.sleep(0.1)
    assert not asking.done()
    app.ended.set()
    await asyncio.wait_for(asking, 5)
    return sent


def test_it_ends_whole() -> None:
    sent = asyncio.run(answered(stuck=False))
    assert len(sent) > 3 and sent[-1] == END


def test_a_client_that_reads_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STUCK", 0.1)
    assert [one["type"] for one in asyncio.run(answered(stuck=True))] == ["http.response.start"]


def test_an_answer_that_ends_by_itself_and_one_that_fails() -> None:
    async def two() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    async def fails() -> AsyncIterator[str]:
        yield "a"
        raise ValueError("b")

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Message] = []
    asyncio.run(Endless(two())(SCOPE, never, send))
    assert b"".join(one.get("body", b"") for one in sent) == b"ab" and sent[-1] == END
    with pytest.raises(ValueError, match="b"):
        asyncio.run(Endless(fails())(SCOPE, never, send))
