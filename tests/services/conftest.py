"""One server for all tests, a new database for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.services.server import Server, running

from lingos.assistant.journal.journal import Journal

Opened = Callable[[Path | str], Journal]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def url(server: Server) -> str:
    """A new database."""
    return server.database()


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens journals, and closes them after the test."""
    journals: list[Journal] = []

    def open_(where: Path | str) -> Journal:
        journals.append(Journal(where))
        return journals[-1]

    yield open_
    for one in journals:
        one.engine.dispose()


@pytest.fixture
def journal(url: str, opened: Opened) -> Journal:
    return opened(url)
