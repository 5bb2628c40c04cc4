"""What waits for a label, and which labels are taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from tests.assistant.made import Made

from lingos.apps.desk import Desk
from lingos.apps.home import Home
from lingos.apps.rules import Rules
from lingos.assistant.assistant import Assistant
from lingos.assistant.review import Review
from lingos.assistant.understanding.labelled import labelled
from lingos.assistant.understanding.reader import Reader
from lingos.assistant.understanding.wishes import wishes
from lingos.contracts import Inputs, Prediction, SkillRef, Value
from lingos.errors import RecipeError
from lingos.words.said import told

LOOP = Path(__file__).parents[2] / "examples" / "loop" / "new_style.jsonl"
LIGHT = {"room": "kitchen", "state": "on"}
LIKE_NO_PHRASE = {  # text: intent, score, refused, implied
    "kitchen luminosity affirmative": ("home.light", 0.8, False, LIGHT),
    "kitchen luminosity, absolutely": ("home.light", 0.97, False, LIGHT),
    "kitchen luminosity perhaps": ("home.light", 0.6, True, LIGHT),
    "luminosity affirmative": ("home.light", 0.8, False, {"state": "on"}),
    "kitchen luminosity affirmative?": ("home.lit", 0.8, False, {"room": "kitchen"}),
    "unbolt what is in front": ("home.unlock", 0.97, False, {"door": "front door"}),
    "the owls are not what they seem": ("none", 0.8, False, {}),
}


class Kept(Made):
    """An assistant whose skill knows a few sentences, and its review."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        apps, reader = [Home(), Desk(), Rules()], Reader(_skill)
        self.assistant = Assistant(lambda: reader, apps, self.journal, self.world)
        self.review = Review(self.journal, wishes(apps, self.world), self.world)

    def kind(self, text: str, source: str = "person") -> str:
        return " ".join(part.kind for part in self.assistant.do(text, "ana", source=source).parts)

    def queue(self) -> list[tuple[str, str]]:
        return [(one.text, one.why) for one in self.review.queue()]

    def labels(self, text: str, intent: str, slots: dict[str, Value]) -> dict[str, Any]:
        """The row that a label makes."""
        command = self.assistant.do(text, "ana").command
        self.review.label(command, intent, slots, "ana")
        return next(row for row in self.review.rows() if row["text"] == text)


def _skill(inputs: Sequence[Inputs | str]) -> list[Prediction]:
    found = [LIKE_NO_PHRASE.get(str(one), ("none", 0.99, False, {})) for one in inputs]
    ref = SkillRef("understanding", 1)
    return [Prediction(intent, score, refused, (), skill=ref, implied=told) for intent, score, refused, told in found]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.mark.parametrize("percent", ["50%", "half", " 50 ", "百分之五十", 50, 50.0])
def test_a_value_is_read_as_the_assistant_reads_it(percent: Value, kept: Kept) -> None:
    row = kept.labels("give the living room a soft glow", "home.brightness", {"room": "客厅", "percent": percent})
    assert (row["spans"], row["slots"]) == ([[9, 20, "room"]], {"percent": "50"})


def test_a_name_in_another_language_is_the_thing(kept: Kept) -> None:
    row = kept.labels("厨房太黑了", "home.light", {"room": "厨房", "state": "开"})
    assert (row["spans"], row["slots"]) == ([[0, 2, "room"]], {"state": "on"})


@pytest.mark.parametrize(
    ("intent", "slots", "what", "expected"),
    [
        ("home.brightness", {"room": "kitchen", "percent": "a lot"}, "home.brightness percent", "from 0 to 100"),
        ("home.brightness", {"room": "kitchen", "percent": 150}, "'150'", "from 0 to 100"),
        ("home.brightness", {"room": "kitchen", "percent": "nan"}, "'nan'", "from 0 to 100"),
        ("home.brightness", {"room": "attic"}, "'attic'", "one of kitchen, living room"),
        ("home.light", {"state": "on or off"}, "'on or off'", "one of on, off"),
        ("home.light", {"state": None}, "'None'", "one of on, off"),
        ("home.light", {"state": True}, "'True'", "one of on, off"),
        ("desk.timer", {"length": "a while"}, "'a while'", "length of time"),
        ("desk.remind", {"at_time": "whenever", "text": "x"}, "'whenever'", "a time"),
        ("desk.note", {"text": " "}, "desk.note text", "words of the sentence"),
    ],
)
def test_a_value_that_its_slot_does_not_allow_is_refused_before_it_is_stored(
    intent: str, slots: dict[str, Value], what: str, expected: str, kept: Kept
) -> None:
    command = kept.assistant.do("blorp", "ana").command
    with pytest.raises(RecipeError) as error:
        kept.review.label(command, intent, slots, "ana")
    assert what in error.value.what and expected in error.value.expected and error.value.cure
    assert "不能是" in told(error.value.what, "zh")
    assert list(kept.journal.entries(kinds=("review",))) == []


def test_words_that_stand_in_the_sentence_stay_marked_there(kept: Kept) -> None:
    for row in map(json.loads, LOOP.read_text("utf-8").splitlines()):
        text, intent, slots = row["text"], row["expect"]["intent"], row["expect"]["slots"]
        now, wish = kept.world.now(), kept.review.wishes[intent]
        read = kept.review.values(text, intent, slots)
        assert labelled(text, wish, read, now, "none") == labelled(text, wish, slots, now, "none"), text


def test_what_it_heard_is_a_label_as_it_stands(kept: Kept) -> None:
    for text in ("remind me in ten minutes to call Jo", "set a timer for an hour and a half", "convert 3 km to miles"):
        [part] = kept.assistant.do(text, "ana").parts
        assert kept.review.values(text, part.intent, part.args) == dict(part.args), text


def test_what_acted_without_a_question_needs_no_label(kept: Kept) -> None:
    assert kept.kind("kitchen luminosity, absolutely") == "done"
    assert kept.kind("kitchen luminosity affirmative?") == "done"  # it only reads
    assert kept.kind("the owls are not what they seem") == "sorry"
    assert kept.kind("set the heating to 21 degrees") == "question"  # which room? The rest was heard
    kept.kind("kitchen luminosity affirmative", source="a mail")
    assert kept.queue() == []


@pytest.mark.parametrize("text", ["kitchen luminosity affirmative", "kitchen luminosity perhaps"])
def test_what_was_asked_about_waits_for_a_label_until_a_yes(text: str, kept: Kept) -> None:
    assert kept.kind(text) == "question"
    assert kept.queue() == [(text, "not sure")]
    assert kept.kind("yes") == "done"
    assert kept.queue() == []


def test_what_was_declined_comes_first(kept: Kept) -> None:
    kept.kind("luminosity affirmative")
    kept.kind("kitchen luminosity affirmative")
    kept.kind("no")
    assert kept.queue() == [("kitchen luminosity affirmative", "declined"), ("luminosity affirmative", "not sure")]
    assert kept.kind("unbolt what is in front") == "ask"
    kept.kind("no")
    assert len(kept.queue()) == 2, "understood; the person thought better of it"


RULE = "when the kitchen window opens, turn off the kitchen light"


@pytest.mark.parametrize("text", ["kitchen luminosity affirmative", RULE])
def test_what_ran_after_a_yes_and_was_undone_is_taken_back(text: str, kept: Kept) -> None:
    assert kept.kind(text) in ("question", "ask")
    assert kept.kind("yes") == "done" and kept.queue() == []
    if kept.kind("undo that") == "ask":
        assert kept.kind("yes") == "done"
    assert kept.queue() == [(text, "taken back")]


def test_what_acted_and_was_undone_is_taken_back(kept: Kept) -> None:
    kept.kind("turn on the kitchen light")
    kept.kind("undo that")
    assert kept.queue() == [("turn on the kitchen light", "taken back")]
