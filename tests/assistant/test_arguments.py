"""What a skill found -> arguments: a value that its slot does not allow is as good as none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lingos.assistant.slots import choice, free, percent
from lingos.assistant.understanding.arguments import arguments
from lingos.contracts import Prediction

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
SLOTS = {"percent": percent(), "state": choice({"on": ("on",), "off": ("off",)}), "text": free("?", "？")}


@pytest.mark.parametrize("implied", [{"percent": "50%"}, {"percent": "150"}, {"percent": "nan"}, {"state": "dim"}])
def test_an_implied_value_that_does_not_fit_is_not_understood(implied: dict[str, str]) -> None:
    found = arguments(Prediction("x", 0.9, False, (), implied=implied), "soft", SLOTS, {}, NOW)
    assert (found.values, found.missing) == ({}, ("percent", "state", "text"))


def test_the_words_of_the_sentence_are_looked_at_instead() -> None:
    said = Prediction("x", 0.9, False, (), implied={"percent": "half", "state": "on", "text": "wake-up"})
    found = arguments(said, "go to 30 percent", SLOTS, {}, NOW)
    assert found.values == {"percent": 30.0, "state": "on", "text": "wake-up"}
