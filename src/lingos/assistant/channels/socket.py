"""A warm assistant behind a Unix socket that only its owner can open: `lingos do` asks it instead of starting cold.

One JSON object a line in, one a line out: {"verb": "do", "text": "...", "person": "..."} -> a reply, or {"error": ...}.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import threading
from pathlib import Path
from typing import Any

from lingos.assistant.assistant import Assistant
from lingos.assistant.channels.plain import reply_json
from lingos.errors import LingosError, ResourceError

__all__ = ["Line", "asked"]

LONGEST = 1 << 20  # bytes of a line
PATIENCE = 60.0  # seconds that a caller waits


class Line:
    """Answers on a socket until it is closed. Use it in a `with`.

    Raises:
        ResourceError: another assistant answers there, or the place can not be used.
    """

    def __init__(self, assistant: Assistant, where: Path) -> None:
        self.assistant, self.where = assistant, where
        _free(where)
        kept = os.umask(0o177)  # 0600 from the first moment on
        try:
            self.server = _Server(str(where), self._handler())
        except OSError as error:
            raise ResourceError(
                f"can not listen on {where}: {error.strerror}", expected="a place for a socket", cure="move LINGOS_HOME"
            ) from error
        finally:
            os.umask(kept)
        self.thread = threading.Thread(target=self.server.serve_forever, name="lingos-socket", daemon=True)

    def __enter__(self) -> Line:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.where.unlink(missing_ok=True)

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        assistant = self.assistant

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for told in iter(lambda: self.rfile.readline(LONGEST), b""):
                    self.wfile.write(json.dumps(_answered(assistant, told), ensure_ascii=False).encode() + b"\n")

        return Handler


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def asked(where: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """What the warm assistant at a socket answers; None where there is none.

    Raises:
        LingosError: it says that the request is wrong.
    """
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE)
        try:
            line.connect(str(where))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        line.sendall(json.dumps(request).encode() + b"\n")
        with line.makefile("rb") as told:
            found: dict[str, Any] = json.loads(told.readline() or b'{"error": "the assistant went away"}')
    if "error" in found:
        raise LingosError(found["error"], expected=found.get("expected", ""), cure=found.get("cure", ""))
    return found


# -- helpers ---------------------------------------------------------------------------------------------------------
def _answered(assistant: Assistant, told: bytes) -> dict[str, Any]:
    try:
        request = json.loads(told)
        match request:
            case {"verb": "do", "text": str(text), "person": str(person)}:
                return reply_json(assistant.do(text, person))
            case {"verb": "answer", "call": str(call), "person": str(person), "yes": bool(yes)}:
                return reply_json(assistant.answer(call, person, yes=yes))
            case {"verb": "undo", "person": str(person)}:
                return reply_json(assistant.undo(person, language=str(request.get("language", "en"))))
        return {"error": "no such request", "expected": "verb do, answer or undo, with its fields"}
    except LingosError as error:
        return {"error": str(error.what), "expected": str(error.expected), "cure": str(error.cure)}
    except ValueError:
        return {"error": "that is no JSON", "expected": "one JSON object a line"}


def _free(where: Path) -> None:
    """Remove the socket of a dead assistant; ResourceError where one lives."""
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
        line.connect(str(where))
        raise ResourceError(
            f"an assistant answers on {where} already", expected="one at a time", cure="use it, or end it first"
        )
    where.unlink(missing_ok=True)
    where.parent.mkdir(parents=True, exist_ok=True)
