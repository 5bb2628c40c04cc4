"""`lingos serve`: skills over HTTP on this machine, behind a key, without torch.

    POST /v1/skills/{name}/predict   {"inputs": ["..."], "top": 3}
    GET  /v1/skills                  what is served
    GET  /health                     live and ready; the only route without a key
    GET  /openapi.json               the contract

Texts are never logged. The interactive pages of FastAPI are off: they load scripts from another host.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from lingos.errors import LingosError
from lingos.serving.answers import Answer, Ask, Skills
from lingos.serving.guard import Guard, Limits, problem, status_of
from lingos.serving.keys import digest
from lingos.serving.start import Door
from lingos.serving.visits import Visits
from lingos.store.store import Store

__all__ = ["ServeSettings", "create_app", "serve", "serve_behind"]

PORT = 8350


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How a server behaves. `kept` is the SHA-256 of its key; `threads` are those of one prediction; `visits` those of
    browsers, where there is a page."""

    kept: bytes
    limits: Limits = field(default_factory=Limits)
    threads: int = 1
    visits: Visits | None = None


def create_app(
    store: Store, names: Sequence[str], settings: ServeSettings, routers: Sequence[APIRouter] = ()
) -> FastAPI:
    """The application; every route, those of `routers` too, stands behind the key.

    Raises:
        StoreError, SkillError: a skill can not be opened; nothing is served then.
    """
    skills = Skills(store, names, settings.limits, settings.threads)
    app = FastAPI(title="LingOS", docs_url=None, redoc_url=None)
    app.state.skills = skills
    app.include_router(_routes(skills, ready=bool(names or routers)))
    for router in routers:
        app.include_router(router)
    app.add_middleware(Guard, kept=settings.kept, limits=settings.limits, visits=settings.visits)
    app.add_exception_handler(LingosError, _lingos_error)
    app.add_exception_handler(RequestValidationError, _wrong_body)
    app.add_exception_handler(HTTPException, _http_error)
    return app


def serve(names: Sequence[str], *, host: str = "127.0.0.1", port: int = PORT, store: Store | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM; running requests are finished first. The key is shown once, on standard error.

    The port is taken before a skill is opened: one that is in use is told at once, as a ResourceError.
    """
    with Door(host, port) as door:
        serve_behind(door, names, store or Store())


def serve_behind(
    door: Door, names: Sequence[str], store: Store, routers: Sequence[APIRouter] = (), person: str = "ana"
) -> None:
    """Serve skills and routers where a port is taken already. `person` stands in the request that is shown to try."""
    app = create_app(store, names, ServeSettings(digest(door.key)), routers)
    _tell(app, door, person)
    door.run(app)


def _routes(skills: Skills, ready: bool) -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, Any]:
        """Live: this answers. Ready: something is served; skills are open before anything is answered."""
        return {"live": True, "ready": ready}

    @router.get("/v1/skills")
    async def listing() -> dict[str, Any]:
        """The skills, their labels and fields."""
        return {"skills": [_shown(skills, name) for name in skills.names()]}

    @router.post("/v1/skills/{name}/predict", response_model=Answer, response_model_exclude_unset=True)
    async def predict(name: str, ask: Ask) -> Any:
        """One prediction per input, in their order."""
        return await run_in_threadpool(skills.answer, name, ask)

    return router


def _shown(skills: Skills, name: str) -> dict[str, Any]:
    session = skills.session(name)
    manifest = session.skill.manifest
    return {
        "skill": str(session.skill.ref),
        "task": manifest.task,
        "method": manifest.method,
        "fields": list(manifest.fields),
        "labels": list(manifest.schema.get("labels", ())),
        "language": manifest.schema.get("language"),
        "variant": session.variant,
    }


# -- errors ----------------------------------------------------------------------------------------------------------
async def _lingos_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LingosError)
    return JSONResponse(problem(error.what, error.expected, error.cure), status_of(error))


async def _wrong_body(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Without the library's `input`: it would send the text back and into logs.
    faults = [f"{'.'.join(map(str, fault['loc'][1:])) or 'body'}: {fault['msg']}" for fault in error.errors()]
    said = '{"inputs": ["a text", ...], "top": 3}' if request.url.path.endswith("/predict") else "what this route takes"
    return JSONResponse(problem("; ".join(faults[:10]), said, "mend it; /openapi.json describes it"), 422)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    what = f"{request.method} {request.url.path}: {error.detail}"
    return JSONResponse(problem(what, "a route of /openapi.json", "check path and method"), error.status_code)


# -- start -----------------------------------------------------------------------------------------------------------
def _tell(app: FastAPI, door: Door, person: str = "") -> None:
    names = app.state.skills.names()
    asked = {"inputs": ["hello"]} if names else {"text": "turn on the kitchen light", "person": person}
    path = f"/v1/skills/{names[0]}/predict" if names else "/v1/commands"
    lines = [f"serving {', '.join(names) or 'the assistant'} on {door.address}", *door.told(json.dumps(asked), path)]
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()
