"""A yes is for what was asked: of unsure commands, of several at once, and of a world that went on meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.assistant.made import Made

from lingos.apps.desk import Desk
from lingos.apps.home import Home
from lingos.apps.rules import Rules
from lingos.assistant.assistant import Assistant
from lingos.assistant.history import history
from lingos.assistant.journal.entry import Note
from lingos.assistant.understanding.reader import Reader
from lingos.assistant.understanding.turns import turn
from lingos.contracts import Inputs, Mark, Prediction, SkillRef

GLOW, LIST = "a bit of glow in the hall", "the list of what is to come"
DARK, SESAME = "hall darkness", "front door sesame"


class Unsure(Made):
    """An assistant whose skill is not sure of anything."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        reader = Reader(skill)
        self.assistant = Assistant(lambda: reader, [Home(), Desk(), Rules()], self.journal, self.world)

    def kind(self, text: str, person: str = "ana") -> str:
        return " ".join(part.kind for part in self.assistant.do(text, person).parts)

    def has(self, thing: str) -> object:
        return self.house.read()[thing]


def skill(inputs: Sequence[Inputs | str]) -> list[Prediction]:
    hall = (Mark(GLOW.index("hall"), len(GLOW), "room"),)
    read = {
        GLOW: ("home.light", 0.85, hall, {"state": "on"}),
        DARK: ("home.light", 0.85, (Mark(0, 4, "room"),), {"state": "off"}),
        SESAME: ("home.unlock", 0.6, (Mark(0, 10, "door"),), {}),
        LIST: ("desk.reminders", 0.6, (), {}),
    }
    found = [read.get(str(one), ("none", 0.99, (), {})) for one in inputs]
    ref = SkillRef("understanding", 1)
    return [Prediction(intent, score, score < 0.7, (), ref, marks, implied) for intent, score, marks, implied in found]


@pytest.fixture
def at(tmp_path: Path) -> Unsure:
    return Unsure(tmp_path)


def test_a_yes_to_did_you_mean_runs_that_and_nothing_else(at: Unsure) -> None:
    [part] = at.assistant.do(GLOW, "ana").parts
    assert (part.kind, part.said) == ("question", "did you mean: the light in the hall is on?")
    assert [one.call for one in at.assistant.waiting("ana")] == [part.call] and at.has("hall.light") == "off"
    assert at.kind("yes") == "done" and at.has("hall.light") == "on"
    assert [one.kind for one in at.journal.entries(call=part.call)][:3] == ["decision", "approval", "call"]


def test_a_no_to_did_you_mean_is_written(at: Unsure) -> None:
    [part] = at.assistant.do(GLOW, "ana").parts
    assert at.kind("no") == "declined" and at.has("hall.light") == "off"
    assert [one.kind for one in at.journal.entries(call=part.call)] == ["decision", "approval"]


def test_one_yes_for_what_is_unsure_and_what_is_confirmed(at: Unsure) -> None:
    assert at.kind(f"{GLOW} and unlock the front door") == "question ask"
    assert at.kind("yes") == "done done"
    assert (at.has("hall.light"), at.has("front door.lock")) == ("on", "unlocked")


def test_who_has_no_right_is_told_nothing_by_a_question(at: Unsure) -> None:
    at.assistant.do("remind me at 21:00 to call the doctor", "ana")
    assert "call the doctor" in at.assistant.do(LIST, "ana").said
    reply = at.assistant.do(LIST, "kid")
    assert (reply.parts[0].kind, reply.said) == ("refused", "kid may not do that in desk")
    assert [one.facts["verdict"] for one in at.journal.entries(person="kid") if one.kind == "decision"] == ["refuse"]


@pytest.mark.parametrize("text", ["sure?", "ok?", "right?", "yes?", "确定？", "好的?"])
def test_a_question_is_no_yes(text: str, at: Unsure) -> None:
    at.assistant.do("unlock the front door", "ana")
    assert at.kind(text) == "sorry" and at.has("front door.lock") == "locked"


def test_a_yes_is_for_what_was_shown(at: Unsure) -> None:
    at.assistant.do("remind me at 23:00 to call the doctor", "ana")
    at.assistant.do("set a timer for 5 minutes", "ana")
    [part] = at.assistant.do("cancel the timer", "ana").parts
    assert part.kind == "ask" and "the timer is over" in part.said
    desk = at.world.things("desk")
    rung = next(key for key, one in desk.read().items() if isinstance(one, dict) and "doctor" not in str(one))
    desk.apply({rung: None}, "it rang")
    reply = at.assistant.do("yes", "ana")
    assert (reply.parts[0].kind, "is not what you were asked about" in reply.said) == ("refused", True)
    assert "call the doctor" in str(desk.read())
    [asked] = [one for one in history(at.journal, limit=9) if one.text == "cancel the timer"]
    assert [facts["status"] for facts in asked.calls.values()] == ["refused"]


def test_what_happened_meanwhile_anyway_is_no_hindrance(at: Unsure) -> None:
    at.assistant.do("lock all doors", "ana")
    at.assistant.do("unlock the front door", "ana")
    at.house.apply({"front door.lock": "unlocked"}, "by hand")
    assert at.kind("yes") == "already"


def test_an_app_that_has_gone_is_told(at: Unsure) -> None:
    at.assistant.do("note that the milk is off", "ana")
    at.assistant.do("unlock the front door", "ana")
    [waits] = at.assistant.waiting("ana")
    for runner in at.assistant.staff.runners.values():
        runner.actions = {}
    assert at.assistant.answer(waits.call, "ana", yes=True).said == "home.unlock is no longer installed"
    [part] = at.assistant.undo("ana").parts
    assert part.kind == "refused" and "no longer installed" in part.said


@pytest.mark.parametrize("text", ["不要关卧室的灯", "不用关卧室的灯", "不关卧室的灯", "不是关卧室的灯", "不对卧室关灯"])
def test_a_chinese_no_before_a_command_is_no_other_word_for_the_last_one(text: str, at: Unsure) -> None:
    for told in ("打开卧室的灯", "打开客厅的灯"):
        assert at.kind(told) == "done"
    assert at.kind(text) == "sorry"
    assert (at.has("bedroom.light"), at.has("living room.light")) == ("on", "on")


def test_an_english_no_before_a_thing_is_no_other_word_for_the_last_one(at: Unsure) -> None:
    at.assistant.do("turn on the kitchen light", "ana")
    assert at.kind("no lights in the bedroom") == "sorry"
    assert (at.has("bedroom.light"), at.has("kitchen.light")) == ("off", "on")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("no, at ten", "at ten"),
        ("no, i mean the bedroom", "the bedroom"),
        ("no i mean the bedroom", "the bedroom"),
        ("sorry, the bedroom", "the bedroom"),
        ("actually the bedroom instead", "the bedroom"),
        ("make it ten", "ten"),
        ("make that, no, ten", "ten"),
        ("不，十点", "十点"),
        ("不是，卧室", "卧室"),
        ("不是我是说卧室", "卧室"),
        ("说错了卧室", "卧室"),
        ("改成十点", "十点"),
    ],
)
def test_other_words_for_the_last_command(text: str, rest: str) -> None:
    assert (turn(text).kind, turn(text).rest) == ("instead", rest)


def test_patience_ends(at: Unsure) -> None:
    [part] = at.assistant.do(GLOW, "ana").parts
    at.clock.at += timedelta(minutes=10)
    assert at.assistant.waiting("ana") == []
    assert at.assistant.do("yes", "ana").said == "the question is too old: say the command again"
    assert at.has("hall.light") == "off" and part.call


def test_what_does_not_go_is_told_in_the_language_of_the_sentence(at: Unsure) -> None:
    assert at.assistant.do("把厨房的窗帘开到150%", "ana").said == "percent不能是150.0：范围是0到100"
    assert at.assistant.do("open the kitchen blinds to 150%", "ana").said == (
        "percent can not be 150.0: it goes from 0 to 100"
    )


def test_a_no_after_what_was_done_takes_nothing_back_and_says_so(at: Unsure) -> None:
    at.assistant.do("turn on the kitchen light", "ana")
    assert at.assistant.do("no", "ana").said == "nothing waits for an answer"
    assert at.assistant.staff.talk.pending("ana") is None


def test_what_can_not_be_brought_back_is_told_however_unsure(at: Unsure) -> None:
    [part] = at.assistant.do(SESAME, "ana").parts
    assert (part.kind, part.score) == ("ask", 0.6)
    assert part.said == "shall I? Then the front door is unlocked; it can not be brought back"


def test_a_yes_that_changed_nothing_leaves_the_last_effect_to_undo(at: Unsure) -> None:
    at.house.apply({"hall.light": "on"}, "by hand")
    at.assistant.do("turn on the kitchen light", "ana")
    assert at.kind(GLOW) == "question" and at.kind("yes") == "already"
    assert at.kind("undo that") == "done" and at.has("kitchen.light") == "off"


def test_one_yes_for_two_questions_about_one_thing(at: Unsure) -> None:
    assert at.kind(f"{GLOW} and {DARK}") == "question question"
    assert at.kind("yes") == "done done" and at.has("hall.light") == "off"


def test_the_world_is_looked_at_again_right_before_the_effect(at: Unsure, monkeypatch: pytest.MonkeyPatch) -> None:
    at.assistant.do("remind me at 23:00 to call the doctor", "ana")
    at.assistant.do("set a timer for 5 minutes", "ana")
    at.assistant.do("cancel the timer", "ana")
    desk, runner = at.world.things("desk"), at.assistant.staff.runners["en"]
    rung = next(key for key, one in desk.read().items() if isinstance(one, dict) and "doctor" not in str(one))
    once = runner._once

    def slow(*notes: Note) -> None:
        once(*notes)
        desk.apply({rung: None}, "it rang")

    monkeypatch.setattr(runner, "_once", slow)
    reply = at.assistant.do("yes", "ana")
    assert (reply.parts[0].kind, "is not what you were asked about" in reply.said) == ("failed", True)
    assert "call the doctor" in str(desk.read())
