from __future__ import annotations

import copy
import json
import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from lingos.errors import LingosError
from lingos.evaluation.robustness import PERTURBATIONS
from lingos.evaluation.scores import SCORES
from lingos.words import said as words

PACKAGE = Path(words.__file__).parents[1]
# Keys that the code puts together; the rest of each is a name of something else.
FAMILIES = (
    *("about.", "cure.", "doctor.", "personal.", "one.", "many.", "column.", "json.", "role.", "data."),
    *("studio.kind.", "studio.tab.", "thing.", "value.", "status.", "review.why.", "talk.stopped.", "policy."),
)


@pytest.mark.parametrize("key", sorted(words.WORDS))
def test_both_languages_say_the_same_things(key: str) -> None:
    english, chinese = words.WORDS[key]
    assert places(english) == places(chinese)
    assert english
    assert chinese or key == "join"


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_no_key_stands_in_two_tables() -> None:
    counts = Counter(key for part in words.TABLES for key in part)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_name_that_the_report_shows_has_a_word() -> None:
    assert {*SCORES, *PERTURBATIONS} <= set(words.WORDS)


def test_the_templates_ask_for_known_words_only_and_every_word_is_used() -> None:
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.glob("evaluation/templates/*")]
    source = "".join(path.read_text("utf-8") for path in files if path.parent.name != "words" or path.stem == "said")
    asked = set(re.findall(r'\bt\["([\w.]+)"\]', source))
    assert asked <= set(words.WORDS)
    plain = {"error", "warning", "info", "default", "derived", "user", *SCORES, *PERTURBATIONS}
    for key in set(words.WORDS) - asked - plain:
        assert f'"{key}"' in source or key.startswith(FAMILIES), key


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
