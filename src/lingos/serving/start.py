"""A server's port and key, taken before anything else is opened; and how it runs and ends.

with Door("127.0.0.1", 8350) as door:      # ResourceError: another program listens there
    app = create_app(store, names, ServeSettings(digest(door.key)))
    door.run(app)                          # until Ctrl-C or SIGTERM
"""

from __future__ import annotations

import errno
import logging
import socket

import uvicorn
from starlette.types import ASGIApp

from lingos.errors import ResourceError
from lingos.serving.ending import Ending, EndingServer
from lingos.serving.keys import VARIABLE, make

__all__ = ["LOOPBACK", "Door", "listening"]

DRAIN = 20  # seconds that running requests get at the end
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Door:
    """Where a server listens, and its key. `port` is the real one, where 0 was asked for."""

    def __init__(self, host: str, port: int) -> None:
        self.key, self.new = make()
        self.host, self.socket = host, listening(host, port)
        self.port: int = self.socket.getsockname()[1]

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def told(self, body: str, path: str) -> list[str]:
        """What a person must know: the key, who can come in, a request to try."""
        lines = [f"key (shown once): {self.key}" if self.new else f"key: the one in {VARIABLE}"]
        if self.host not in LOOPBACK:
            lines.append(
                "this address is reachable by other machines, and HTTP is not encrypted: put a TLS proxy before it"
            )
        # The shell puts a variable in between double quotes.
        shown, mark = (self.key, "'") if self.new else (f"${VARIABLE}", '"')
        asked = f"-d '{body}' -H 'Content-Type: application/json'"
        lines.append(f"try: curl -H {mark}X-API-Key: {shown}{mark} {asked} \\")
        lines.append(f"       {self.address}{path}")
        return lines

    def run(self, app: ASGIApp) -> None:
        """Serve until Ctrl-C or SIGTERM: running requests are finished, those that wait for ever are ended.

        The signal is raised again afterwards, so who has something to close handles SIGTERM itself.
        """
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        ending = Ending(app)
        config = uvicorn.Config(
            ending, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=DRAIN
        )
        EndingServer(config, ending).run(sockets=[self.socket])


def listening(host: str, port: int) -> socket.socket:
    """The socket of this server alone: two that are only bound may share a port, two that listen may not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen()
    except OSError as error:
        taken.close()
        used = error.errno == errno.EADDRINUSE
        raise ResourceError(
            f"can not listen on {host}:{port}: " + ("another program listens there" if used else str(error.strerror)),
            expected="a free port and an address of this machine",
            cure=("end that program, or " if used else "") + "choose another with --port (0 = any free one)",
        ) from error
    return taken
