"""The assistant over HTTP: commands in, replies out, approvals, history, and news as server-sent events.

    POST /v1/commands          {"text": "turn on the kitchen light", "person": "ana"}
    GET  /v1/commands          the last ones and what became of them
    GET  /v1/approvals         what waits for a yes or no
    POST /v1/approvals/{call}  {"person": "ana", "yes": true}
    POST /v1/undo              {"person": "ana"}
    POST /v1/sensors           {"kitchen.window": "open"}
    GET  /v1/events            replies, rings and what rules did, as they come

Whoever has the key is one trusted client: it is believed who speaks, and that a person does. A text that came from
elsewhere names its `source`, and starts nothing. A server that is made for one person refuses to hear of others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from lingos.errors import DataError, ResourceError
from lingos.serving.ending import Endless
from lingos.serving.events import Events
from lingos.serving.guard import ForbiddenError
from lingos.serving.repeats import Repeats

__all__ = ["Assistant", "Events", "commands_router"]

LONGEST = 1_000  # characters of a sentence
PLAIN = r"^[^\x00-\x1f\x7f]+$"  # of names: no control characters
STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # proxies must not wait for more
Json = dict[str, Any]
Rows = list[Json]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
Person = Annotated[str | None, Query(min_length=1, max_length=200, pattern=PLAIN)]
Limit = Annotated[int, Query(ge=1, le=500)]
Call = Annotated[str, Path(max_length=64, pattern=PLAIN)]
Seen = Annotated[float, Field(allow_inf_nan=False)] | int | Annotated[str, Field(max_length=200)]


class Assistant(Protocol):
    """What this channel needs of the assistant; all answers are ready for JSON."""

    def do(self, text: str, person: str, source: str) -> Json: ...
    def answer(self, call: str, person: str, yes: bool, language: str) -> Json: ...
    def undo(self, person: str, language: str) -> Json: ...
    def waiting(self, person: str, language: str) -> Rows: ...
    def history(self, person: str | None, limit: int) -> Rows: ...
    def sense(self, changes: Mapping[str, Any]) -> Rows: ...


class Body(BaseModel):
    """Nothing but what is named is taken."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Said(Body):
    """A sentence; `source` is "person", or the name of what a text came from, which can start nothing."""

    text: str = Field(min_length=1, max_length=LONGEST)
    person: Name
    source: Name = "person"


class Who(Body):
    """A person, and the language of the reply."""

    person: Name
    language: Literal["en", "zh"] = "en"


class Answered(Who):
    """A yes or no."""

    yes: bool


def commands_router(assistant: Assistant, events: Events, person: str = "") -> APIRouter:
    """The routes of one assistant; with `person`, of nobody else.

    >>> sorted(route.path for route in commands_router(assistant=None, events=Events()).routes)[:2]
    ['/v1/approvals', '/v1/approvals/{call}']
    """
    own = _Routes(assistant, events, person)
    router = APIRouter(prefix="/v1")
    for path, get, post in (
        ("/commands", own.history, own.do),
        ("/approvals", own.waiting, None),
        ("/approvals/{call}", None, own.answer),
        ("/undo", None, own.undo),
        ("/sensors", None, own.sense),
        ("/events", own.listen, None),
    ):
        for method, endpoint in (("GET", get), ("POST", post)):
            if endpoint is not None:
                router.add_api_route(path, endpoint, methods=[method])
    return router


class _Routes:
    """The routes. What asks the assistant runs in a thread."""

    def __init__(self, assistant: Assistant, events: Events, only: str) -> None:
        self.assistant, self.events, self.only = assistant, events, only
        self.repeats = Repeats()

    async def do(self, said: Said, key: Key = None) -> Json:
        """Do what a sentence asks for. With an Idempotency-Key the same request sent again acts once."""
        who = self._who(said.person)
        return await self._once(key, who, said, lambda: self.assistant.do(said.text, who, said.source))

    async def history(self, person: Person = None, limit: Limit = 20) -> Rows:
        """The last commands, newest first: of one person, or of all."""
        who = self._who(person) if person or self.only else None
        return await run_in_threadpool(self.assistant.history, who, limit)

    async def waiting(self, person: Person = None, language: Literal["en", "zh"] = "en") -> Rows:
        """What waits for a person's yes or no, oldest first."""
        return await run_in_threadpool(self.assistant.waiting, self._who(person), language)

    async def answer(self, call: Call, told: Answered) -> Json:
        """Say yes or no to one call."""
        who = self._who(told.person)
        return await run_in_threadpool(self.assistant.answer, call, who, told.yes, told.language)

    async def undo(self, who: Who, key: Key = None) -> Json:
        """Take back the person's last effect. With an Idempotency-Key the same request sent again acts once."""
        person = self._who(who.person)
        return await self._once(key, person, who, lambda: self.assistant.undo(person, who.language))

    async def sense(self, changes: dict[str, Seen]) -> Rows:
        """What sensors see now; the answers are what standing rules did about it."""
        done = await run_in_threadpool(self.assistant.sense, changes)
        return [one for one in done if not self.only or one.get("person") == self.only]

    async def listen(self, person: Person = None) -> Endless:
        """Replies, rings and rules as they come (text/event-stream): of one person, or of all."""
        who = self._who(person) if person or self.only else ""
        if self.events.full:
            raise ResourceError("too many listen", expected="fewer at a time", cure="end those that are not needed")
        return Endless(self.events.read(person=who), media_type="text/event-stream", headers=STREAM)

    async def _once(self, key: str | None, person: str, asked: Body, act: Callable[[], Json]) -> Json:
        if key is None:
            return await run_in_threadpool(act)
        what = f"{type(asked).__name__} {asked.model_dump_json()}"
        return await run_in_threadpool(self.repeats, (person, key), what, act)

    def _who(self, person: str | None) -> str:
        """The person, if this server may hear of them."""
        if self.only and person not in (None, self.only):
            raise ForbiddenError(
                "this server answers one person only", expected=f"person {self.only}", cure="leave out the others"
            )
        if not (person or self.only):
            raise DataError("nobody is named", expected="?person=NAME", cure="say whose they are")
        return person or self.only
