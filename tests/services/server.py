"""A PostgreSQL server of the tests' own: a folder under /tmp, a unix socket in it, no network, nothing kept."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DEBIAN = Path("/usr/lib/postgresql")
QUICK = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=50", "shared_buffers=16MB")
RULES = "local all secretive scram-sha-256\nlocal all all trust\n"
LOCALE = ("--locale=C", "--encoding=UTF8")


class Server:
    """Starts and stops, and makes databases. `port` is only a part of the socket's name."""

    port = 5432

    def __init__(self, folder: Path, bin: Path) -> None:
        self.folder, self.bin = folder, bin
        self.process: subprocess.Popen[str] | None = None
        self.names = (f"t{number}" for number in itertools.count())

    def made(self) -> Server:
        told = ("-D", str(self.folder / "data"), "-U", "lingos", "--auth=trust", "--no-sync", *LOCALE)
        done = subprocess.run([self.bin / "initdb", *told], capture_output=True, cwd=self.folder, **unprivileged())
        assert done.returncode == 0, done.stderr.decode()
        (self.folder / "data" / "pg_hba.conf").write_text(RULES)
        return self

    def start(self) -> None:
        settings = [part for one in (*QUICK, f"unix_socket_directories={self.folder}") for part in ("-c", one)]
        command = [self.bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), *settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, text=True, **unprivileged()
            )
        for _ in range(300):
            if self._psql("postgres", "SELECT 1").returncode == 0:
                return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)
        raise AssertionError("PostgreSQL does not start: " + (self.folder / "log").read_text())

    def stop(self) -> None:
        """At once, as in a power cut; the next start repairs."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)
            self.process = None

    def sql(self, database: str, told: str) -> None:
        done = self._psql(database, told)
        assert done.returncode == 0, done.stderr.decode()

    def database(self, how: str = "") -> str:
        """The URL of a new, empty database."""
        name = next(self.names)
        self.sql("postgres", f"CREATE DATABASE {name} {how}")
        return self.url(name)

    def url(self, name: str, user: str = "lingos") -> str:
        return f"postgresql+psycopg://{user}@/{name}?host={self.folder}&port={self.port}"

    def _psql(self, database: str, told: str) -> subprocess.CompletedProcess[bytes]:
        where = ("-h", str(self.folder), "-p", str(self.port), "-U", "lingos", "-d", database)
        return subprocess.run([self.bin / "psql", "-X", "-q", *where, "-c", told], capture_output=True)


@contextmanager
def running() -> Iterator[Server]:
    """A new server, or a loud skip that says what to install."""
    bin = binaries()
    folder = Path(tempfile.mkdtemp(prefix="lingos-postgres-", dir="/tmp"))  # a socket's name must be short
    if "user" in unprivileged():
        shutil.chown(folder, **unprivileged())
    server = Server(folder, bin)
    try:
        server.made().start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def binaries() -> Path:
    """The folder of initdb, postgres and psql; Debian keeps it off the path."""
    pytest.importorskip("psycopg", reason="no driver of PostgreSQL: pip install 'lingos[postgres]'")
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for place in places:
        if all((place / name).exists() for name in ("initdb", "postgres", "psql")):
            return place
    pytest.skip("no PostgreSQL server here: apt-get install postgresql (or brew install postgresql)")


def unprivileged() -> dict[str, Any]:
    """PostgreSQL does not run as root: then it runs as the user that its package made."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
