"""Names from files and from other packages' entry points."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lingos import registry

Installed = Callable[[str, str, str], None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Install a package with one entry point in lingos.methods, as pip leaves it."""

    def install(package: str, name: str, value: str) -> None:
        metadata = tmp_path / f"{package}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[lingos.methods]\n{name} = {value}\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "_foreign", registry._foreign.__wrapped__)  # it keeps what it found
    return install


def test_a_strangers_method_is_listed(installed: Installed) -> None:
    installed("other", "mine", "other.mine")
    assert "mine" in registry.names("lingos.methods")


def test_a_stranger_can_not_take_a_name_of_our_own(installed: Installed) -> None:
    installed("other", "tfidf", "other.tfidf")
    with pytest.warns(UserWarning, match="the 'tfidf' of other is left out: the name is taken in lingos.methods"):
        assert "tfidf" in registry.names("lingos.methods")
    assert registry.plugin("lingos.methods", "tfidf").name == "tfidf"


def test_two_strangers_can_not_share_a_name(installed: Installed) -> None:
    installed("one", "mine", "one.mine")
    installed("two", "mine", "two.mine")
    with pytest.warns(UserWarning, match="the 'mine' of one and two is left out"):
        assert "mine" not in registry.names("lingos.methods")
