"""`lingos assistant serve` as a process: HTTP, events and the socket at once, and a clean end."""

from __future__ import annotations

import json
import os
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

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")
pytest.importorskip("apscheduler", reason="pip install 'lingos[assistant]'")

from lingos.assistant.channels.socket import asked
from lingos.cli.household import owner
from lingos.serving.start import listening

KEY = "a-key-for-the-tests"
GOOD = {"X-API-Key": KEY}
LONG = 60.0


class Served:
    """A process and how to reach it."""

    def __init__(self, home: Path, *flags: str) -> None:
        self.socket = home / "assistant" / "socket"
        command = [sys.executable, "-W", "error", "-m", "lingos", "assistant", "serve", "--port", "0", *flags]
        self.process = subprocess.Popen(
            command, env={**os.environ, "LINGOS_HOME": str(home), "LINGOS_KEY": KEY}, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        self.lines = [self.process.stderr.readline() for _ in range(5)]
        address = re.search(r"http://\S+", self.lines[1])
        assert address, self.lines + self.process.stderr.readlines()
        self.client = httpx.Client(base_url=address[0], headers=GOOD, timeout=LONG)

    def says(self, text: str, **more: Any) -> httpx.Response:
        return self.client.post("/v1/commands", json={"text": text, "person": owner()}, **more)

    def ends(self, by: signal.Signals) -> str:
        """What it printed after the start."""
        self.process.send_signal(by)
        assert self.process.wait(15) == 0
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def close(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.communicate(timeout=10)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(tmp_path)
    yield found
    found.close()


class Listener(threading.Thread):
    """Reads the events until the server ends them."""

    def __init__(self, served: Served, **params: str) -> None:
        super().__init__()
        self.served, self.params, self.ready = served, params, threading.Event()
        self.told: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with self.served.client.stream("GET", "/v1/events", params=self.params) as found:
                assert found.headers["content-type"].startswith("text/event-stream")
                for line in found.iter_lines():
                    self.ready.set()
                    if line.startswith("data: "):
                        self.told.append(json.loads(line.removeprefix("data: ")))
        except Exception as error:
            self.error = error


def test_http_events_and_the_socket_are_one_assistant(served: Served) -> None:
    assert served.client.get("/health").json() == {"live": True, "ready": True}
    assert httpx.get(f"{served.client.base_url}/v1/events").status_code == 401
    every, ana = Listener(served), Listener(served, person="ana")
    for one in (every, ana):
        one.start()
        assert one.ready.wait(LONG)
    assert served.says("turn on the kitchen light").json()["parts"][0]["kind"] == "done"
    told = asked(served.socket, {"verb": "do", "text": "turn on the kitchen light", "person": "ana"})
    assert told is not None and told["parts"][0]["kind"] == "refused"
    log = served.ends(signal.SIGTERM)
    for one in (every, ana):
        one.join(LONG)
        assert one.error is None, "the answer was ended, not cut off"
    assert [(one["kind"], one["person"]) for one in every.told] == [("reply", owner()), ("reply", "ana")]
    assert [one["person"] for one in ana.told] == ["ana"]
    assert not served.socket.exists()
    assert log == ""


def test_ctrl_c_ends_it_too(served: Served) -> None:
    listener = Listener(served)
    listener.start()
    assert listener.ready.wait(LONG)
    began = time.monotonic()
    assert served.ends(signal.SIGINT) == ""
    assert time.monotonic() - began < 10, "it waited for those who only listen"
    assert not served.socket.exists()
    listener.join(LONG)


def test_many_at_once_lose_nothing_and_repeats_act_once(served: Served) -> None:
    def one(number: int) -> tuple[str, str]:
        found = served.says(f"note that number {number // 2} is here", headers={"Idempotency-Key": f"{number // 2}"})
        assert found.status_code == 200, found.text
        return found.json()["command"], found.json()["parts"][0]["kind"]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(60)))
    assert {kind for _, kind in found} == {"done"}
    assert len({command for command, _ in found}) == 30
    assert len(served.client.get("/v1/commands", params={"limit": 100}).json()) == 30


def test_a_running_command_is_answered_before_the_end(served: Served) -> None:
    long = "turn on the kitchen light and " * 33
    with ThreadPoolExecutor(2) as pool:
        over_http = pool.submit(served.says, long)
        over_socket = pool.submit(asked, served.socket, {"verb": "do", "text": long, "person": owner()})
        time.sleep(0.3)
        served.ends(signal.SIGTERM)
        assert over_http.result().status_code == 200
        told = over_socket.result()
        assert told is not None and told["parts"]


def test_a_port_that_is_taken_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    with listening("127.0.0.1", 0) as held:
        command = [sys.executable, "-m", "lingos", "assistant", "serve", "--port", str(held.getsockname()[1])]
        done = subprocess.run(
            command, env={**os.environ, "LINGOS_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=LONG
        )
    assert done.returncode == 2 and "another program listens there" in done.stderr and "--port" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_one_assistant_a_home(served: Served) -> None:
    home = served.socket.parent.parent
    command = [sys.executable, "-m", "lingos", "assistant", "serve", "--port", "0"]
    environment = {**os.environ, "LINGOS_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONG)
    assert done.returncode == 2 and "already" in done.stderr
    assert served.says("turn on the hall light").json()["parts"][0]["kind"] == "done"
    assert asked(served.socket, {"verb": "undo", "person": owner()}) is not None, "the first one's socket is there"


def test_a_server_for_one_person(tmp_path: Path) -> None:
    served = Served(tmp_path, "--person", owner())
    try:
        assert f'"person": "{owner()}"' in "".join(served.lines)
        assert served.says("turn on the kitchen light").status_code == 200
        for method, path, body in (
            ("POST", "/v1/commands", {"text": "turn off the kitchen light", "person": "kid"}),
            ("POST", "/v1/undo", {"person": "kid"}),
            ("POST", "/v1/approvals/x", {"person": "kid", "yes": True}),
            ("GET", "/v1/commands?person=kid", None),
            ("GET", "/v1/approvals?person=kid", None),
            ("GET", "/v1/events?person=kid", None),
        ):
            found = served.client.request(method, path, json=body)
            assert found.status_code == 403 and set(found.json()["error"]) == {"what", "expected", "cure"}, path
        asked(served.socket, {"verb": "do", "text": "turn on the hall light", "person": "kid"})
        assert [one["person"] for one in served.client.get("/v1/commands").json()] == [owner()]
        assert served.client.get("/v1/approvals").json() == []
    finally:
        served.close()
