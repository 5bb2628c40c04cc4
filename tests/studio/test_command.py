"""`lingos studio` without what it needs, and on a port that is taken; the tab without a queue."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.studio.made import made

from lingos.assistant.review import Review
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


def test_a_label_is_read_and_what_can_not_be_is_told(tmp_path: Path) -> None:
    pytest.importorskip("gradio", reason="NO GRADIO: pip install 'lingos[studio]'")
    from lingos.studio.review_tab import Tab

    found = made(tmp_path)
    staff = found.chat.assistant.staff
    review = Review(staff.journal, found.chat.wishes(), staff.world)
    command = found.chat.assistant.do("living room half light", "ana").command
    tab = Tab(replace(found, review=lambda: review), "zh")
    outcome, *_ = tab.labelled(command, "home.brightness", "attic", "50%")
    assert "不能是“attic”" in outcome and "以下之一" in outcome and review.rows() == []
    outcome, *_ = tab.labelled(command, "home.brightness", "客厅", "50%")
    assert "已标注" in outcome
    assert [row["spans"] for row in review.rows()] == [[[0, 11, "room"], [12, 16, "percent"]]]
    staff.journal.engine.dispose()
