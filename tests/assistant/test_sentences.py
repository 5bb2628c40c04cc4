"""Sentences from phrases: both languages, spans that hold their words, the same for the same seed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.assistant.slots import choice, duration, free, name, number, when
from lingos.assistant.understanding.fillers import filled
from lingos.assistant.understanding.sentences import NOTHING, Wish, idle, taught
from lingos.assistant.understanding.spelled import spelled
from lingos.assistant.understanding.values import HAN, numbers

ROOMS = {"kitchen": ("kitchen", "厨房"), "Lisa's room": ("Lisa's room", "丽莎的房间")}
WISH = Wish(
    "home.light",
    {"room": name("Which room?", "哪个房间？"), "state": choice({"on": ("on", "开"), "off": ("off", "关")})},
    {"en": ["turn {state} [the] {room} light", "darken [the] {room} -> state=off"], "zh": ["把{room}的灯{state}"]},
    {"room": ROOMS},
)


def test_what_is_taught() -> None:
    found = taught([WISH], each=20)
    assert {one.language for one in found} == {"en", "zh"} and len({one.text for one in found}) > 40
    for one in found:
        words = {value: word for start, end, _, value in one.spans for word in [one.text[start:end]]}
        for value, word in words.items():
            assert word in (*ROOMS.get(value, ()), "on", "off", "开", "关")
            assert bool(HAN.search(word)) == (one.language == "zh")
        slots = {slot for _, _, slot, _ in one.spans} | set(one.implied)
        assert slots == {"room", "state"}


def test_the_same_seed_the_same_sentences() -> None:
    assert taught([WISH], seed=1) == taught([WISH], seed=1) != taught([WISH], seed=2)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("slot", [number(0, 100), when(), duration(), free("", ""), free("", "", "unit")])
def test_fillers_speak_the_language(language: str, slot: object) -> None:
    chance = random.Random(0)
    for _ in range(50):
        word, value = filled(slot, language, {}, chance)
        assert word and value and "{" not in word
        if not word.isascii():
            assert language == "zh"


@given(st.integers(0, 999), st.sampled_from(["en", "zh"]))
def test_numbers_in_words_are_read_again(number: int, language: str) -> None:
    text = spelled(number, language)
    [found] = numbers(text)
    assert found.value == number


def test_sentences_without_effect() -> None:
    commands = taught([WISH], each=40)
    found = idle(commands, share=2.0)
    assert {one.intent for one in found} == {NOTHING} and {one.language for one in found} == {"en", "zh"}
    assert not {one.text for one in found} & {one.text for one in commands}
    assert len({one.text for one in found}) == len(found) > len(commands)
    assert all(not one.spans and not one.implied for one in found)
