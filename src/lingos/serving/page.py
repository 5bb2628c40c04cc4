"""What the page needs of the server: the way to it in the browser's language, reports of skills, safe headers.

visits = Visits(settings.kept)
app.include_router(routes(store))            # studio/ mounts its pages under PAGES beside it
app.add_middleware(SafeHeaders)
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lingos.errors import StoreError
from lingos.serving.visits import ENTRANCE, preferred
from lingos.store.store import Store

__all__ = ["PAGES", "SafeHeaders", "routes"]

PAGES = "/studio"  # with the language behind it
REPORT = "report.html"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#0f766e" d="M16 3L2 15h4v13h20V15h4z"/>'
ICON += "</svg>"
# Gradio starts with scripts in the page and makes functions of templates; nothing may come from or go to another host.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# A report is a file that a stranger may have made: it gets an origin of its own, and reaches nothing.
ALONE = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
)
SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def routes(store: Store) -> APIRouter:
    """The way to the page, and the report of each version in the store."""
    router = APIRouter()

    @router.get(ENTRANCE, include_in_schema=False)
    async def entrance(request: Request) -> RedirectResponse:
        """To the page in the browser's language."""
        language = preferred(request.headers.get("accept-language", ""))
        return RedirectResponse(f"{PAGES}/{language}/", 303, {"vary": "accept-language", "cache-control": "no-store"})

    @router.get("/favicon.ico", include_in_schema=False)
    async def icon() -> Response:
        """A house; every browser asks for it."""
        return Response(ICON, media_type="image/svg+xml")

    @router.get("/reports/{name}/{version}", include_in_schema=False)
    def report(name: str, version: int) -> FileResponse:
        """The report of one version, out of its bundle, which is checked before."""
        skill = store.get(f"{name}@{version}")
        if REPORT not in skill.manifest.files:
            raise StoreError(f"{skill.ref} has no report", expected="a skill of `lingos tune`", cure="tune it again")
        return FileResponse(skill.path(REPORT), media_type="text/html", headers={"content-security-policy": ALONE})

    return router


class SafeHeaders:
    """Headers that keep the page to itself; an answer that has its own policy keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {"content-security-policy": POLICY, **SAFE}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)
