"""The server: the key before every route, limits, errors in three parts, and answers that belong to their requests."""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from tests import made_skills

from lingos.errors import RecipeError, ResourceError, StoreError
from lingos.serving import app as module
from lingos.serving.app import ServeSettings, create_app
from lingos.serving.guard import OPEN, Limits
from lingos.serving.keys import digest, fits, make
from lingos.serving.start import Door, listening
from lingos.store.store import Store

KEY = "a-key-for-the-tests"
GOOD = {"X-API-Key": KEY}
PREDICT = "/v1/skills/home/predict"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "home")
    for name in ("home", "工单"):
        store.put(made_skills.ngrams(tmp_path / name, name))
    return store


def application(store: Store, limits: Limits | None = None, routers: tuple[APIRouter, ...] = ()) -> FastAPI:
    return create_app(store, ["home", "工单"], ServeSettings(digest(KEY), limits or Limits()), routers)


def client(app: FastAPI, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers or {})


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


async def ask(store: Store, body: Any, path: str = PREDICT, limits: Limits | None = None) -> httpx.Response:
    async with client(application(store, limits), GOOD) as caller:
        if isinstance(body, bytes):
            return await caller.post(path, content=body, headers={"Content-Type": "application/json"})
        return await caller.post(path, json=body)


async def test_answers(store: Store) -> None:
    found = await ask(store, {"inputs": ["turn the lamp on", {"text": "will it rain today"}], "top": 2})
    assert found.status_code == 200
    body = found.json()
    assert body["skill"] == "home@1"
    assert [one["label"] for one in body["predictions"]] == ["lights", "weather"]
    first = body["predictions"][0]
    assert set(first) == {"label", "score", "refused", "top"}
    assert [set(one) for one in first["top"]] == [{"label", "score"}] * 2
    assert first["top"][0] == {"label": first["label"], "score": first["score"]}


async def test_names_of_any_language_and_versions(store: Store) -> None:
    assert (await ask(store, {"inputs": ["灯"]}, "/v1/skills/工单/predict")).json()["skill"] == "工单@1"
    assert (await ask(store, {"inputs": ["x"]}, "/v1/skills/home@1/predict")).status_code == 200
    assert (await ask(store, {"inputs": []})).json() == {"skill": "home@1", "predictions": []}


async def test_an_unknown_skill_is_never_answered_by_another(store: Store) -> None:
    for name in ("hom", "home@2", "home@production", "nothing", "HOME"):
        found = await ask(store, {"inputs": ["x"]}, f"/v1/skills/{name}/predict")
        assert found.status_code == 404, name
        assert found.json()["error"]["what"].startswith("unknown skill")
    assert (
        "did you mean 'home'" in (await ask(store, {"inputs": ["x"]}, "/v1/skills/hom/predict")).json()["error"]["cure"]
    )


def paths(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything that is mounted: what the contract lists, and what it does not."""
    for path, methods in app.openapi()["paths"].items():
        yield from ((method.upper(), re.sub(r"\{[^}]*\}", "home", path)) for method in methods)
    for route in app.routes:
        path = str(getattr(route, "path", ""))
        yield from ((method, path) for method in getattr(route, "methods", None) or {"GET"} if path)


async def test_no_route_but_health_answers_without_the_key(store: Store) -> None:
    router = APIRouter()
    router.add_api_route("/apps/{name}/page", lambda name: {"name": name})
    app = application(store, routers=(router,))
    app.mount("/static", FastAPI())
    listed = [*paths(app), *(("GET", path) for path in ("/docs", "/redoc", "/nowhere", "//health", "/health/"))]
    known = {path for _, path in listed}
    assert {"/openapi.json", "/v1/skills", "/health", PREDICT, "/apps/home/page"} <= known, known
    wrong: list[dict[str, str]] = [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": KEY[:-1]},
        {"X-API-Key": KEY + " x"},
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": "Bearer "},
        {"Cookie": f"key={KEY}"},
    ]
    async with client(app) as caller:
        for method, path in listed:
            for headers in wrong:
                found = await caller.request(method, f"http://test{path}", headers=headers)
                assert found.status_code == (
                    200 if path in OPEN and method == "GET" else 401 if path not in OPEN else 405
                ), path
        assert (await caller.get("/v1/skills", params={"key": KEY})).status_code == 401
        told = (await caller.get("/nowhere")).json()["error"]
        assert set(told) == {"what", "expected", "cure"}


@pytest.mark.parametrize("headers", [GOOD, {"Authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}])
async def test_both_ways_to_show_the_key(store: Store, headers: dict[str, str]) -> None:
    async with client(application(store), headers) as caller:
        listed = (await caller.get("/v1/skills")).json()["skills"]
        assert [one["skill"] for one in listed] == ["home@1", "工单@1"]
        assert listed[0]["labels"] == made_skills.LABELS
        contract = (await caller.get("/openapi.json")).json()
        assert "/v1/skills/{name}/predict" in contract["paths"]
        assert (await caller.get("/docs")).status_code == 404
        assert (await caller.get(PREDICT)).status_code == 405


async def test_health_tells_no_secret(store: Store) -> None:
    async with client(application(store)) as caller:
        assert (await caller.get("/health")).json() == {"live": True, "ready": True}


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({}, "inputs: Field required"),
        ({"inputs": "lamp"}, "inputs"),
        ({"inputs": [3]}, "inputs.0"),
        ({"inputs": ["x"], "topp": 3}, "topp: Extra inputs"),
        ({"inputs": ["x"], "top": 0}, "top"),
        ({"inputs": ["x"], "top": "3"}, "top"),
        ({"inputs": [{"txt": "x"}]}, "input 0 has no field 'text'"),
        ([], "body"),
        (b"{", "JSON"),
        (b"\xff\xfe", ""),
    ],
)
async def test_wrong_bodies(store: Store, body: Any, part: str) -> None:
    found = await ask(store, body)
    assert found.status_code in (400, 422)
    error = found.json()["error"]
    assert part in error["what"] and error["expected"] and error["cure"]


async def test_errors_do_not_repeat_the_text(store: Store) -> None:
    found = await ask(store, {"inputs": ["secret-words"], "top": "secret-words"})
    assert "secret" not in found.text


async def test_limits(store: Store) -> None:
    limits = Limits(body=2000, inputs=2, text=50, top=3)
    many = await ask(store, {"inputs": ["a"] * 3}, limits=limits)
    assert (many.status_code, many.json()["error"]["what"]) == (422, "3 inputs in one request")
    long = await ask(store, {"inputs": ["a", "b" * 51]}, limits=limits)
    assert (long.status_code, long.json()["error"]["what"]) == (422, "input 1 has 51 characters")
    assert (await ask(store, {"inputs": [{"text": "b" * 51}]}, limits=limits)).status_code == 422
    assert (await ask(store, {"inputs": ["a"], "top": 4}, limits=limits)).status_code == 422
    large = await ask(store, {"inputs": ["a" * 3000]}, limits=limits)
    assert (large.status_code, large.json()["error"]["what"]) == (413, "the request is too large")
    assert (await ask(store, {"inputs": ["a" * 50] * 2}, limits=limits)).status_code == 200


async def test_a_streamed_body_is_counted(store: Store) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 1000

    async with client(application(store, Limits(body=5000)), GOOD) as caller:
        found = await caller.post(PREDICT, content=endless())
    assert found.status_code == 413
    assert "content-length" not in found.request.headers


async def test_a_failure_tells_nothing_and_the_next_request_is_answered(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = application(store)
    session = app.state.skills.session("home")
    monkeypatch.setattr(session.engine, "outputs", lambda inputs: 1 / 0)
    async with client(app, GOOD) as caller:
        with caplog.at_level(logging.DEBUG):
            found = await caller.post(PREDICT, json={"inputs": ["secret-words"]})
        assert found.status_code == 500
        assert "secret" not in caplog.text and "ZeroDivisionError" in caplog.text
        assert set(found.json()["error"]) == {"what", "expected", "cure"}
        monkeypatch.undo()
        assert (await caller.post(PREDICT, json={"inputs": ["lamp"]})).status_code == 200


async def test_texts_are_not_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await ask(store, {"inputs": ["secret-words"]})
    assert "secret" not in caplog.text


def test_opening_fails_early(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="did you mean 'home'"):
        create_app(store, ["hom"], ServeSettings(digest(KEY)))
    store.put(made_skills.ngrams(tmp_path / "again"))
    with pytest.raises(StoreError, match="at once"):
        create_app(store, ["home@1", "home@2"], ServeSettings(digest(KEY)))


def test_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINGOS_KEY", raising=False)
    (one, new), (two, _) = make(), make()
    assert one != two and len(one) > 40 and new
    assert fits(one, digest(one)) and not fits(two, digest(one)) and not fits("", digest("")[:-1])
    assert not fits(None, digest(""))
    monkeypatch.setenv("LINGOS_KEY", KEY)
    assert make() == (KEY, False)
    for bad in ("short", "with space in the key", "schlüssel-schlüssel"):
        monkeypatch.setenv("LINGOS_KEY", bad)
        with pytest.raises(RecipeError, match="LINGOS_KEY"):
            make()
    assert KEY.encode() not in repr(ServeSettings(digest(KEY))).encode()


def test_a_used_port_is_told_before_a_skill_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(module, "create_app", lambda *given: opened.append(given))
    with listening("127.0.0.1", 0) as held:  # as a server that has only just started holds it
        port = held.getsockname()[1]
        with pytest.raises(ResourceError, match=f"can not listen on 127.0.0.1:{port}: another program listens") as told:
            module.serve(["home"], port=port, store=store)
    assert "--port" in told.value.cure
    assert opened == []


def test_the_port_is_free_again_when_a_skill_can_not_be_opened(store: Store) -> None:
    with listening("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
    with pytest.raises(StoreError, match="unknown skill"):
        module.serve(["nothing"], port=port, store=store)
    listening("127.0.0.1", port).close()


# -- a real server over a real socket --------------------------------------------------------------------------------
CODE = """
import sys
from lingos.serving.app import serve
from lingos.store.store import Store
serve(["home", "工单"], port=0, store=Store(sys.argv[1]))
"""


@pytest.fixture
def server(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    monkeypatch.delenv("LINGOS_KEY", raising=False)
    command = [sys.executable, "-W", "error", "-c", CODE, str(store.home)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines = [process.stderr.readline() for _ in range(4)]
    try:
        address, key = re.search(r"http://\S+", lines[0]), re.search(r"key \(shown once\): (\S+)", lines[1])
        assert address and key, lines
        yield process, address[0], key[1]
    finally:
        process.kill()
        process.communicate(timeout=10)


def test_a_real_server(server: tuple[subprocess.Popen[str], str, str], store: Store) -> None:
    process, address, key = server
    assert address.startswith("http://127.0.0.1:")
    with pytest.raises(ResourceError, match="another program listens there"):
        module.serve(["home"], port=int(address.rpartition(":")[2]), store=store)
    with httpx.Client(base_url=address) as caller:
        assert caller.get("/health").json()["ready"] is True
        assert caller.post(PREDICT, json={"inputs": ["lamp"]}).status_code == 401
        body = caller.post(PREDICT, json={"inputs": ["lamp off"]}, headers={"Authorization": f"Bearer {key}"}).json()
        assert body["predictions"][0]["label"] == "lights"
        assert caller.post(PREDICT, content=b"x" * (2 << 20), headers={"X-API-Key": key}).status_code == 413

    def one(place: int) -> tuple[str, str]:
        wanted, text = (("lights", "lamp off"), ("weather", "rain today"))[place % 2]
        found = httpx.post(address + PREDICT, json={"inputs": [text] * (place % 3 + 1)}, headers={"X-API-Key": key})
        assert len(found.json()["predictions"]) == place % 3 + 1
        return wanted, found.json()["predictions"][0]["label"]

    with ThreadPoolExecutor(8) as pool:
        assert all(wanted == found for wanted, found in pool.map(one, range(40)))
    kept = [path for path in store.home.rglob("*") if path.is_file() and key in path.read_text("utf-8", "replace")]
    assert kept == [], "the key is nowhere on disk"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) in (0, -signal.SIGTERM)
    assert "lamp" not in (process.stderr.read() if process.stderr else "")


def test_running_requests_are_finished(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM while a prediction runs: it is answered, then the server ends."""
    code = (
        CODE.replace("serve([", "import time\nfrom lingos.inference import Session\ncall = Session.__call__\n"
        "Session.__call__ = lambda self, inputs: (time.sleep(1.5), call(self, inputs))[1]\nserve([")
    )  # fmt: skip
    monkeypatch.setenv("LINGOS_KEY", KEY)
    process = subprocess.Popen([sys.executable, "-c", code, str(store.home)], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = re.search(r"http://\S+", process.stderr.readline())
    assert address
    found: list[int] = []
    asking = threading.Thread(
        target=lambda: found.append(
            httpx.post(address[0] + PREDICT, json={"inputs": ["lamp"]}, headers=GOOD, timeout=20).status_code
        )
    )
    while not found and not asking.is_alive():
        try:
            httpx.get(address[0] + "/health")
            asking.start()
        except httpx.ConnectError:
            time.sleep(0.05)
    time.sleep(0.7)
    process.send_signal(signal.SIGTERM)
    asking.join(20)
    assert found == [200]
    process.communicate(timeout=20)


def test_the_server_imports_no_torch(store: Store) -> None:
    code = (
        "import sys; from lingos.serving.app import create_app, ServeSettings; from lingos.store.store import Store\n"
        f"create_app(Store({str(store.home)!r}), ['home'], ServeSettings(b''))\n"
        "print([name for name in ('torch', 'transformers', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().body = 1  # type: ignore[misc]


@pytest.mark.parametrize(("key", "header"), [(None, '"X-API-Key: $LINGOS_KEY"'), (KEY, f"'X-API-Key: {KEY}'")])
def test_the_line_to_try_works_in_a_shell(
    store: Store, key: str | None, header: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINGOS_KEY", KEY)
    with Door("127.0.0.1", 0) as door:
        door.new = key is not None
        module._tell(application(store), door)
    assert f"try: curl -H {header} -d " in capsys.readouterr().err
