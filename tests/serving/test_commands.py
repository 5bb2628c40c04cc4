"""The assistant over HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="pip install 'lingos[serving]'")
pytest.importorskip("apscheduler", reason="pip install 'lingos[assistant]'")

from starlette.testclient import TestClient

from lingos.cli.household import Household, owner
from lingos.cli.warm import Warm, warm
from lingos.serving.app import ServeSettings, create_app
from lingos.serving.commands import Events, commands_router
from lingos.serving.keys import digest

KEY = "a-key-for-this-test"


class At:
    """A client, its assistant and what was told to readers."""

    def __init__(self, kept: Warm, told: list[dict[str, Any]]) -> None:
        self.kept, self.told = kept, told
        app = create_app(kept.own.store, (), ServeSettings(digest(KEY)), [commands_router(kept, Events())])
        self.client = TestClient(app, headers={"X-API-Key": KEY})

    def says(self, text: str, **more: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.post("/v1/commands", json={"text": text, "person": owner(), **more}).json()
        return found


@pytest.fixture
def at(tmp_path: Path) -> Any:
    told: list[dict[str, Any]] = []
    with warm(Household(tmp_path), lambda text: None, lambda kind, facts: told.append({"kind": kind, **facts})) as kept:
        yield At(kept, told)


def test_a_command_and_its_undo(at: At) -> None:
    reply = at.says("turn on the kitchen light")
    assert (reply["said"], reply["parts"][0]["kind"]) == ("the light in the kitchen is on", "done")
    assert reply["parts"][0]["changes"] == [{"thing": "kitchen.light", "before": "off", "after": "on"}]
    assert at.client.post("/v1/undo", json={"person": owner()}).json()["parts"][0]["kind"] == "done"
    assert [one["text"] for one in at.client.get("/v1/commands").json()] == ["", "turn on the kitchen light"]
    assert [one["kind"] for one in at.told] == ["reply", "reply"]


def test_approvals(at: At) -> None:
    call = at.says("unlock the front door")["parts"][0]["call"]
    assert [one["call"] for one in at.client.get("/v1/approvals", params={"person": owner()}).json()] == [call]
    other = at.client.post(f"/v1/approvals/{call}", json={"person": "kid", "yes": True})
    assert other.status_code == 409 and "error" in other.json()
    told = at.client.post(f"/v1/approvals/{call}", json={"person": owner(), "yes": True})
    assert told.json()["parts"][0]["kind"] == "done"
    assert at.client.post(f"/v1/approvals/{call}", json={"person": owner(), "yes": True}).status_code == 409


def test_a_text_from_elsewhere_starts_nothing(at: At) -> None:
    assert at.says("turn on the kitchen light", source="a mail")["parts"][0]["kind"] == "refused"


def test_the_same_request_acts_once(at: At) -> None:
    key, body = {"Idempotency-Key": "k1"}, {"text": "set a timer for 10 minutes", "person": owner()}
    first, again = (at.client.post("/v1/commands", json=body, headers=key).json() for _ in range(2))
    assert first == again
    assert len(at.kept.own.world.things("desk").read()) == 1
    other = at.client.post("/v1/commands", json={**body, "text": "turn on the hall light"}, headers=key)
    assert other.status_code == 409


def test_a_rule_acts_on_what_a_sensor_sees(at: At) -> None:
    at.says("turn on the kitchen light")
    assert at.says("when the kitchen window opens, turn off the kitchen light")["parts"][0]["kind"] == "ask"
    assert at.says("yes")["parts"][0]["kind"] == "done"
    done = at.client.post("/v1/sensors", json={"kitchen.window": "open"}).json()
    assert [one["kind"] for one in done] == ["done"]
    assert at.kept.own.house.read()["kitchen.light"] == "off"
    assert at.client.post("/v1/sensors", json={"kitchen.window": "open"}).json() == []
    assert at.client.post("/v1/sensors", json={"kitchen.unicorn": "open"}).status_code >= 400


@pytest.mark.parametrize(
    "rule", ["when the hall window opens, set a timer for 1 second", "走廊的窗户一打开就设一个1秒的计时器"]
)
def test_a_timer_that_a_rule_sets_rings(at: At, rule: str) -> None:
    assert [at.says(one)["parts"][0]["kind"] for one in (rule, "yes")] == ["ask", "done"]
    assert at.client.post("/v1/sensors", json={"hall.window": "open"}).json()[0]["kind"] == "done"
    deadline = time.monotonic() + 5
    while at.told[-1]["kind"] != "ring" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (at.told[-1]["kind"], at.told[-1].get("person")) == ("ring", owner())


def test_a_moment_is_in_no_rule(at: At) -> None:
    [part] = at.says("when the kitchen window opens, remind me in ten minutes to close it")["parts"]
    assert part["kind"] == "refused" and "'set a timer for 10 minutes'" in part["said"]


def test_what_is_wrong_is_told_and_the_key_is_asked_for(at: At) -> None:
    assert at.client.post("/v1/commands", json={"text": "", "person": "a"}).status_code == 422
    assert at.client.post("/v1/commands", json={"text": "hi", "person": "a", "admin": True}).status_code == 422
    assert at.client.get("/v1/commands", headers={"X-API-Key": "wrong"}).status_code == 401
    assert at.client.get("/health").json() == {"live": True, "ready": True}


def test_events_reach_readers_and_slow_ones_are_let_go() -> None:
    events = Events()

    async def listen() -> list[str]:
        lines = events.read(quiet=0.1)
        found = [await anext(lines)]
        events.tell("reply", {"said": "灯"})
        found += [await anext(lines), await anext(lines)]
        for number in range(200):  # nobody reads
            events.tell("reply", {"number": number})
        found += [line async for line in lines]
        return found

    found = asyncio.run(listen())
    assert found[0] == ": listening\n\n" and json.loads(found[1].removeprefix("data: ")) == {
        "kind": "reply",
        "said": "灯",
    }
    assert found[2] == ": still here\n\n"
    assert len(found) == 3 + 100
