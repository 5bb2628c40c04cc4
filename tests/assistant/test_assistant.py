"""The assistant as a person meets it, on the phrases of its apps alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from tests.assistant.made import Made

from lingos.apps.base import App, Plan, action
from lingos.apps.base import At as WorldAt
from lingos.apps.desk import Desk
from lingos.apps.home import Home
from lingos.apps.rules import Rules
from lingos.assistant.assistant import Assistant
from lingos.assistant.journal.entry import Entry, Note
from lingos.assistant.policy.approvals import ApprovalError
from lingos.assistant.reply import Reply
from lingos.assistant.talk import Pending
from lingos.assistant.understanding.reader import Reader
from lingos.contracts import Inputs, Mark, Prediction, SkillRef
from lingos.errors import DataError, ResourceError


class At(Made):
    """An assistant of ana's, on the house and the desk."""

    def __init__(self, folder: Path, reader: Reader | None = None) -> None:
        super().__init__(folder)
        apps, reader = [Home(), Desk(), Rules()], reader or Reader()
        self.assistant = Assistant(lambda: reader, apps, self.journal, self.world)

    def says(self, text: str, person: str = "ana") -> Reply:
        return self.assistant.do(text, person)

    def kind(self, text: str, person: str = "ana") -> str:
        return " ".join(part.kind for part in self.says(text, person).parts)

    def has(self, thing: str) -> object:
        return self.house.read()[thing]


@pytest.fixture
def at(tmp_path: Path) -> At:
    return At(tmp_path)


def test_it_does_what_is_said(at: At) -> None:
    reply = at.says("turn on the kitchen light")
    assert (reply.said, at.has("kitchen.light")) == ("the light in the kitchen is on", "on")
    assert at.says("把厨房的灯关掉").said == "厨房的灯：关"
    assert at.has("kitchen.light") == "off"
    reply = at.says("turn off the kitchen light")
    assert (reply.parts[0].kind, reply.said) == ("already", "already so: the light in the kitchen is off")
    assert at.kind("unicorns eat light") == "sorry"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("open the kitchen blinds halfway", 50),
        ("set the kitchen blinds to half", 50),
        ("把厨房的窗帘开到三分之一", 33),
        ("厨房窗帘开百分之三十", 30),
        ("厨房的窗帘开30%", 30),
        ("set the kitchen blinds to 25 percent", 25),
    ],
)
def test_half_of_something_is_fifty_percent(text: str, position: int, at: At) -> None:
    at.says(text)
    assert at.has("kitchen.blinds") == position


def test_what_is_no_command_changes_nothing(at: At) -> None:
    before = at.house.read()
    for text in (
        "don't turn on the kitchen light",
        "he said turn on the kitchen light",
        "昨天把厨房的灯打开了",
        "别把厨房的灯打开",
    ):
        assert at.kind(text) == "sorry", text
    assert at.house.read() == before


def test_yes_and_no(at: At) -> None:
    assert at.says("unlock the front door").parts[0].kind == "ask"
    assert at.has("front door.lock") == "locked"
    assert at.kind("no") == "declined"
    assert at.kind("yes") == "sorry"
    at.says("unlock the front door")
    assert at.kind("yes please") == "done"
    assert at.has("front door.lock") == "unlocked"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yes, thank you", "done"),
        ("好的，谢谢", "done"),
        ("No, thank you!", "declined"),
        ("不用了，谢谢您", "declined"),
    ],
)
def test_a_polite_yes_and_no(text: str, kind: str, at: At) -> None:
    at.says("unlock the front door")
    assert at.kind(text) == kind


def test_another_sentence_does_not_approve(at: At) -> None:
    call = at.says("unlock the front door").parts[0].call
    assert at.kind("turn on the kitchen light") == "done"
    assert at.kind("yes") == "sorry"  # to what?
    assert at.has("front door.lock") == "locked"
    assert [one.call for one in at.assistant.waiting("ana")] == [call]
    with pytest.raises(ApprovalError):
        at.assistant.answer(call, "kid", yes=True)
    assert at.assistant.answer(call, "ana", yes=True).parts[0].kind == "done"
    assert at.assistant.waiting("ana") == []


def test_foreign_text_starts_nothing_and_says_no_yes(at: At) -> None:
    assert at.assistant.do("turn on the kitchen light", "ana", source="a mail").parts[0].kind == "refused"
    at.says("unlock the front door")
    assert at.assistant.do("yes", "ana", source="a mail").parts[0].kind == "refused"
    assert at.kind("no") == "declined"  # it still waited for the person
    at.assistant.do("turn on the light", "ana", source="a mail")
    assert at.kind("kitchen") == "sorry"  # nobody asked "which room?"
    assert at.assistant.do("undo that", "ana", source="a mail").parts[0].kind == "refused"
    assert (at.has("kitchen.light"), at.has("front door.lock")) == ("off", "locked")


@pytest.mark.parametrize(
    ("text", "said"),
    [("Hello!", "hello; ask"), ("thank you very much", "you are welcome"), ("你好", "您好！问"), ("谢谢！", "不客气")],
)
def test_a_courtesy_is_answered_and_is_no_yes(text: str, said: str, at: At) -> None:
    at.says("unlock the front door")
    [part] = at.says(text).parts
    assert part.kind == "told" and part.said.startswith(said)
    assert at.kind("yes") == "sorry"
    assert at.has("front door.lock") == "locked"


class Awake(App):
    """It wakes up."""

    name = "awake"
    title = ("Awake", "醒")

    @action("reversible", en=["good morning"], zh=["早上好"])
    def wake(self, at: WorldAt) -> Plan:
        """Wake up."""
        return Plan("awake", {"awake": True})


def test_a_greeting_may_be_the_word_that_was_asked_for(at: At) -> None:
    at.assistant.staff.talk.keep("ana", pending=Pending("desk.note", {}, "text", text="note"))
    [part] = at.says("hello").parts
    assert (part.kind, part.args) == ("done", {"text": "hello"})


def test_a_greeting_may_be_a_phrase_of_an_app(at: At) -> None:
    reader = Reader()
    at.assistant = Assistant(lambda: reader, [Awake()], at.journal, at.world)
    assert [at.says(text).parts[0].intent for text in ("Good morning!", "早上好", "hello")] == ["awake.wake"] * 2 + [""]


def test_what_it_can_do_is_a_line_each(at: At) -> None:
    told = at.says("what can you do?").said.splitlines()
    assert told[0] == "you can say, for example:" and len(told) > 20
    assert all(one.startswith("- ") for one in told[1:])


def test_undo(at: At) -> None:
    at.says("turn on the kitchen light")
    assert at.kind("undo that") == "done"
    assert at.has("kitchen.light") == "off"
    assert at.kind("撤销") == "sorry"


def test_it_asks_for_a_missing_word(at: At) -> None:
    assert at.says("set the heating to 21 degrees").said == "Which room?"
    assert at.kind("the study") == "done"
    assert at.has("study.heating") == 21
    at.says("set the heating to 22 degrees")
    assert at.kind("never mind") == "declined"
    assert at.has("study.heating") == 21


def test_a_sentence_leans_on_the_last_one(at: At) -> None:
    at.says("turn on the kitchen light")
    assert at.kind("and the bedroom too") == "done"
    assert (at.has("kitchen.light"), at.has("bedroom.light")) == ("on", "on")
    assert at.kind("no, the study") == "done"
    assert (at.has("bedroom.light"), at.has("study.light")) == ("off", "on")
    assert at.kind("卧室也一样") == "done"
    assert at.has("bedroom.light") == "on"
    at.clock.later(minutes=11)
    assert at.kind("and the hall too") == "sorry"


def test_a_reminder_is_put_off(at: At) -> None:
    at.says("remind me at 9 pm to call Jo")
    assert at.kind("no, at ten pm") == "done"
    kept = [one for one in at.world.things("desk").read().values() if one]
    assert [(one["at"][11:16], one["text"]) for one in kept] == [("22:00", "call Jo")]  # type: ignore[index,call-overload]


def test_several_commands_in_one_sentence(at: At) -> None:
    reply = at.says("turn on the kitchen light and lock the back door")
    assert [part.intent for part in reply.parts] == ["home.light", "home.lock"]
    reply = at.says("把客厅的灯打开，十分钟后提醒我关窗")
    assert [part.intent for part in reply.parts] == ["home.light", "desk.remind"]
    assert at.has("living room.light") == "on"
    assert [part.kind for part in at.says("turn on the hall light and the study").parts] == ["done", "done"]
    assert at.has("study.light") == "on"


def test_what_is_misread_as_free_text_may_hold_a_command_of_its_own(tmp_path: Path) -> None:
    """The whole is read as one reminder, and what is left around its free text looks like half a sentence."""
    text = "把客厅的灯调暗一点，十分钟后提醒我关窗"
    marks = [(1, 6, "text"), (6, 14, "at_time"), (17, 19, "text")]

    def skill(inputs: Sequence[Inputs | str]) -> list[Prediction]:
        read = {
            text: ("desk.remind", marks),
            text[:9]: ("home.dim", [(1, 3, "room"), (6, 9, "change")]),
            text[10:]: ("desk.remind", [(0, 4, "at_time"), (7, 9, "text")]),
        }
        found = [read.get(str(one), ("none", [])) for one in inputs]
        ref = SkillRef("understanding", 1)
        return [
            Prediction(intent, 0.99, False, (), skill=ref, marks=tuple(Mark(*mark) for mark in marks))
            for intent, marks in found
        ]

    at = At(tmp_path, Reader(skill))
    at.says("把客厅的灯打开")
    reply = at.says(text)
    assert [(part.kind, part.intent) for part in reply.parts] == [("done", "home.dim"), ("done", "desk.remind")]
    assert at.says("别" + text).parts[0].kind == "sorry"


def test_a_note_may_hold_a_command(at: At) -> None:
    reply = at.says("note that I must water the plants and turn on the bathroom light")
    assert [part.intent for part in reply.parts] == ["desk.note"]
    assert at.has("bathroom.light") == "off"


def test_rights(at: At) -> None:
    assert at.kind("turn on the kitchen light", "kid") == "done"
    assert at.kind("lock the front door", "kid") == "refused"
    assert at.kind("turn on the hall light", "stranger") == "refused"


def test_everything_is_in_the_journal_and_can_be_forgotten(at: At) -> None:
    at.says("turn on the kitchen light")
    kinds = [one.kind for one in at.journal.entries(person="ana") if one.command]
    assert kinds == ["command", "understanding", "decision", "call", "effect", "inverse"]
    assert at.assistant.forget("ana") > 0
    assert at.kind("and the bedroom too") == "sorry"
    assert at.journal.verify()[2] == []


def test_standing_rules(at: At) -> None:
    at.says("turn on the kitchen light")
    assert at.kind("when the kitchen window opens, turn off the kitchen light") == "ask"
    assert at.kind("yes") == "done"
    assert at.kind("如果书房的窗户打开，就把书房的灯打开") == "ask"
    assert at.kind("好的") == "done"
    done = at.assistant.sense(at.house.sense({"kitchen.window": "open", "study.window": "open"}))
    assert [one.kind for one in done] == ["done", "done"]
    assert (at.has("kitchen.light"), at.has("study.light")) == ("off", "on")
    assert at.kind("when the kitchen window opens, unlock the back door") == "refused"
    assert "I notice, for example" in at.says("when the moon rises, turn off the kitchen light").said
    assert at.kind("if I turn off the kitchen light, will it be dark") == "sorry"


def test_a_very_long_sentence_is_refused(at: At) -> None:
    with pytest.raises(DataError, match="characters at once"):
        at.says("turn on the kitchen light and " * 100)


def test_what_leans_is_guarded_too(at: At) -> None:
    at.says("turn on the kitchen light")
    for text in (
        "don't turn on the bedroom light too",
        "he said turn on the bedroom light too",
        "no, don't turn on the study",
    ):
        assert at.kind(text) == "sorry", text
    assert at.has("bedroom.light") == at.has("study.light") == "off"
    assert at.says("turn on the light").said == "Which room?"
    assert at.kind("not in the bathroom") == "sorry"
    assert at.has("bathroom.light") == "off"


def test_a_whole_command_is_no_word_for_the_last_one(at: At) -> None:
    at.says("turn on the light")
    assert at.says("set the hall heating to 22 degrees").parts[0].intent == "home.heating"
    assert (at.has("hall.heating"), at.has("hall.light")) == (22, "off")
    at.says("turn on the kitchen light")
    at.says("set the living room heating to 23 degrees too")
    assert at.has("living room.light") == "off"


def test_instead_takes_back_what_it_leans_on_and_nothing_else(at: At) -> None:
    at.says("turn on the study light")
    at.says("is the light on in the kitchen")
    at.says("no, the hall")
    assert at.has("study.light") == "on"


def test_a_question_waits_for_the_next_sentence_alone(at: At) -> None:
    for between in ("when it rains, turn on the kitchen light", "undo that", "help", "unicorns eat light"):
        at.says("unlock the garage door")
        at.says(between)
        assert at.kind("yes") == "sorry", between
    assert at.has("garage door.lock") == "locked"


def test_one_yes_for_all_that_was_asked(at: At) -> None:
    assert at.kind("unlock the front door and unlock the back door") == "ask ask"
    assert at.kind("yes") == "done done"
    assert (at.has("front door.lock"), at.has("back door.lock")) == ("unlocked", "unlocked")


def test_a_question_outlives_what_was_done_beside_it(at: At) -> None:
    assert at.kind("unlock the front door and turn on the kitchen light") == "ask done"
    assert at.kind("yes") == "done"
    assert at.has("front door.lock") == "unlocked"


def test_one_question_that_waits_no_longer_keeps_no_other_from_its_answer(at: At) -> None:
    first, second = at.says("unlock the front door and unlock the back door").parts
    at.assistant.staff.runners["en"].answer(second.call, "ana", yes=False)  # by another process
    assert at.kind("yes") == "done refused"
    assert (at.has("front door.lock"), at.has("back door.lock")) == ("unlocked", "locked")
    last = at.assistant.staff.talk.last("ana")
    assert last is not None and last.call == first.call


def test_what_an_older_version_left_waiting_is_nothing(at: At) -> None:
    told = {"at": at.world.now().isoformat(), "last": None, "pending": {"kind": "approval", "call": "x", "args": {}}}
    at.world.things("talk").apply({"ana": told}, "older")
    assert at.kind("yes") == "sorry"


def test_a_click_ends_what_a_sentence_left_waiting(at: At) -> None:
    call = at.says("unlock the front door").parts[0].call
    assert at.assistant.answer(call, "ana", yes=False).parts[0].kind == "declined"
    assert at.kind("yes") == "sorry"


def test_an_effect_that_could_not_be_written_is_not_told_as_refused(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = at.journal.append

    def broken(*notes: Note) -> list[Entry]:
        if any(one.kind == "effect" for one in notes):
            raise ResourceError("the database is locked", expected="a free one", cure="wait")
        return whole(*notes)

    monkeypatch.setattr(at.journal, "append", broken)
    assert at.kind("turn on the kitchen light") == "unknown"
    monkeypatch.undo()
    assert [one.kind for one in at.assistant.recover()] == ["already"]  # its key was seen


def test_a_listener_that_fails_loses_no_reply(at: At) -> None:
    def fails(reply: Reply) -> None:
        raise RuntimeError("no")

    at.assistant.listeners.append(fails)
    assert at.kind("turn on the kitchen light") == "done"
    assert [one.facts for one in at.journal.entries(kinds=("event",))] == [{"untold": "RuntimeError"}]


@pytest.mark.parametrize(
    "text",
    ["calculate 10**400", "calculate " + 900 * "-" + "1", "set a timer for 99999999999999 hours", "what is (0-1)**0.5"],
)
def test_what_an_app_can_not_do_is_told(text: str, at: At) -> None:
    assert at.kind(text) == "refused"


def test_broken_text_is_told(at: At) -> None:
    with pytest.raises(DataError, match="no Unicode"):
        at.says("note that \udcff")


def test_what_was_so_already_leaves_no_question(at: At) -> None:
    at.says("unlock the front door")
    at.says("yes")
    call = at.says("unlock the front door").parts[0]
    assert call.kind == "already"
    at.says("lock the front door")
    at.says("yes")
    assert at.assistant.waiting("ana") == []
    with pytest.raises(ApprovalError):
        at.assistant.answer(call.call, "ana", yes=True)
    assert at.has("front door.lock") == "locked"
