"""A browser comes in with the key once, for a cookie; and a request with that cookie must come from our own page."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import httpx
import pytest
from tests import made_skills

from lingos.serving.keys import digest
from lingos.serving.open_page import page_app
from lingos.serving.visits import MOST, Visits
from lingos.skill import write
from lingos.store.store import Store

KEY = "a-key-for-the-tests"
HOME = "http://127.0.0.1:8351"
OURS = {"sec-fetch-site": "same-origin", "origin": HOME}
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Server:
    """The application without Gradio, and callers of it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "home")
        manifest = dataclasses.replace(made_skills.PLAIN, name="home")
        self.store.put(write(folder / "with", manifest, {"report.html": "<p>fine</p>"}))
        self.store.put(write(folder / "without", manifest, {"labels.txt": "a"}))
        self.visits = Visits(digest(KEY))
        self.app = page_app(lambda app: None, self.store, self.visits)

    def caller(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOME)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


async def test_the_key_becomes_a_cookie(server: Server) -> None:
    async with server.caller() as caller:
        assert (await caller.get("/v1/skills")).status_code == 401
        entered = await caller.get("/", params={"key": KEY})
        assert entered.status_code == 200 and KEY not in entered.text
        told = entered.headers["set-cookie"]
        assert "HttpOnly" in told and "SameSite=Strict" in told and KEY not in told
        assert entered.headers["cache-control"] == "no-store"
        assert (await caller.get("/v1/skills")).status_code == 200
        assert (await caller.get("/", headers={"accept-language": "zh-CN"})).headers["location"] == "/studio/zh/"


async def test_a_ticket_is_good_once_and_the_key_more_than_once(server: Server) -> None:
    ticket = server.visits.ticket()
    for key, expected in ((ticket, 200), (ticket, 401), (KEY, 200), (KEY, 200), ("wrong", 401), ("", 401)):
        async with server.caller() as caller:
            found = await caller.get("/", params={"key": key})
            assert found.status_code == expected, key
            assert ("set-cookie" in found.headers) == (expected == 200)


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("POST", OURS, True),
        ("POST", {"origin": HOME}, True),
        ("POST", {}, False),
        ("POST", {"sec-fetch-site": "none"}, False),
        ("POST", {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9999"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, False),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ("DELETE", {"sec-fetch-site": "cross-site"}, False),
        ("GET", {}, True),
        ("GET", {"sec-fetch-site": "none"}, True),
        ("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}, False),
        ("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, False),
        ("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, True),
    ],
)
async def test_a_cookie_counts_only_from_our_own_page(
    server: Server, method: str, headers: dict[str, str], allowed: bool
) -> None:
    async with server.caller() as caller:
        await caller.get("/", params={"key": KEY})
        found = await caller.request(method, "/v1/skills", headers=headers)
        assert (found.status_code != 401) == allowed
        by_key = await caller.request(method, "/v1/skills", headers={**headers, "x-api-key": KEY})
        assert by_key.status_code != 401, "a program with the key has no page"


async def test_cookies_of_others_are_worth_nothing(server: Server) -> None:
    async with server.caller() as caller:
        for cookie in ("lingos-8351=", "lingos-8351=guess", f"lingos-8351={KEY}", "other=1", 'broken="', "a=b; ; =="):
            assert (await caller.get("/v1/skills", headers={"cookie": cookie})).status_code == 401, cookie


async def test_the_oldest_visit_ends(server: Server) -> None:
    async with server.caller() as first, server.caller() as other:
        await first.get("/", params={"key": KEY})
        for _ in range(MOST):
            await other.get("/", params={"key": KEY})
        assert (await first.get("/v1/skills")).status_code == 401
        assert (await other.get("/v1/skills")).status_code == 200


async def test_people_without_the_key_are_told_how_to_come_in(server: Server) -> None:
    async with server.caller() as caller:
        found = await caller.get("/studio/en/", headers={"accept": "text/html", "accept-language": "zh"})
        assert found.status_code == 401 and "密钥" in found.text and 'lang="zh"' in found.text
        assert (await caller.get("/", headers={"accept": "application/json"})).json()["error"]["what"] == "no valid key"


async def test_reports_come_out_of_their_bundles_and_reach_nothing(server: Server) -> None:
    async with server.caller() as caller:
        await caller.get("/", params={"key": KEY})
        found = await caller.get("/reports/home/1")
        assert found.text == "<p>fine</p>" and found.headers["content-security-policy"].startswith("sandbox")
        for path in (
            "home/2",
            "home/3",
            "other/1",
            "..%2f..%2fhome/1",
            "home/..",
            "home/1/../../skill.json",
            "%2e%2e/1",
        ):
            assert (await caller.get(f"/reports/{path}")).status_code in (404, 422), path


async def test_an_altered_report_is_not_shown(server: Server) -> None:
    (server.store.get("home@1").folder / "report.html").write_text("<p>forged, and longer</p>")
    async with server.caller() as caller:
        await caller.get("/", params={"key": KEY})
        assert "forged" not in (await caller.get("/reports/home/1")).text


async def test_every_answer_keeps_the_page_to_itself(server: Server) -> None:
    async with server.caller() as caller:
        for path in ("/", "/health", "/favicon.ico", "/nothing"):
            headers = (await caller.get(path)).headers
            assert headers["x-frame-options"] == "DENY" and headers["x-content-type-options"] == "nosniff", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "http" not in headers["content-security-policy"], path
