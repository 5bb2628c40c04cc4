"""What the page shows, without a browser: cards, buttons, the house, tables; and that words stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.dom import minidom

import pytest
from tests.studio.made import made

from lingos.assistant.reply import Part
from lingos.assistant.world.house import AT_FIRST
from lingos.contracts import Preview
from lingos.studio.cards import talk_log
from lingos.studio.chat import Exchange, State
from lingos.studio.desk import Desk
from lingos.studio.house_picture import house_picture

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = made(tmp_path)
    yield found
    found.chat.assistant.staff.journal.engine.dispose()


def acts(html: str) -> list[tuple[str, str]]:
    """The buttons: what they do, and to what."""
    return re.findall(r'data-act="(\w+)" data-key="([^"]*)"', html)


def test_a_card_says_what_changed_and_can_be_undone(desk: Desk) -> None:
    desk.chat.say("turn on the kitchen light")
    [(act, call)] = acts(log := desk.shown("en").log)
    assert act == "undo" and "kitchen · light" in log and "from off to on" in log and "Done" in log
    assert "厨房 · 灯" in desk.shown("zh").log
    desk.pressed("undo", call, "en")
    assert acts(desk.shown("en").log) == [] and "kitchen: light off" in desk.shown("en").house


def test_only_the_last_effect_has_an_undo_and_an_old_button_does_nothing(desk: Desk) -> None:
    desk.chat.say("turn on the kitchen light")
    [(_, first)] = acts(desk.shown("en").log)
    desk.chat.say("turn on the study light")
    [(_, second)] = acts(desk.shown("en").log)
    assert first != second
    desk.pressed("undo", first, "en")
    assert "something else was done since" in desk.shown("en").log
    assert "kitchen: light on" in desk.shown("en").house and "study: light on" in desk.shown("en").house


def test_yes_and_no(desk: Desk) -> None:
    desk.chat.say("unlock the back door")
    [(yes, call), (no, same)] = acts(desk.shown("en").log)
    assert (yes, no, call) == ("yes", "no", same)
    assert ("yes", call) in acts(desk.shown("zh").waiting)
    desk.pressed("no", call, "zh")
    assert "back door: locked" in desk.shown("en").house and acts(desk.shown("en").waiting) == []
    desk.pressed("yes", call, "en")
    assert "that was answered before" in desk.shown("en").log
    assert "declined" in desk.shown("en").history


def test_a_question_offers_its_words(desk: Desk) -> None:
    desk.chat.say("开灯")
    assert ("say", "书房") in acts(desk.shown("zh").log)
    desk.pressed("say", "书房", "zh")
    assert "study: light on" in desk.shown("en").house
    assert [act for act, _ in acts(desk.shown("zh").log)] == ["undo"]


def test_did_you_mean_is_answered_for_that_call_while_it_waits() -> None:
    meant = Part("question", "did you mean that?", "kitchn lite", "home.light", 0.6, call="c7", preview=Preview("on"))
    exchanges = (Exchange("kitchn lite", (meant,), "en"), Exchange("stop", (), "en"))
    assert acts(talk_log(State(exchanges, frozenset({"c7"}), "", ()), "en")) == [("yes", "c7"), ("no", "c7")]
    assert acts(talk_log(State(exchanges, frozenset(), "", ()), "en")) == [], "answered, or too old"


def test_words_stay_words_everywhere(desk: Desk) -> None:
    for text in (f"note that {EVIL}", EVIL, f"unlock {EVIL}", "note that {0} {said} ${1} {{value}}"):
        desk.chat.say(text)
    for language in ("en", "zh"):
        shown = desk.shown(language)
        for part in (shown.log, shown.heard, shown.house, shown.waiting, shown.history):
            assert "<img" not in part
    assert "{0} {said} ${1} {{value}}" in shown.log


def test_the_digest_changes_with_what_is_shown(desk: Desk) -> None:
    before = desk.shown("en").digest
    assert desk.shown("en").digest == before
    desk.chat.assistant.staff.world.things("house").apply({"kitchen.window": "open"}, "sensed 1")
    assert desk.shown("en").digest != before and ">open<" in desk.shown("en").house


def test_nothing_yet(desk: Desk) -> None:
    shown = desk.shown("en")
    assert "Nothing was said yet" in shown.log and "Nothing has happened yet" in shown.history
    assert "No skills in the store yet" in desk.skills("en") and desk.review() is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_says_everything_in_words(language: str) -> None:
    things = {**AT_FIRST, "kitchen.light": "on", "kitchen.brightness": 40.0, "kitchen.colour": "red", "alarm": "on"}
    things |= {"study.blinds": 30.0, "hall.window": "open", "back door.lock": "unlocked", f"{EVIL}.light": "on"}
    drawn = house_picture(things, language)
    minidom.parseString(drawn)
    assert 'role="img"' in drawn and "<img" not in drawn
    words = {"en": ("red", "unlocked", "alarm on", "open"), "zh": ("红色", "未锁", "报警器 开", "开着")}[language]
    assert [word for word in words if word not in drawn] == []


def test_an_empty_house_is_drawn_too() -> None:
    minidom.parseString(house_picture({}))
