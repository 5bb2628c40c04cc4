from __future__ import annotations

import copy
import json
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
    files = [*folder.parent.rglob("*.py"), *folder.glob("templates/*")]
    source = "".join(path.read_text("utf-8") for path in files)
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


def test_a_sentence_is_a_str_for_programs_and_has_every_language() -> None:
    inner = words.Said("time.minutes", {"count": "5"})
    said = words.Said("forecast", {"time": inner, "memory": 10, "disk": 2})
    assert said == "5 min, 10 MB of memory, 2 MB of disk" == said.told("en")
    assert said.told("zh-CN") == "5 分钟、10 MB 内存、2 MB 磁盘"
    assert copy.deepcopy({"a": said})["a"] is said
    assert json.dumps([said]) == json.dumps([str(said)])
    assert (words.told("plain", "zh"), words.told(said, "zh")) == ("plain", said.told("zh"))
    row = words.coded({"skipped": said, "score": 0.5})
    assert row == {"skipped": str(said), "skipped_code": "forecast", "score": 0.5} and type(row["skipped"]) is str
    with pytest.raises(KeyError):
        words.Said("forecast", {"memory": 10})
