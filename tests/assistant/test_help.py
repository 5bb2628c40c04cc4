"""What a person may say, for one who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("simpleeval", reason="pip install 'lingos[assistant]'")

from tests.assistant.made import Made

from lingos.apps.base import app, names
from lingos.assistant.help import examples
from lingos.assistant.slots import name, number
from lingos.assistant.understanding.grammar import Grammar
from lingos.assistant.understanding.sentences import Wish
from lingos.assistant.understanding.wishes import wishes


def test_a_number_is_one_that_its_slot_allows_and_what_has_no_name_yet_is_not_told() -> None:
    for low, high in ((1, 3), (22, 24), (200, 500), (0, 100), (-1e15, 1e15)):
        wish = Wish("a.b", {"n": number(low, high)}, {"en": ["{n}"]}, {})
        assert low <= int(examples({"a.b": wish}, "en")[0]) <= min(high, 999)
    wish = Wish("a.b", {"room": name("?", "？")}, {"en": ["lights out"], "zh": ["关掉{room}"]}, {})
    assert (examples({"a.b": wish}, "en"), examples({"a.b": wish}, "zh")) == (["lights out"], [])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_examples_are_of_every_wish_and_nearly_all_are_phrases(language: str, tmp_path: Path) -> None:
    known = wishes([app(one) for one in names()], Made(tmp_path).world)
    found = examples(known, language)
    # No rule is there yet that one could delete.
    assert len(found) == sum(1 for wish in known.values() if wish.phrases.get(language)) - 1
    # Some sums and units are for the skill alone.
    strange = [text for text, told in zip(found, Grammar(known)(found), strict=True) if told.refused]
    assert len(strange) <= 2, strange
