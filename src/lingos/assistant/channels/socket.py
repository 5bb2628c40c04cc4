"""A warm assistant behind a Unix socket that only its owner can open: `lingos do` asks it instead of starting cold.

One JSON object a line in, one a line out: {"verb": "do", "text": "...", "person": "..."} -> a reply, or {"error": ...}.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import socketserver
import threading
from pathlib import Path
from typing import IO, Any

from lingos.assistant.assistant import Assistant
from lingos.assistant.channels.plain import reply_json
from lingos.errors import LingosError, ResourceError, unwritable
from lingos.words.said import language_of

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
        self._lock = _alone(where)
        kept = os.umask(0o177)  # 0600 from the first moment on
        try:
            where.unlink(missing_ok=True)  # of a dead assistant
            self.server = _Server(str(where), self._handler())
        except OSError as error:
            self._lock.close()
            raise ResourceError(
                f"can not listen on {where}: {error.strerror or error}",
                expected="a place for a socket",
                cure="move LINGOS_HOME",
            ) from error
        finally:
            os.umask(kept)
        self.thread = threading.Thread(target=self.server.serve_forever, name="lingos-socket", daemon=True)

    def __enter__(self) -> Line:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Hear nobody any more; what was heard is answered."""
        self.server.shutdown()
        self.where.unlink(missing_ok=True)
        self.server.server_close()
        self._lock.close()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        assistant = self.assistant

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # who asked did not wait for the answer
                    for told in iter(lambda: self.rfile.readline(LONGEST), b""):
                        self.wfile.write(json.dumps(_answered(assistant, told), ensure_ascii=False).encode() + b"\n")

        return Handler


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = False  # `server_close` waits for them
    request_queue_size = 1024  # who comes while as many wait is refused at once

    def __init__(self, where: str, handler: type[socketserver.StreamRequestHandler]) -> None:
        self.callers: set[socket.socket] = set()
        super().__init__(where, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.callers.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.callers.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for one in list(self.callers):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RD)  # ends the thread that waits for its next line
        super().server_close()


def asked(where: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """What the warm assistant at a socket answers; None where there is none.

    Raises:
        LingosError: it says that the request is wrong.
    """
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE)
        try:
            line.connect(str(where))
        except OSError as error:
            if isinstance(error, FileNotFoundError | ConnectionRefusedError) or "too long" in str(error):
                return None
            raise ResourceError(
                f"can not ask at {where}: {error.strerror or error}", expected="its owner", cure="be who started it"
            ) from error
        found = _told(line, request)
    if "error" in found:
        raise LingosError(found["error"], expected=found.get("expected", ""), cure=found.get("cure", ""))
    return found


# -- helpers ---------------------------------------------------------------------------------------------------------
def _told(line: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    try:
        line.sendall(json.dumps(request).encode() + b"\n")
        with line.makefile("rb") as told:
            answer = told.readline()
    except OSError as error:
        raise _gone("did not answer" if isinstance(error, TimeoutError) else "went away") from error
    if not answer.endswith(b"\n"):
        raise _gone("went away")
    found: dict[str, Any] = json.loads(answer)
    return found


def _gone(how: str) -> ResourceError:
    return ResourceError(
        f"the warm assistant {how}; whether it acted is not known", expected="an answer", cure="see `lingos history`"
    )


def _answered(assistant: Assistant, told: bytes) -> dict[str, Any]:
    try:
        request = json.loads(told)
    except (ValueError, RecursionError):
        return {"error": "that is no JSON", "expected": "one JSON object a line"}
    try:
        match request:
            case {"verb": "do", "text": str(text), "person": str(person)}:
                return reply_json(assistant.do(text, person))
            case {"verb": "answer", "call": str(call), "person": str(person), "yes": bool(yes)}:
                return reply_json(assistant.answer(call, person, yes=yes))
            case {"verb": "undo", "person": str(person)}:
                return reply_json(assistant.undo(person, language=language_of(str(request.get("language", "en")))))
        return {"error": "no such request", "expected": "verb do, answer or undo, with its fields"}
    except LingosError as error:
        return {"error": str(error.what), "expected": str(error.expected), "cure": str(error.cure)}


def _alone(where: Path) -> IO[bytes]:
    """A lock that a process keeps as long as it lives; ResourceError where another has it."""
    try:
        where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = where.with_name(f"{where.name}.lock").open("ab")
    except OSError as error:
        raise unwritable(where.parent, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise ResourceError(
            f"an assistant answers on {where} already", expected="one at a time", cure="use it, or end it first"
        ) from None
    return lock
