"""`lingos do`, cold and over the socket of a warm process; undo, history, grant, journal."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="pip install 'lingos[assistant]'")
pytest.importorskip("apscheduler", reason="pip install 'lingos[assistant]'")

from lingos.assistant.channels.socket import Line, asked
from lingos.cli.household import Household, owner
from lingos.cli.main import run
from lingos.cli.talk import ROOM
from lingos.errors import LingosError, ResourceError

READY = 60.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path))
    ROOM.clear()
    yield tmp_path
    ROOM.clear()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(list(arguments))
    return code, capsys.readouterr().out


def test_it_acts_cold(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "do", "turn on the kitchen light") == (0, "the light in the kitchen is on\n")
    assert said(capsys, "do", "unicorns eat light")[0] == 3
    code, out = said(capsys, "do", "unlock the back door")
    assert code == 0 and "lingos do yes" in out
    ROOM.clear()  # another process
    assert said(capsys, "do", "yes") == (0, "the back door is unlocked\n")
    code, out = said(capsys, "history", "--json")
    assert [one["text"] for one in json.loads(out)] == [
        "yes", "unlock the back door", "unicorns eat light", "turn on the kitchen light",
    ]  # fmt: skip
    assert json.loads(out)[1]["calls"][0]["status"] == "done"


class Typed(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("word", ["quit", "EXIT", "退出"])
def test_a_talk_ends(
    word: str, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(f"turn on the kitchen light\n{word}\nturn it off\n"))
    assert said(capsys, "do") == (0, "the light in the kitchen is on\n")


def test_undo_and_rights(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "do", "turn on the kitchen light")
    assert said(capsys, "undo") == (0, "back to what it was: kitchen.light\n")
    assert said(capsys, "do", "--as", "kid", "turn on the kitchen light")[0] == 3
    assert said(capsys, "assistant", "grant", "kid", "home", "reversible")[0] == 0
    assert said(capsys, "do", "--as", "kid", "turn on the kitchen light")[0] == 0
    assert [owner(), "*", "irreversible"] in _rights(capsys) and ["kid", "home", "reversible"] in _rights(capsys)
    assert "kid" in said(capsys, "assistant", "rights")[1]
    assert said(capsys, "assistant", "grant", "kid", "home", "none")[0] == 0
    assert ["kid", "home", "none"] in _rights(capsys)
    assert said(capsys, "assistant", "grant", "kid", "hoem", "read")[0] == 2
    assert said(capsys, "assistant", "grant", "kid", "home", "much")[0] == 2


def _rights(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [list(one.values()) for one in json.loads(said(capsys, "assistant", "rights", "--json")[1])]


def test_the_journal(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "do", "turn on the kitchen light")
    assert said(capsys, "journal", "verify")[0] == 0
    code, out = said(capsys, "journal", "export", str(tmp_path / "j.jsonl"))
    assert code == 0 and out.startswith("7 entries in ")
    assert said(capsys, "journal", "export", str(tmp_path / "j.jsonl"))[0] == 2  # it is there
    assert said(capsys, "journal", "export", str(tmp_path / "j.jsonl"), "--force")[0] == 0
    assert said(capsys, "journal", "verify", str(tmp_path / "j.jsonl"))[0] == 0
    assert said(capsys, "journal", "verify", str(tmp_path / "none.jsonl"))[0] == 2
    assert said(capsys, "journal", "forget", owner())[0] == 2  # nobody said yes
    assert said(capsys, "journal", "forget", owner(), "--yes")[0] == 0
    assert json.loads(said(capsys, "history", "--json")[1])[0]["text"] is None


def test_the_socket_is_for_its_owner_alone(home: Path) -> None:
    own = Household(home)
    with Line(own.assistant, own.socket):
        assert stat.S_IMODE(own.socket.stat().st_mode) == 0o600
        with pytest.raises(ResourceError, match="already"):
            Line(own.assistant, own.socket)
        with pytest.raises(LingosError, match="no such request"):
            asked(own.socket, {"verb": "fly"})
    assert asked(own.socket, {"verb": "undo", "person": "ana"}) is None


def test_no_command_is_lost(home: Path) -> None:
    own = Household(home)
    replies: list[str] = []

    def ask(number: int) -> None:
        for turn in range(25):
            state = "on" if (number + turn) % 2 else "off"
            told = asked(own.socket, {"verb": "do", "text": f"turn {state} the kitchen light", "person": owner()})
            assert told is not None
            replies.append(told["parts"][0]["kind"])

    with Line(own.assistant, own.socket):
        threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert len(replies) == 200 and set(replies) <= {"done", "already"}
    assert own.journal.verify()[2] == []


@pytest.fixture
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    environment = {**os.environ, "LINGOS_HOME": str(home), "LINGOS_KEY": "a-key-for-this-test"}
    child = subprocess.Popen(
        [sys.executable, "-m", "lingos", "assistant", "serve", "--no-http"],
        env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + READY
    while asked(home / "assistant" / "socket", {"verb": "undo", "person": "nobody"}) is None:
        assert child.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    yield child, home
    child.kill()
    child.wait()
    assert child.stderr is not None
    child.stderr.close()


def test_a_warm_process_answers_and_ends(
    served: tuple[subprocess.Popen[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    child, home = served
    assert said(capsys, "do", "turn on the hall light")[0] == 0
    assert not ROOM  # nothing was opened here
    assert run(["assistant", "serve", "--no-http"]) == 2  # one at a time
    child.send_signal(signal.SIGTERM)
    assert child.wait(READY) == 0
    assert not (home / "assistant" / "socket").exists()


def test_a_dead_process_leaves_nothing_in_the_way(
    served: tuple[subprocess.Popen[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    child, home = served
    child.kill()
    child.wait()
    assert said(capsys, "do", "turn on the hall light")[0] == 0  # cold
    assert ROOM
    own = Household(home)
    with Line(own.assistant, own.socket):
        assert asked(own.socket, {"verb": "undo", "person": "nobody"}) is not None


def test_an_empty_name_is_not_the_owner(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "do", "--as", "", "turn on the kitchen light")[0] == 2
    assert said(capsys, "undo", "--as", " ")[0] == 2


def test_a_name_that_can_not_be_printed_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "do", "--as", "an\x1b[2Ja", "turn on the kitchen light")[0] == 2


def test_a_home_in_which_nothing_can_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path / "file" / "home"))
    assert said(capsys, "history")[0] == 2


def test_who_does_not_wait_for_the_answer_disturbs_nobody(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    own = Household(home)
    request = json.dumps({"verb": "do", "text": "turn on the kitchen light", "person": owner()}).encode() + b"\n"
    with Line(own.assistant, own.socket):
        for _ in range(3):
            with socket.socket(socket.AF_UNIX) as hasty:
                hasty.connect(str(own.socket))
                hasty.sendall(20 * request)
        told = asked(own.socket, {"verb": "do", "text": "turn off the kitchen light", "person": owner()})
    assert told is not None and "Traceback" not in capfd.readouterr().err
