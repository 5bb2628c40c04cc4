"""What stands before every route: the key, the size of the body, and errors in three parts.

Plain ASGI, so that nothing that is mounted later can slip past: routes of apps, the page, the OpenAPI file, unknown
paths. Where there is a page, a browser comes in with a cookie; see visits.py.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lingos.errors import DataError, LingosError, RecipeError, SkillError, StateError, StoreError
from lingos.serving.keys import fits
from lingos.serving.visits import Visits, headers_of, preferred
from lingos.words.said import phrase

__all__ = ["OPEN", "ForbiddenError", "Guard", "Limits", "problem", "status_of"]

OPEN = frozenset({"/health"})  # the only path that answers without the key; it tells no secret
DRAIN = 16 << 20  # bytes of a body that is too large which are still read, so that the client gets its answer
WIDE = "width=device-width, initial-scale=1"
ICON = '<link rel="icon" href="data:,">'  # none, so that browsers do not ask for one
STYLE = (
    ":root{color-scheme:light dark;font:1.1rem/1.6 system-ui,sans-serif}"
    "body{max-width:36rem;margin:4rem auto;padding:0 1rem}"
)
LOG = logging.getLogger("lingos.serving")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask for."""

    body: int = 1 << 20  # bytes
    inputs: int = 256
    text: int = 20_000  # characters of one input
    top: int = 100


class ForbiddenError(LingosError):
    """Who has the key may not do this here."""


class TooLarge(Exception):
    """The body grew beyond the limit while it was read."""


class Guard:
    """Asks for the key, counts the body as it streams in, and turns what goes wrong into JSON without a traceback."""

    def __init__(self, app: ASGIApp, kept: bytes, limits: Limits, visits: Visits | None = None) -> None:
        self.app, self.kept, self.limits, self.visits = app, kept, limits, visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif self.visits is not None and self.visits.enters(scope):
            await _enter(self.visits.entered(scope), scope, send)
        elif self._known(scope):
            await self._limited(scope, receive, send)
        elif self.visits is not None and "text/html" in headers_of(scope).get("accept", ""):
            await _page(scope, send, 401, "studio.closed")
        else:
            await _answer(
                send, 401, problem("no valid key", "the header Authorization: Bearer KEY, or X-API-Key", SHOWN)
            )

    def _known(self, scope: Scope) -> bool:
        if scope["path"] in OPEN or fits(_offered(scope), self.kept):
            return True
        return self.visits is not None and self.visits.allows(scope)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, read, large = False, 0, _announced(scope) > self.limits.body

        async def counted() -> Message:
            nonlocal read, large
            message = await receive()
            read += len(message.get("body", b""))
            large = large or read > self.limits.body
            if large:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal began
            if large:  # the framework makes its own answer of `TooLarge`; ours says more
                return
            began = True
            await send(message)

        try:
            if not large:
                await self.app(scope, counted, noted)
        except TooLarge:
            pass
        except Exception as error:  # the last line of defence: no traceback and no text leaves the machine
            LOG.error("%s in %s", type(error).__name__, scope["path"])
            if not began:
                await _answer(send, 500, problem("the server failed", "an answer", "look into its log, then report it"))
        if large and not began:
            await _drained(receive)
            said = f"at most {self.limits.body:,} bytes"
            await _answer(send, 413, problem("the request is too large", said, "send fewer or shorter texts"))


STATUS: Mapping[type[LingosError], int] = {
    StoreError: 404, StateError: 409, ForbiddenError: 403, DataError: 422, RecipeError: 422, SkillError: 500,
}  # fmt: skip
SHOWN = "use the key that was shown when the server started"


def problem(what: str, expected: str, cure: str) -> dict[str, Any]:
    """An error as JSON: what happened, what was expected, what to do now."""
    return {"error": {"what": what, "expected": expected, "cure": cure}}


def status_of(error: LingosError) -> int:
    """The HTTP status of an error that LingOS raised on purpose."""
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return 422 if type(error) is LingosError else 503  # a plain one says that what was asked can not be


def _offered(scope: Scope) -> str | None:
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    bearer = headers.get(b"authorization", b"").decode("latin-1")
    kind, _, key = bearer.partition(" ")
    if kind.lower() == "bearer" and key:
        return key.strip()
    plain = headers.get(b"x-api-key")
    return plain.decode("latin-1") if plain is not None else None


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


async def _drained(receive: Receive) -> None:
    """Read on for a while: a client that is still sending would not see the answer, only a broken connection."""
    read = 0
    while read < DRAIN:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _enter(cookie: str | None, scope: Scope, send: Send) -> None:
    """Give the cookie, and lead to the address without the key.

    A page of ours leads there, no redirect: a strict cookie is not sent along where another page's link began it.
    """
    if cookie is None:
        await _page(scope, send, 401, "studio.closed")
    else:
        await _page(scope, send, 200, "studio.open", (b"set-cookie", cookie.encode("latin-1")))


async def _page(scope: Scope, send: Send, status: int, said: str, *headers: tuple[bytes, bytes]) -> None:
    language = preferred(headers_of(scope).get("accept-language", ""))
    go_on = '<meta http-equiv="refresh" content="0;url=/">' if status == 200 else ""
    link = '<p><a href="/">LingOS</a></p>' if status == 200 else ""
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="{WIDE}">'
    body = (
        f"{head}{go_on}{ICON}<style>{STYLE}</style><title>LingOS</title><p>{phrase(said, language)}</p>{link}".encode()
    )
    plain = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (
            b"content-security-policy",
            b"default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": body})


async def _answer(send: Send, status: int, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 413:
        headers.append((b"connection", b"close"))  # the rest of the body is not read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
