"""What a person may say, for one who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("simpleeval", reason="pip install 'lingos[assistant]'")

from tests.assistant.made import Made

from lingos.apps.base import app, names
from lingos.assistant.help import examples
from lingos.assistant.understanding.grammar import Grammar
from lingos.assistant.understanding.wishes import wishes


@pytest.mark.parametrize("language", ["en", "zh"])
def test_examples_are_of_every_wish_and_nearly_all_are_phrases(language: str, tmp_path: Path) -> None:
    known = wishes([app(name) for name in names()], Made(tmp_path).world)
    found = examples(known, language)
    # No rule is there yet that one could delete.
    assert len(found) == sum(1 for wish in known.values() if wish.phrases.get(language)) - 1
    # Some sums and units are for the skill alone.
    strange = [text for text, told in zip(found, Grammar(known)(found), strict=True) if told.refused]
    assert len(strange) <= 2, strange
