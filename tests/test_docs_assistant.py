"""The sessions on the assistant's page happen as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from lingos.cli import talk
from lingos.cli.main import run

PAGE = Path(__file__).parent.parent / "docs" / "assistant.md"
SESSIONS = [one for one in re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.S) if "$ lingos do" in one]
CODES = {"may not do that": 3, "nothing waits": 3}


def test_the_sessions_of_the_page_happen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(talk, "ROOM", {})
    assert len(SESSIONS) >= 5
    for session in SESSIONS:
        for one in session.removeprefix("$ ").split("\n$ "):
            command, _, answer = one.strip().partition("\n")
            code = run(shlex.split(command, comments=True)[1:])
            assert capsys.readouterr().out.strip() == answer, command
            assert code == next((code for part, code in CODES.items() if part in answer), 0), command
