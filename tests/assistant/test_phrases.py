"""The grammar of phrases: every way once, spans that hold the words, clear errors."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.apps.base import app, names
from lingos.assistant.understanding.phrases import parsed
from lingos.errors import LingosError

WORDS = {"room": ("Küche", "kitchen"), "state": ("on", "on")}


def texts(told: str) -> list[str]:
    phrase = parsed(told)
    return [phrase.spoken(way, WORDS).text for way in phrase.ways]


@pytest.mark.parametrize(
    ("told", "ways"),
    [
        ("lights", ["lights"]),
        ("(a|b) c", ["a c", "b c"]),
        ("[please] stop", ["please stop", "stop"]),
        ("(turn [it]|switch) {state}", ["turn it on", "turn on", "switch on"]),
        ("把{room}[的]灯(|给)关了", ["把Küche的灯关了", "把Küche的灯给关了", "把Küche灯关了", "把Küche灯给关了"]),
        ("go, {room}[, please]", ["go, Küche, please", "go, Küche"]),
        ("a | b", ["a", "b"]),
    ],
)
def test_every_way(told: str, ways: list[str]) -> None:
    assert texts(told) == ways


def test_what_is_implied() -> None:
    phrase = parsed("open the blinds -> percent=100, speed=slow")
    assert phrase.implied == {"percent": "100", "speed": "slow"}
    assert phrase.spoken(phrase.ways[0], {}).implied == phrase.implied


@pytest.mark.parametrize("told", ["(a|b", "[a", "a)", "a]", "", "[a]", "{a b} c", "a -> b", "a } b", "(((a|b)|c)"])
def test_what_can_not_be_read_is_told(told: str) -> None:
    with pytest.raises(LingosError, match="can not be read"):
        parsed(told)


def test_too_many_ways() -> None:
    with pytest.raises(LingosError, match="more than 4096 ways"):
        parsed("[a] " * 13)


@given(st.integers(0, 1000), st.sampled_from(["turn [the] {room} light {state}", "把{room}的灯{state}(了|)"]))
def test_spans_hold_the_words(seed: int, told: str) -> None:
    spoken = parsed(told).drawn(random.Random(seed), lambda slot: WORDS[slot])
    assert [(spoken.text[start:end], value) for start, end, _, value in spoken.spans] == [
        WORDS[slot] for _, _, slot, _ in spoken.spans
    ]
    assert len(spoken.spans) == 2


@pytest.mark.parametrize("name", names())
def test_phrases_of_apps_name_their_own_slots(name: str) -> None:
    for deed in app(name).actions:
        told = getattr(deed, "told", None)
        for language in ("en", "zh") if told else ():
            assert told.phrases[language], (name, deed.name, language)
            for one in map(parsed, told.phrases[language]):
                known = set(deed.slots)  # type: ignore[attr-defined]
                assert one.slots | set(one.implied) <= known, (name, deed.name)
