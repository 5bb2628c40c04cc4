"""The desk: what it does to its things, and what it answers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("pint", reason="pip install 'lingos[assistant]'")
pytest.importorskip("simpleeval", reason="pip install 'lingos[assistant]'")
pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from tests.assistant.made import Made

from lingos.apps.desk import Desk
from lingos.assistant.runner import Outcome, Runner, new_id
from lingos.assistant.understanding.fillers import TABLES
from lingos.assistant.understanding.spelled import spelled
from lingos.assistant.understanding.values import durations, moments
from lingos.contracts import Call, Value


class At(Made):
    """A desk of ana's."""

    def __init__(self, folder: Path, language: str = "en") -> None:
        super().__init__(folder, language)
        self.runner = Runner(self.journal, Desk().actions, self.world)

    def does(self, action: str, **args: Value) -> Outcome:
        return self.runner.propose(Call(new_id(), "desk", action, args, "ana"), command="c")


@pytest.fixture
def desk(tmp_path: Path) -> At:
    return At(tmp_path)


def test_reminders(desk: At) -> None:
    said = desk.does("remind", at_time="2026-11-26T07:30:00+00:00", text="call Jo").said
    assert said == "I remind you on 2026-11-26 at 07:30: call Jo"
    assert desk.does("timer", length=600.0).said == "the timer rings at 20:10"
    assert desk.does("reminders").said == "at 20:10: the timer is over; on 2026-11-26 at 07:30: call Jo"
    late = desk.does("remind", at_time="2026-11-25T07:30:00+00:00", text="call Jo")
    assert (late.kind, late.said) == ("refused", "it can not be done: that time is over")


def test_a_reminder_can_be_undone(desk: At) -> None:
    desk.does("timer", length=600.0)
    assert desk.runner.undo("ana", command="c") is not None
    assert desk.does("reminders").said == "no reminders"


def test_cancel(desk: At) -> None:
    def cancelled(**args: Value) -> Outcome:
        asked = desk.does("cancel", **args)
        return desk.runner.answer(asked.call.id, "ana", yes=True) if asked.kind == "ask" else asked

    assert cancelled().said == "it can not be done: 0 reminders fit"
    desk.does("remind", at_time="2026-11-26T07:30:00+00:00", text="call the dentist about Jo")
    desk.does("remind", at_time="2026-11-26T08:30:00+00:00", text="close the window")
    assert cancelled(name="the").kind == "refused"  # both
    assert cancelled().said == "it can not be done: 2 reminders fit"
    desk.does("timer", length=600.0)
    assert cancelled().said == "cancelled: the timer is over (at 20:10)"
    assert cancelled(name="My dentist").said.startswith("cancelled: call the dentist about Jo")
    assert desk.does("reminders").said == "on 2026-11-26 at 08:30: close the window"
    assert cancelled().said.startswith("cancelled: close the window")  # the only one
    assert desk.runner.undo("ana", command="c") is not None
    assert desk.does("reminders").said == "on 2026-11-26 at 08:30: close the window"


def test_notes(desk: At) -> None:
    desk.does("note", text="the key is under the pot")
    desk.does("note", text="buy oil")
    assert desk.does("search", text="KEY").effect.value == ["the key is under the pot"]  # type: ignore[union-attr]
    ask = desk.does("delete", note="oil")
    assert ask.kind == "ask"
    desk.runner.answer(ask.call.id, "ana", yes=True)
    assert desk.does("search", text="oil").said == "no note of that"
    assert desk.does("delete", note="oil").said == "it can not be done: 0 notes are about that"
    assert desk.runner.undo("ana", command="c") is not None
    assert desk.does("search", text="oil").said == "buy oil"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12 * (3 + 4)", 84),
        ("3乘以7", 21),
        ("7 divided by 2", 3.5),
        ("2 ** 10", 1024),
        ("twenty five plus seven", 32),
        ("（二十五-7）÷3", 6),
        ("七的3次方", 343),
        ("15% of 240", 36),
        ("三百的百分之二十五", 75),
        ("the square root of one hundred and forty four", 12),
        ("二十五乘七再加7 = ?", 182),
    ],
)
def test_sums(desk: At, text: str, value: float) -> None:
    found = desk.does("calculate", text=text)
    assert found.effect is not None and found.effect.value == value


@pytest.mark.parametrize("text", ["the weather", "1 / 0", "__import__('os')", "9 ** 9 ** 9", "open('x')", "3 +"])
def test_what_is_no_sum(desk: At, text: str) -> None:
    assert desk.does("calculate", text=text).kind == "refused"


@pytest.mark.parametrize(
    ("amount", "unit", "into", "value"),
    [
        (10.0, "miles", "kilometers", 16.09344),
        (20.0, "摄氏度", "华氏度", 68.0),
        (3.0, "斤", "公斤", 1.5),
        (1.0, "hour", "s", 3600),
        (1000.0, "米", "里", 2.0),
        (3.0, "亩", "平方米", 2000),
        (2.0, "stone", "pounds", 28),
    ],
)
def test_units(desk: At, amount: float, unit: str, into: str, value: float) -> None:
    found = desk.does("convert", amount=amount, unit=unit, into=into)
    assert found.effect is not None and found.effect.value == pytest.approx(value)


@pytest.mark.parametrize(("unit", "into"), [("kg", "meter"), ("smoots", "meter"), ("", "meter")])
def test_units_that_do_not_fit(desk: At, unit: str, into: str) -> None:
    if unit:
        assert desk.does("convert", amount=1.0, unit=unit, into=into).kind == "refused"
    else:
        with pytest.raises(Exception, match="that is no text"):
            desk.does("convert", amount=1.0, unit=unit, into=into)


def test_in_chinese(tmp_path: Path) -> None:
    desk = At(tmp_path, "zh")
    assert desk.does("remind", at_time="2026-11-25T21:00:00+00:00", text="关窗").said == "21:00提醒您：关窗"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_taught_is_understood(desk: At, language: str) -> None:
    """The forms of moments, lengths, sums and units from which a skill learns are read by what acts on them."""
    chance = random.Random(0)

    def every(table: str) -> set[str]:
        forms = TABLES[table][language]
        return {
            form.format(n=told, h=told) for form in forms for told in (5, 9, spelled(chance.randint(2, 12), language))
        }

    for word in every("when"):
        assert len(moments(word, desk.clock.at)) == 1, word
    for word in every("duration"):
        assert len(durations(word)) == 1, word
    for word in every("sum"):
        assert desk.does("calculate", text=word).kind == "done", word
    for unit in TABLES["unit"][language]:
        assert desk.does("convert", amount=1.0, unit=unit, into=unit).kind == "done", unit
