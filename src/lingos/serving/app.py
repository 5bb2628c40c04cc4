"""`lingos serve`: skills over HTTP on this machine, behind a key, without torch.

    POST /v1/skills/{name}/predict   {"inputs": ["..."], "top": 3}
    GET  /v1/skills                  what is served
    GET  /health                     live and ready; the only route without a key
    GET  /openapi.json               the contract

Texts are never logged. The interactive pages of FastAPI are off: they load scripts from another host.
"""

from __future__ import annotations

import errno
import logging
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from lingos.errors import LingosError, ResourceError
from lingos.serving.answers import Answer, Ask, Skills
from lingos.serving.guard import Guard, Limits, problem, status_of
from lingos.serving.keys import VARIABLE, digest, make
from lingos.serving.visits import Visits
from lingos.store.store import Store

__all__ = ["ServeSettings", "create_app", "serve"]

PORT = 8350
DRAIN = 20  # seconds that running requests get at the end
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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
    app.include_router(_routes(skills))
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
    key, new = make()
    listening = _listening(host, port)
    try:
        app = create_app(store or Store(), names, ServeSettings(digest(key)))
    except BaseException:
        listening.close()
        raise
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN,
    )
    _tell(app, host, listening.getsockname()[1], key if new else None)
    uvicorn.Server(config).run(sockets=[listening])


def _routes(skills: Skills) -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, Any]:
        """Live: this answers. Ready: the skills are open, which is so before anything is answered."""
        return {"live": True, "ready": bool(skills.names())}

    @router.get("/v1/skills")
    async def listing() -> dict[str, Any]:
        """The skills, their labels and fields."""
        return {"skills": [_shown(skills, name) for name in skills.names()]}

    @router.post("/v1/skills/{name}/predict", response_model=Answer)
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
    said = '{"inputs": ["a text", ...], "top": 3}'
    return JSONResponse(problem("; ".join(faults[:10]), said, "mend the body; /openapi.json describes it"), 422)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    what = f"{request.method} {request.url.path}: {error.detail}"
    return JSONResponse(problem(what, "a route of /openapi.json", "check path and method"), error.status_code)


# -- start -----------------------------------------------------------------------------------------------------------
def _listening(host: str, port: int) -> socket.socket:
    """The socket of this server alone: two that are only bound may share a port, two that listen may not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        used = error.errno == errno.EADDRINUSE
        raise ResourceError(
            f"can not listen on {host}:{port}: " + ("another program listens there" if used else str(error.strerror)),
            expected="a free port and an address of this machine",
            cure=("end that program, or " if used else "") + "choose another with --port (0 = any free one)",
        ) from error
    return listening


def _tell(app: FastAPI, host: str, port: int, key: str | None) -> None:
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    names = app.state.skills.names()
    lines = [f"serving {', '.join(names)} on {address}"]
    lines.append(f"key (shown once): {key}" if key else f"key: the one in {VARIABLE}")
    if host not in LOOPBACK:
        lines.append(
            "this address is reachable by other machines, and HTTP is not encrypted: put a TLS proxy before it"
        )
    shown, mark = (key, "'") if key else (f"${VARIABLE}", '"')  # the shell puts a variable in between double quotes
    asked = "-d '{\"inputs\": [\"hello\"]}' -H 'Content-Type: application/json'"
    lines.append(f"try: curl -H {mark}X-API-Key: {shown}{mark} {asked} \\")
    lines.append(f"       {address}/v1/skills/{names[0]}/predict")
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()
