"""A sentence and what a person says of it -> a row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lingos.assistant.slots import choice, duration, free, name, number
from lingos.assistant.understanding.labelled import labelled, varied
from lingos.assistant.understanding.sentences import Wish
from lingos.contracts import Value

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
SLOTS = {
    "room": name("?", "？"),
    "state": choice({"on": ("on", "开"), "off": ("off", "关")}),
    "percent": number(0, 100),
    "length": duration(),
    "text": free("?", "？"),
}
WISH = Wish("home.x", SLOTS, {}, {"room": {"study": ("study", "office", "书房")}})


@pytest.mark.parametrize(
    ("text", "values", "spans", "implied"),
    [
        ("the office is too bright", {"room": "study", "state": "off"}, [[4, 10, "room"]], {"state": "off"}),
        ("forty-five percent please", {"percent": 45.0}, [[0, 18, "percent"]], {}),
        ("half of it", {"percent": 50.0}, [], {"percent": "50"}),
        ("ding in ten minutes", {"length": "ten minutes"}, [[8, 19, "length"]], {}),
        ("note: buy oil", {"text": "buy oil"}, [[6, 13, "text"]], {}),
        ("书房关了吧", {"room": "study", "state": "off"}, [[0, 2, "room"], [2, 3, "state"]], {}),
    ],
)
def test_values_are_marked_where_they_stand(
    text: str, values: dict[str, Value], spans: list[list[object]], implied: dict[str, str]
) -> None:
    row = labelled(text, WISH, values, NOW, "none")
    assert (row["spans"], row["slots"]) == (spans, implied)


def test_what_was_said_once_is_said_of_other_things_too() -> None:
    slots = {"room": name("Which room?", "哪个房间？"), "state": choice({"on": ("on", "开"), "off": ("off", "关")})}
    rooms = {"room": {"kitchen": ("kitchen", "厨房"), "hall": ("hall", "走廊"), "study": ("study", "书房")}}
    wish = Wish("home.light", slots, {}, rooms)
    spans = [[1, 3, "room"], [8, 9, "state"]]
    row = {"text": "在厨房把那玩意儿关", "intent": "home.light", "spans": spans, "slots": {}}
    found = varied(row, wish, 12)
    assert found[0] == row and found == varied(row, wish, 12) and 2 < len(found) <= 13
    assert len({one["text"] for one in found}) == len(found)
    for one in found:
        words = {slot: one["text"][start:end] for start, end, slot in one["spans"]}
        assert words["room"] in ("厨房", "走廊", "书房") and words["state"] in ("开", "关"), one
        assert one["text"] == f"在{words['room']}把那玩意儿{words['state']}"
    assert varied({**row, "spans": []}, wish, 5) == [{**row, "spans": []}] and varied(row, None, 5) == [row]
