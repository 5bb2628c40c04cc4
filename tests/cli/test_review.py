"""`lingos assistant review`: labels by hand and from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.made import call

from lingos.cli import review
from lingos.cli.household import Household
from lingos.cli.training import review_of
from lingos.errors import DataError

TEXT = "give the living room a soft glow"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Household:
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path))
    found = Household(tmp_path)
    found.assistant.do(TEXT, "ana")
    found.assistant.do("blorp", "ana")
    return found


def _file(folder: Path, *rows: tuple[str, Any]) -> Path:
    file = folder / "labels.jsonl"
    lines = (json.dumps({"text": text, "expect": wanted}) for text, wanted in rows)
    file.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    return file


@pytest.mark.parametrize("none", ["no-act", "none"])
def test_a_file_labels_what_was_said(
    none: str, own: Household, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soft = {"intent": "home.brightness", "slots": {"room": "lounge", "percent": "50%"}}
    code, out, told = call(
        capsys, "assistant", "review", "--file", _file(tmp_path, (TEXT, soft), ("blorp", none), ("never said", soft))
    )
    assert code == 0 and out.startswith("2 sentences"), told
    rows = {row["text"]: (row["intent"], row["slots"]) for row in review_of(own).rows()}
    assert rows == {TEXT: ("home.brightness", {"percent": "50"}), "blorp": ("none", {})}


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        ("home.light", 'no label ("expect" is "home.light"'),
        ("ask", 'no label ("expect" is "ask"'),
        ([{"intent": "home.light"}], 'no label ("expect" is ['),
        ({"slots": {}}, "no label"),
        ({"intent": "home.light", "slots": "on"}, "no label"),
        ({"intent": "home.lihgt"}, "unknown intent 'home.lihgt'"),
        ({"intent": "home.light", "slots": {"room": "attic"}}, "home.light room can not be 'attic'"),
    ],
)
def test_a_line_that_is_no_label_is_named_and_nothing_is_kept(
    wanted: object, what: str, own: Household, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _file(tmp_path, (TEXT, "no-act"), ("blorp", wanted))
    code, _, told = call(capsys, "assistant", "review", "--file", file)
    assert code == 2 and f"{file}, line 2: {what}" in told and "do now" in told and "fault of LingOS" not in told
    assert review_of(own).rows() == []


def test_by_hand_words_are_left_as_they_are() -> None:
    assert review._slots("room=living room percent=50% text=007") == {
        "room": "living room",
        "percent": "50%",
        "text": "007",
    }
    with pytest.raises(DataError):
        review._slots("kitchen")
