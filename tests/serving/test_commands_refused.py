"""What the assistant's routes refuse, what they never tell, and what a served skill that understands answers."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests import made_skills

from lingos.contracts import Mark, Prediction
from lingos.errors import LingosError, ResourceError, StateError
from lingos.serving import events as events_module
from lingos.serving.answers import plain
from lingos.serving.app import ServeSettings, create_app
from lingos.serving.commands import LONGEST, Events, commands_router
from lingos.serving.guard import ForbiddenError, status_of
from lingos.serving.keys import digest
from lingos.store.store import Store

KEY = "a-key-for-the-tests"
ANA = {"person": "ana"}


class Deaf:
    """An assistant that only notes what reaches it; `fault` is raised instead of an answer."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []
        self.fault: Exception | None = None

    def _noted(self, *said: Any) -> Any:
        self.heard.append(said)
        if self.fault is not None:
            raise self.fault
        return {"said": "fine"}

    def do(self, text: str, person: str, source: str) -> Any:
        return self._noted("do", text, person, source)

    def answer(self, call: str, person: str, yes: bool, language: str) -> Any:
        return self._noted("answer", call, person, yes, language)

    def undo(self, person: str, language: str) -> Any:
        return self._noted("undo", person, language)

    def waiting(self, person: str, language: str) -> Any:
        return [self._noted("waiting", person, language)]

    def history(self, person: str | None, limit: int) -> Any:
        return [self._noted("history", person, limit)]

    def sense(self, changes: Any) -> Any:
        return [self._noted("sense", changes)]


class At:
    """A client, its assistant, its events."""

    def __init__(self, folder: Path, only: str = "") -> None:
        self.deaf, self.events = Deaf(), Events()
        routers = [commands_router(self.deaf, self.events, only)]
        app = create_app(Store(folder), (), ServeSettings(digest(KEY)), routers)
        self.client = TestClient(app, headers={"X-API-Key": KEY}, raise_server_exceptions=False)

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        found = self.client.post(path, json=body, headers=headers)
        return found.status_code, found.json()


@pytest.fixture
def at(tmp_path: Path) -> At:
    return At(tmp_path)


WRONG: list[tuple[str, Any]] = [
    ("/v1/commands", {"text": "hi"}),
    ("/v1/commands", {"text": "", **ANA}),
    ("/v1/commands", {"text": "x" * (LONGEST + 1), **ANA}),
    ("/v1/commands", {"text": 3, **ANA}),
    ("/v1/commands", {"text": "hi", **ANA, "admin": True}),
    ("/v1/commands", {"text": "hi", **ANA, "source": ""}),
    ("/v1/commands", {"text": "hi", "person": ""}),
    ("/v1/commands", {"text": "hi", "person": "a\nb"}),
    ("/v1/commands", {"text": "hi", "person": "a\u0000"}),
    ("/v1/commands", {"text": "hi", "person": "x" * 201}),
    ("/v1/commands", ["hi"]),
    ("/v1/undo", {}),
    ("/v1/undo", {**ANA, "language": "fr"}),
    ("/v1/approvals/c1", {**ANA, "yes": "yes"}),
    ("/v1/approvals/c1", {**ANA, "yes": 1}),
    ("/v1/approvals/c1", ANA),
    ("/v1/approvals/" + "x" * 65, {**ANA, "yes": True}),
    ("/v1/sensors", {"kitchen.window": None}),
    ("/v1/sensors", {"kitchen.window": ["open"]}),
    ("/v1/sensors", {"kitchen.window": "x" * 201}),
]


@pytest.mark.parametrize(("path", "body"), WRONG)
def test_wrong_bodies_reach_nobody(at: At, path: str, body: Any) -> None:
    status, told = at.post(path, body)
    assert status == 422 and all(told["error"][part] for part in ("what", "expected", "cure"))
    assert at.deaf.heard == []


@pytest.mark.parametrize("raw", [b'{"text": "\\ud800", "person": "a"}', b'{"kitchen.temperature": NaN}', b"{", b"\xff"])
def test_broken_json_reaches_nobody(at: At, raw: bytes) -> None:
    for path in ("/v1/commands", "/v1/sensors"):
        found = at.client.post(path, content=raw, headers={"Content-Type": "application/json"})
        assert found.status_code in (400, 422) and found.json()["error"]["cure"], path
    assert at.deaf.heard == []


@pytest.mark.parametrize("path", ["commands?limit=0", "commands?limit=501", "commands?person=", "approvals"])
def test_wrong_questions_reach_nobody(at: At, path: str) -> None:
    assert at.client.get(f"/v1/{path}").status_code == 422
    assert at.deaf.heard == []


def test_what_reaches_the_assistant(at: At) -> None:
    at.post("/v1/commands", {"text": "开灯", **ANA})
    at.post("/v1/commands", {"text": "hi", **ANA, "source": "a mail"})
    at.post("/v1/approvals/c1", {**ANA, "yes": False, "language": "zh"})
    at.post("/v1/undo", ANA)
    at.post("/v1/sensors", {"kitchen.window": "open", "hall.temperature": 21, "study.temperature": 19.5})
    for path in ("commands", "commands?person=ana&limit=3", "approvals?person=ana&language=zh"):
        assert at.client.get(f"/v1/{path}").json() == [{"said": "fine"}]
    assert at.deaf.heard == [
        ("do", "开灯", "ana", "person"),
        ("do", "hi", "ana", "a mail"),
        ("answer", "c1", "ana", False, "zh"),
        ("undo", "ana", "en"),
        ("sense", {"kitchen.window": "open", "hall.temperature": 21, "study.temperature": 19.5}),
        ("history", None, 20),
        ("history", "ana", 3),
        ("waiting", "ana", "zh"),
    ]


def test_a_key_is_one_persons_and_of_one_request(at: At) -> None:
    say = {"text": "hi", **ANA}
    for path, body, wanted in (
        ("/v1/commands", say, 200),
        ("/v1/commands", say, 200),
        ("/v1/commands", {**say, "text": "ho"}, 409),
        ("/v1/commands", {**say, "source": "a mail"}, 409),
        ("/v1/undo", ANA, 409),
        ("/v1/commands", {**say, "person": "kid"}, 200),
    ):
        assert at.post(path, body, **{"Idempotency-Key": "k"})[0] == wanted, body
    assert [one[2] for one in at.deaf.heard] == ["ana", "kid"]
    assert at.post("/v1/commands", say, **{"Idempotency-Key": "k" * 201})[0] == 422


def test_after_a_failure_a_key_does_not_act_again(at: At) -> None:
    at.deaf.fault = ResourceError("the disk is full")
    say, key = {"text": "hi", **ANA}, {"Idempotency-Key": "k"}
    assert at.post("/v1/commands", say, **key)[0] == 503
    at.deaf.fault = None
    assert at.post("/v1/commands", say, **key)[0] == 409
    assert len(at.deaf.heard) == 1
    assert at.post("/v1/commands", say, **{"Idempotency-Key": "k2"})[0] == 200


@pytest.mark.parametrize("fault", [ValueError("secret-words"), ResourceError("no disk"), LingosError("it can not be")])
def test_texts_are_in_no_log_and_no_error(at: At, fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    at.deaf.fault = fault
    with caplog.at_level(logging.DEBUG):
        status, told = at.post("/v1/commands", {"text": "secret-words", "person": "secret-name"})
        assert status == {ValueError: 500, ResourceError: 503, LingosError: 422}[type(fault)]
        assert set(told["error"]) == {"what", "expected", "cure"} and "secret" not in str(told)
        assert "secret" not in str(at.post("/v1/commands", {"text": ["secret-words"], "person": "secret\n"}))
    assert "secret" not in caplog.text


def test_the_statuses_of_errors() -> None:
    found = [status_of(one("x")) for one in (StateError, ForbiddenError, LingosError, ResourceError)]
    assert found == [409, 403, 422, 503]


def test_a_router_for_one_person(tmp_path: Path) -> None:
    at = At(tmp_path, "ana")
    assert at.post("/v1/commands", {"text": "hi", "person": "kid"})[0] == 403
    assert at.client.get("/v1/events?person=kid").status_code == 403
    assert at.deaf.heard == []
    for path in ("commands", "commands?person=ana", "approvals"):
        assert at.client.get(f"/v1/{path}").status_code == 200
    assert [one[1] for one in at.deaf.heard] == ["ana"] * 3


def test_too_many_listeners(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "READERS", 0)
    assert at.client.get("/v1/events").status_code == 503


def test_the_contract_lists_the_routes(at: At) -> None:
    paths = at.client.get("/openapi.json").json()["paths"]
    found = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert found >= {
        "POST /v1/commands", "GET /v1/commands", "GET /v1/approvals", "POST /v1/approvals/{call}", "POST /v1/undo",
        "POST /v1/sensors", "GET /v1/events",
    }  # fmt: skip
    assert [one["name"] for one in paths["/v1/commands"]["post"]["parameters"]] == ["Idempotency-Key"]


def test_ready_without_skills(at: At, tmp_path: Path) -> None:
    assert at.client.get("/health").json() == {"live": True, "ready": True}
    assert at.client.get("/v1/skills").json() == {"skills": []}
    nothing = TestClient(create_app(Store(tmp_path), (), ServeSettings(digest(KEY))))
    assert nothing.get("/health").json() == {"live": True, "ready": False}


def test_a_skill_that_understands_shows_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "home")
    store.put(made_skills.ngrams(tmp_path / "one", "home"))
    app = create_app(store, ["home"], ServeSettings(digest(KEY)))
    found = [
        Prediction("light", 0.9, False, (("light", 0.9),), marks=(Mark(0, 7, "room"),), implied={"state": "on"}),
        Prediction("none", 0.9, False, (("none", 0.9),)),
    ]
    monkeypatch.setattr(
        app.state.skills,
        "answer",
        lambda name, ask: {"skill": "home@1", "predictions": [plain(one, 1) for one in found]},
    )
    client = TestClient(app, headers={"X-API-Key": KEY})
    first, second = client.post("/v1/skills/home/predict", json={"inputs": ["a", "b"]}).json()["predictions"]
    assert (first["marks"], first["implied"]) == ([{"slot": "room", "start": 0, "end": 7}], {"state": "on"})
    assert set(second) == {"label", "score", "refused", "top"}
