from __future__ import annotations

import re
from pathlib import Path

import pytest

from lingos.errors import LingosError
from lingos.evaluation import words
from lingos.evaluation.robustness import PERTURBATIONS
from lingos.evaluation.scores import SCORES

PLACES = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("key", sorted(words.WORDS))
def test_both_languages_say_the_same_things(key: str) -> None:
    english, chinese = words.WORDS[key]
    assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(chinese))
    assert english
    assert chinese or key == "join"


def test_every_name_that_the_report_shows_has_a_word() -> None:
    assert {*SCORES, *PERTURBATIONS} <= set(words.WORDS)


def test_the_templates_ask_for_known_words_only_and_every_word_is_used() -> None:
    folder = Path(words.__file__).parent
    source = "".join(path.read_text("utf-8") for path in [*folder.glob("*.py"), *folder.glob("templates/*")])
    asked = set(re.findall(r'\bt\["([\w.]+)"\]', source))
    assert asked <= set(words.WORDS)
    for key in set(words.WORDS) - asked - set(SCORES) - set(PERTURBATIONS) - {"error", "warning", "info"}:
        assert f'"{key}"' in source.replace(f'    "{key}": (', "") or key.startswith("column.") or key in (
            "default", "derived", "user"
        ), key  # fmt: skip


def test_other_languages_fall_back_to_english_and_unknown_keys_do_not() -> None:
    assert words.phrase("rows", "fr") == "Rows"
    assert words.phrase("rows", "zh-CN") == "行数"
    with pytest.raises(LingosError, match="unknown phrase"):
        words.phrase("rowz")
