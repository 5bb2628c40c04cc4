"""The house: steps, the whole house at once, what only looks, and the phrases of all apps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.assistant.made import Made, call

from lingos.apps.base import app, names
from lingos.apps.home import EVERYWHERE, WHOLE
from lingos.assistant.runner import Outcome
from lingos.assistant.understanding.phrases import parsed
from lingos.assistant.understanding.sentences import NOTHING, NOTHING_TO_DO, taught
from lingos.assistant.understanding.wishes import wishes
from lingos.assistant.world.house import ROOMS
from lingos.contracts import Value


class At(Made):
    """A house of ana's."""

    def does(self, action: str, **args: Value) -> Outcome:
        return self.runner.propose(call(action, **args), command="c")

    def has(self, what: str) -> Mapping[str, Value]:
        return {room: self.house.read()[f"{room}.{what}"] for room in ROOMS}


@pytest.fixture
def home(tmp_path: Path) -> At:
    return At(tmp_path)


def test_dim(home: At) -> None:
    done = home.does("dim", room="study", change="down")
    assert done.said == "the light in the study is at 75 %"
    assert (home.has("brightness")["study"], home.has("light")["study"]) == (75, "on")
    for _ in range(3):
        home.does("dim", room="study", change="down")
    assert home.has("brightness")["study"] == 1  # never out
    assert home.does("dim", room="study", change="down").kind == "already"
    home.does("dim", room="study", change="up")
    assert home.has("brightness")["study"] == 26


def test_brighter_than_bright(home: At) -> None:
    assert home.does("dim", room="study", change="up").kind == "done"  # it was off
    assert (home.has("brightness")["study"], home.has("light")["study"]) == (100, "on")
    assert home.does("dim", room="study", change="up").kind == "already"


def test_a_step_is_taken_back(home: At) -> None:
    home.does("dim", room="study", change="down")
    home.does("dim", room="study", change="down")
    assert home.runner.undo("ana", command="c") is not None
    assert (home.has("brightness")["study"], home.has("light")["study"]) == (75, "on")


def test_warmer(home: At) -> None:
    assert home.does("warmer", room="hall", change="up").said == "the heating in the hall is at 21 °C"
    for _ in range(6):
        home.does("warmer", room="hall", change="up")
    assert home.has("heating")["hall"] == 30
    for _ in range(20):
        last = home.does("warmer", room="hall", change="down")
    assert (home.has("heating")["hall"], last.kind) == (5, "already")


@pytest.mark.parametrize(
    ("action", "args", "what", "value"),
    [
        ("light", {"state": "on"}, "light", "on"),
        ("brightness", {"percent": 40.0}, "brightness", 40),
        ("colour", {"colour": "blue"}, "colour", "blue"),
        ("dim", {"change": "down"}, "brightness", 75),
        ("blinds", {"percent": 0.0}, "blinds", 0),
        ("heating", {"degrees": 21.0}, "heating", 21),
        ("warmer", {"change": "down"}, "heating", 17),
    ],
)
def test_everywhere(home: At, action: str, args: dict[str, Value], what: str, value: Value) -> None:
    before = home.house.read()
    done = home.does(action, room=EVERYWHERE, **args)
    assert (done.kind, "everywhere" in done.said) == ("done", True)
    assert set(home.has(what).values()) == {value}
    assert home.does(action, room="attic", **args).said == "it can not be done: there is no attic"
    assert home.runner.undo("ana", command="c") is not None
    assert home.house.read() == before


def test_everywhere_each_from_where_it_is(home: At) -> None:
    home.does("brightness", room="study", percent=50.0)
    home.does("dim", room=EVERYWHERE, change="down")
    assert home.has("brightness") == {**dict.fromkeys(ROOMS, 75), "study": 25}


def test_lit(home: At) -> None:
    home.does("light", room="study", state="on")
    assert home.does("lit", room="study").said == "the light in the study is on"
    assert home.does("lit", room="hall").effect.value == "off"
    everywhere = home.does("lit", room=EVERYWHERE)
    assert (everywhere.said, everywhere.effect.value) == ("lights that are on: study", ["study"])
    home.does("light", room="study", state="off")
    assert home.does("lit", room=EVERYWHERE).said == "lights that are on: nowhere"
    assert home.does("lit", room="attic").kind == "refused"


def test_temperature(home: At) -> None:
    assert home.does("temperature", room="study").said == "it is 19.5 °C in the study"
    assert home.does("temperature", room=EVERYWHERE).effect.value == dict.fromkeys(ROOMS, 19.5)
    assert home.does("temperature", room="attic").kind == "refused"


def test_doors(home: At) -> None:
    assert home.does("locked", door="front door").said == "the front door is locked"
    assert home.does("lock", door="barn door").kind == "refused"
    assert home.does("unlock", door="front door").kind == "ask"


def test_in_chinese(tmp_path: Path) -> None:
    home = At(tmp_path, "zh")
    assert home.does("dim", room="study", change="down").said == "书房的灯亮度：75 %"
    assert home.does("warmer", room=EVERYWHERE, change="up").said == "全屋的暖气：调高"
    assert home.does("light", room=EVERYWHERE, state="off").said == "全屋的灯：关"
    assert home.does("light", room=EVERYWHERE, state="on").kind == "done"
    assert home.does("lit", room="hall").said == "走廊的灯：开"
    assert home.does("lit", room=EVERYWHERE).said.startswith("开着的灯：")
    assert home.does("temperature", room=EVERYWHERE).said.count("19.5 °C") == len(ROOMS)
    assert home.does("heating", room="attic", degrees=20.0).said.endswith("没有attic")


# -- the phrases of all apps -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", names())
def test_phrases_name_arguments_of_their_action(name: str) -> None:
    for deed in app(name).actions:
        told = getattr(deed, "told", None)
        for phrase in [one for words in told.phrases.values() for one in words] if told else []:
            made = parsed(phrase)
            slots = deed.slots
            assert made.slots | set(made.implied) <= set(slots), (deed.name, phrase)
            assert len(made.ways) <= 200, (deed.name, phrase)
            for slot, value in made.implied.items():
                kind = slots[slot]
                assert kind.kind != "choice" or value in kind.values, (deed.name, phrase)
                assert kind.kind != "number" or kind.low <= float(value) <= kind.high, (deed.name, phrase)
                assert kind.kind != "name" or value in (*ROOMS, *WHOLE), (deed.name, phrase)


def test_no_sentence_means_two_things(home: At) -> None:
    known = wishes([app(name) for name in names()], home.world)
    meant = defaultdict(set)
    for one in taught(list(known.values()), each=40):
        meant[one.text.lower()].add(one.intent)
    assert len(meant) > 10_000
    assert {text: intents for text, intents in meant.items() if len(intents) > 1} == {}
    off = [one.lower() for told in NOTHING_TO_DO.values() for one in told["off"]]
    assert {text: meant[text] | {NOTHING} for text in off if text in meant} == {}
