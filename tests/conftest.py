"""What every test gets: an own store, one thread, no network, and the shared data sets or a loud skip."""

from __future__ import annotations

import os
import socket
from pathlib import Path

# Before torch or onnxruntime is imported: two workers share two cores, and waiting threads must not spin.
os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")

import pytest
from hypothesis import settings

settings.register_profile("lingos", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("lingos")

ROOT = Path(__file__).parent.parent
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never sees or changes the person's own store."""
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and (not isinstance(address, tuple) or address[0] not in LOOPBACK):
            pytest.fail(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of shared data sets: LINGOS_DATA, else ../shared/data beside the repository."""
    folder = Path(os.environ.get("LINGOS_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no shared data sets in {folder}; set LINGOS_DATA")
    return folder
