"""Standing rules: split from a sentence, confirmed once, acting when a sensor changes, and never beyond that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.assistant.made import Made

from lingos.apps.base import App, Happening, app, names
from lingos.apps.desk import Desk
from lingos.apps.home import Home
from lingos.apps.rules import Rules
from lingos.assistant.policy.grants import granted
from lingos.assistant.rules import Rule, adding, fire, happening, noticed, rules, split
from lingos.assistant.runner import Outcome, Runner, new_id
from lingos.contracts import Call, Value
from lingos.errors import LingosError

IS_OPEN = "(opens|is opened|is open|has been opened)"
IS_SHUT = "(closes|is closed|is shut|has been closed)"


class Noticing(Home):
    """The house with what its windows tell."""

    happenings = (
        Happening(
            "window_opens",
            en=[f"[the] {{room}} window {IS_OPEN}", f"[the] window (in|of) [the] {{room}} {IS_OPEN}"],
            zh=["{room}[的|里的](窗户|窗子|窗)[一|被](打开|开)[着]"],
            thing="{room}.window",
            becomes="open",
        ),
        Happening(
            "window_closes",
            en=[f"[the] {{room}} window {IS_SHUT}", f"[the] window (in|of) [the] {{room}} {IS_SHUT}"],
            zh=["{room}[的|里的](窗户|窗子|窗)[一|被](关上|关好|关闭|关)[着]"],
            thing="{room}.window",
            becomes="closed",
        ),
        Happening("warm", ["it gets warm here -> room=hall"], ["这里热"], "{room}.temperature", 25),
        Happening("gate", ["the {gate} gate opens"], ["{gate}的大门打开"], "{gate}.gate", "open"),
        Happening("bell", ["{visitor} rings the bell"], ["{visitor}按门铃"], "hall.window", "rung"),
        Happening("smoke", ["there is smoke in the {room}"], ["{room}有烟"], "{room}.smoke", True),
    )


class House(Made):
    """A house with rules."""

    def __init__(self, folder: Path, language: str = "en") -> None:
        super().__init__(folder, language)
        self.runner = Runner(self.journal, [*Home().actions, *Desk().actions, *Rules().actions], self.world)
        self.apps = (Noticing(),)

    def make(self, said: str, action: str, person: str = "ana", app: str = "home", **args: Value) -> Outcome:
        """Say a rule, whose command was understood as an action, and confirm it."""
        language = self.world.language
        parts = split(said, language)
        assert parts is not None
        happens = happening(parts[0], self.apps, self.world)
        assert happens is not None
        wish = Call(new_id(), app, action, args, person)
        found = self.runner.propose(adding(said, happens, wish), command="c")
        return self.runner.answer(found.call.id, person, yes=True) if found.kind == "ask" else found

    def move(self, **sensors: Value) -> list[Outcome]:
        return fire(self.house.sense({f"{room}.window": to for room, to in sensors.items()}), self.runner)


@pytest.fixture
def made(tmp_path: Path) -> House:
    return House(tmp_path)


# -- sentences -------------------------------------------------------------------------------------------------------
SAID = {
    "en": [
        ("When the kitchen window opens, turn the light off.", "the kitchen window opens", "turn the light off"),
        ("whenever the window's open turn on the light", "the window's open", "turn on the light"),
        ("if it gets cold then set it to 22 degrees", "it gets cold", "set it to 22 degrees"),
        ("as soon as the window is open close the blinds", "the window is open", "close the blinds"),
        ("hey, once the window closes, please dim the light", "the window closes", "please dim the light"),
        ("Lights off when the window opens!", "the window opens", "Lights off"),
        ("turn it off, as soon as the window opens", "the window opens", "turn it off"),
    ],
    "zh": [
        ("当厨房窗户打开的时候，把暖气关掉", "厨房窗户打开", "把暖气关掉"),
        ("如果窗户开了就关暖气", "窗户开了", "关暖气"),
        ("窗户打开时关掉暖气", "窗户打开", "关掉暖气"),
        ("窗户一开就关暖气", "窗户一开", "关暖气"),
        ("只要窗户打开，就关灯。", "窗户打开", "关灯"),
        ("等窗户关了再打开暖气", "窗户关了", "打开暖气"),
        ("如果窗户打开了关掉厨房的灯", "窗户打开", "关掉厨房的灯"),
        ("在窗户打开的时候关掉暖气", "窗户打开", "关掉暖气"),
        ("把厨房的灯关了，如果窗户打开的话", "窗户打开", "把厨房的灯关了"),
    ],
}
NONE = {
    "en": [
        "turn on the light", "when is the next bus?", "once more, turn on the light", "when does it open, tell me",
        "", "when", "when the window opens", "set an alarm for six",
    ],
    "zh": [
        "打开灯", "打开客厅的灯，关掉卧室的灯", "现在时间是几点", "一小时后提醒我", "把灯关了就行", "等一下，关灯",
        "当前温度是多少", "3加5等于多少", "天黑了，开灯", "到时候提醒我", "准时提醒我关窗",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("language", "said"), [(language, one) for language in SAID for one in SAID[language]])
def test_condition_and_command(language: str, said: tuple[str, str, str]) -> None:
    assert split(said[0], language) == said[1:]


@pytest.mark.parametrize(("language", "text"), [(language, one) for language in NONE for one in NONE[language]])
def test_sentences_without_a_condition(language: str, text: str) -> None:
    assert split(text, language) is None


def test_a_very_long_text_is_no_rule() -> None:
    assert split("if " * 50_000 + ", do it", "en") is None and split("就如果" * 50_000, "zh") is None


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("The Kitchen window opens", ("kitchen.window", "open")),
        ("the lounge window's open", ("living room.window", "open")),
        ("a window in the living  room has been opened.", ("living room.window", "open")),
        ("my bedroom window is shut", ("bedroom.window", "closed")),
        ("厨房的窗户打开了", ("kitchen.window", "open")),
        ("客厅窗户一开", ("living room.window", "open")),
        ("书房窗子关上的时候", ("study.window", "closed")),
        ("it gets warm here", ("hall.temperature", 25)),
        ("the attic window opens", None),
        ("the north gate opens", None),  # a slot without names
        ("ana rings the bell", None),
        ("there is smoke in the kitchen", None),  # no such sensor
        ("the window opens", None),
        ("the kitchen window opens twice", None),
        ("the kitchen window does not open", None),
        ("厨房的窗户没打开", None),
        ("", None),
    ],
)
def test_what_a_condition_speaks_of(made: House, condition: str, found: tuple[str, Value] | None) -> None:
    assert happening(condition, made.apps, made.world) == found


def test_what_can_be_noticed_is_told(made: House) -> None:
    assert noticed(made.apps, made.world, "en")[:2] == ["the kitchen window opens", "the kitchen window closes"]
    assert noticed(made.apps, made.world, "zh")[0].startswith("厨房的窗户")


def test_happenings_of_apps_name_real_things(made: House) -> None:
    for one in map(app, names()):
        for told in noticed([one], made.world, "en") + noticed([one], made.world, "zh"):
            assert happening(told, [one], made.world) is not None, told


# -- acting ----------------------------------------------------------------------------------------------------------
RULE = "when the kitchen window opens, turn the kitchen light on"


def test_a_rule_is_confirmed_once_and_acts_on_its_own(made: House) -> None:
    wish = Call(new_id(), "home", "light", {"room": "kitchen", "state": "on"}, "ana")
    found = made.runner.propose(adding(RULE, ("kitchen.window", "open"), wish), command="c")
    assert found.kind == "ask" and found.preview is not None
    assert found.preview.said == (
        f"from now on: {RULE} (when kitchen.window = open: home.light(room = kitchen, state = on))"
    )
    assert made.move(kitchen="open") == [], "nobody has said yes"
    made.move(kitchen="closed")
    made.runner.answer(found.call.id, "ana", yes=True)
    assert [one.kind for one in made.move(kitchen="open")] == ["done"]
    assert made.house.read()["kitchen.light"] == "on"
    id = f"rule {found.call.id}"
    event = next(made.journal.entries(kinds=("event",)))
    assert event.facts == {"what": "became", "thing": "kitchen.window", "value": "open"}
    call = [one for one in made.journal.entries(kinds=("call",)) if one.command == id]
    assert event.command == id and len(call) == 1 and call[0].person == "ana"


def test_it_acts_when_the_value_comes_not_while_it_stays(made: House) -> None:
    made.make(RULE, "light", room="kitchen", state="on")
    assert len(made.move(kitchen="open")) == 1
    made.house.apply({"kitchen.light": "off"}, "somebody")
    assert made.move(kitchen="open") == [] and made.move(hall="open") == []
    assert made.move(kitchen="closed") == [] and made.house.read()["kitchen.light"] == "off"
    assert len(made.move(kitchen="open")) == 1 and made.house.read()["kitchen.light"] == "on"


def test_what_a_rule_does_can_be_undone(made: House) -> None:
    made.make(RULE, "light", room="kitchen", state="on")
    made.move(kitchen="open")
    assert made.runner.undo("ana", command="c") is not None
    assert made.house.read()["kitchen.light"] == "off"


def test_a_rule_survives_a_restart(made: House, tmp_path: Path) -> None:
    made.make(RULE, "light", room="kitchen", state="on")
    assert [one.kind for one in House(tmp_path).move(kitchen="open")] == ["done"]


@pytest.mark.parametrize(
    ("language", "said", "why"),
    [
        ("en", "when the hall window opens, unlock it", "it can not be done: a rule acts without asking, so it holds"),
        (
            "zh",
            "当走廊窗户打开时，解锁前门",
            "无法执行：规则执行时不再询问，所以只能包含可以直接撤销的操作；home.unlock不属于",
        ),
    ],
)
def test_what_needs_a_question_is_in_no_rule(tmp_path: Path, language: str, said: str, why: str) -> None:
    found = House(tmp_path, language).make(said, "unlock", door="front door")
    assert found.kind == "refused" and found.said.startswith(why)


REMIND: dict[str, Value] = {"at_time": "2026-11-25T20:10:00+00:00", "text": "close it"}


@pytest.mark.parametrize(
    ("language", "said", "why"),
    [
        (
            "en",
            "when the kitchen window opens, remind me in ten minutes to close it",
            "it can not be done: a rule acts again and again, but desk.remind would be about one fixed moment, which "
            "is soon over; say how long to wait instead, such as 'set a timer for 10 minutes'",
        ),
        (
            "zh",
            "当厨房窗户打开时，十分钟后提醒我关窗",
            "无法执行：规则会反复执行，而desk.remind针对的是一个固定时刻，过后就无效了；请改说等多久，例如“设一个10分钟的计时器”",
        ),
    ],
)
def test_a_moment_that_passes_is_in_no_rule(tmp_path: Path, language: str, said: str, why: str) -> None:
    found = House(tmp_path, language).make(said, "remind", app="desk", **REMIND)
    assert (found.kind, found.said) == ("refused", why)


def test_a_rule_with_a_moment_from_earlier_says_why_it_does_nothing(made: House) -> None:
    _kept(made, app="desk", action="remind", args=REMIND)
    assert [(one.kind, "fixed moment" in one.said) for one in made.move(kitchen="open")] == [("refused", True)]
    assert made.world.things("desk").read() == {}


def test_a_length_counts_from_each_time_that_a_rule_acts(made: House) -> None:
    made.make("when the kitchen window opens, set a timer for 10 minutes", "timer", app="desk", length=600)
    for hours in (1, 2):
        made.clock.later(hours=1)
        made.move(kitchen="closed")
        assert [one.kind for one in made.move(kitchen="open")] == ["done"]
        rings = [at for at, _ in Desk().moments(made.world.things("desk").read()).values()]
        assert len(rings) == hours and max(rings) - made.clock() == timedelta(minutes=10)


def test_nor_is_what_nobody_can_say(made: House) -> None:
    args: dict[str, Value] = {"changes": {"front door.lock": ["locked", "unlocked"]}}
    for name, of in (("restore_reversible", "home"), ("add", "rules"), ("nothing", "home")):
        assert made.make(RULE, name, app=of, **args).kind == "refused", name
    with pytest.raises(LingosError, match="there is no such value"):
        made.make(RULE, "light", room="kitchen", state="blue")
    with pytest.raises(LingosError, match="hom"):
        made.make(RULE, "light", app="hom", room="kitchen", state="on")
    assert made.world.things("rules").read() == {}


def _kept(made: House, **other: Value) -> None:
    """A rule that came into the database on another way."""
    told = {"app": "home", "action": "light", "args": {"room": "kitchen", "state": "on"}, "person": "ana", **other}
    rule = Rule(f"rule {new_id()}", "kitchen.window", "open", said="...", **told)
    made.world.things("rules").apply({rule.id: rule.kept()}, rule.id)


def test_what_would_ask_never_runs_and_fails_alone(made: House) -> None:
    _kept(made, action="unlock", args={"door": "front door"})
    _kept(made, action="restore_irreversible", args={"changes": {"front door.lock": ["locked", "unlocked"]}})
    _kept(made, app="gone")
    _kept(made, args={"room": "kitchen", "state": "blue"})
    _kept(made)
    assert sorted(one.kind for one in made.move(kitchen="open")) == ["done", "failed", "refused", "refused", "refused"]
    assert made.house.read()["front door.lock"] == "locked" and not list(made.journal.entries(kinds=("approval",)))
    assert [one.facts["verdict"] for one in made.journal.entries(kinds=("decision",))] == ["act"]


def test_a_rule_has_the_rights_of_its_person_at_that_time(made: House) -> None:
    made.journal.append(granted("kid", "rules", "recoverable", "ana"))
    assert made.make(RULE, "light", "kid", room="kitchen", state="on").kind == "done"
    made.journal.append(granted("kid", "home", "read", "ana"))
    assert [one.kind for one in made.move(kitchen="open")] == ["refused"]
    assert made.house.read()["kitchen.light"] == "off"


def test_nobody_makes_a_rule_for_another_one_or_without_the_right(made: House) -> None:
    assert made.make(RULE, "light", "kid", room="kitchen", state="on").kind == "refused"
    made.make(RULE, "light", room="kitchen", state="on")
    assert [one.person for one in rules(made.world.things("rules").read())] == ["ana"]


def test_what_a_rule_does_sets_off_no_rule(made: House) -> None:
    _kept(made)
    lamp = Rule("rule 0", "kitchen.light", "on", "home", "light", {"room": "kitchen", "state": "off"}, "ana", "...")
    made.world.things("rules").apply({"rule 0": lamp.kept()}, "rule 0")
    assert len(made.move(kitchen="open")) == 1
    assert made.house.read()["kitchen.light"] == "on"


def test_an_argument_that_somebody_else_wrote_is_asked_about() -> None:
    wish = Call("1", "home", "light", {"room": "kitchen"}, "ana", {"room": "foreign"})
    assert adding(RULE, ("kitchen.window", "open"), wish).origins == {"args": "foreign"}


# -- the app ---------------------------------------------------------------------------------------------------------
def _does(made: House, action: str, **args: Value) -> Outcome:
    found = made.runner.propose(Call(new_id(), "rules", action, args, "ana"), command="c")
    return made.runner.answer(found.call.id, "ana", yes=True) if found.kind == "ask" else found


def test_rules_are_listed_deleted_and_brought_back(made: House) -> None:
    assert _does(made, "list").said == "no rules"
    made.make(RULE, "light", room="kitchen", state="on")
    made.clock.later(minutes=1)
    second = "turn the hall light off when the hall window closes"
    made.make(second, "light", room="hall", state="off")
    assert made.make(RULE, "light", room="kitchen", state="on").kind == "already"
    assert _does(made, "list").said == f"1. {RULE}; 2. {second}"
    known = Rules().names(made.world.things("rules").read())["rule"]
    id = next(one for one, words in known.items() if "turn the kitchen light on" in words and "1" in words)
    assert _does(made, "delete", rule=id).said == f"no longer: {RULE}"
    assert _does(made, "delete", rule=id).said == "it can not be done: there is no such rule"
    assert made.move(kitchen="open") == []
    back = made.runner.undo("ana", command="c")
    assert back is not None and back.kind == "done" and len(rules(made.world.things("rules").read())) == 2


def test_in_chinese(tmp_path: Path) -> None:
    house, said = House(tmp_path, "zh"), "厨房的窗户一打开就打开厨房的灯"
    assert house.make(said, "light", room="kitchen", state="on").said == (
        f"以后：{said}（当kitchen.window = open：home.light(room = kitchen, state = on)）"
    )
    assert [one.said for one in house.move(kitchen="open")] == ["厨房的灯：开"]


# -- sensors ---------------------------------------------------------------------------------------------------------
def test_sensors_tell_what_really_changed(made: House) -> None:
    moved: Mapping[str, Value] = {"kitchen.window": "open", "hall.window": "closed", "hall.temperature": 22.5}
    assert made.house.sense(moved) == {"kitchen.window": "open", "hall.temperature": 22.5}
    assert made.house.sense(moved) == {}
    made.house.broken.add("study.window")
    assert made.house.sense({"study.window": "open"}) == {} and made.house.read()["study.window"] == "closed"


@pytest.mark.parametrize(
    ("thing", "to"),
    [("kitchen.light", "on"), ("attic.window", "open"), ("hall.window", "ajar"), ("hall.temperature", "hot"),
     ("hall.temperature", True), ("hall.window", None), ("hall.temperature", None)],
)  # fmt: skip
def test_what_is_no_sensor_or_no_value_of_one(made: House, thing: str, to: Value) -> None:
    with pytest.raises(LingosError):
        made.house.sense({"kitchen.window": "open", thing: to})
    assert made.house.read()["kitchen.window"] == "closed"


def test_an_app_notices_nothing_unless_it_says_so() -> None:
    class Plain(App):
        """Nothing."""

        name = "plain"

    found: Sequence[Happening] = Plain().happenings
    assert found == () and Plain().moments({"reminder 1": {}}) == {}
