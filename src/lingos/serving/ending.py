"""Answers that stay open for ever, such as those by which a page hears that its server lives, end when the server ends.

ending = Ending(app)
EndingServer(uvicorn.Config(ending), ending).run()

Without it Ctrl-C waits for every open page, and then cuts them off with a traceback. `Endless` is an answer that then
ends as a whole one.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Ending", "EndingServer", "Endless"]

STUCK = 1.0  # seconds that a client which reads nothing gets for the end of its answer


class Ending:
    """Tells requests that only wait (GET) that their browser left, as soon as `ended` is set; others are finished."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.ended = app, asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        waits = scope["type"] == "http" and scope["method"] == "GET"
        await self.app(scope, self._ending(receive) if waits else receive, send)

    def _ending(self, receive: Receive) -> Receive:
        async def received() -> Message:
            told, ended = asyncio.ensure_future(receive()), asyncio.ensure_future(self.ended.wait())
            try:
                await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
                return told.result() if told.done() else {"type": "http.disconnect"}
            finally:
                told.cancel()
                ended.cancel()

        return received


class Endless(StreamingResponse):
    """An answer without end, which has one when the client left or the server ends: no connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self.stream_response(send))
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            unfinished = sending.cancel()
            leaving.cancel()
            await asyncio.wait({sending, leaving})
        if not unfinished:
            sending.result()
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), STUCK)


class EndingServer(uvicorn.Server):
    """A server that sets `ended` before it waits for its requests."""

    def __init__(self, config: uvicorn.Config, ending: Ending) -> None:
        super().__init__(config)
        self.ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, but with nobody waiting for ever."""
        self.ending.ended.set()
        await super().shutdown(sockets)
