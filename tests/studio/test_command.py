"""`lingos studio` without what it needs, and on a port that is taken; the tab without a queue."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from tests.studio.made import made

from lingos.cli.main import run


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path))


def test_without_gradio_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    monkeypatch.delitem(sys.modules, "lingos.studio.mount", raising=False)
    assert run(["studio", "--no-browser", "--port", "0"]) == 2
    assert "pip install 'lingos[studio]'" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["studio", "--no-browser", "--port", str(taken.getsockname()[1])]) == 2
    assert "another program listens there" in capsys.readouterr().err


def test_without_a_queue_the_tab_says_so(tmp_path: Path) -> None:
    pytest.importorskip("gradio", reason="NO GRADIO: pip install 'lingos[studio]'")
    from lingos.studio.review_tab import Tab

    desk = made(tmp_path)
    note, form, _ = Tab(desk, "zh").queue()
    assert "没有审核队列" in note and form["visible"] is False
    desk.chat.assistant.staff.journal.engine.dispose()
