from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.text.language import UNKNOWN, language, languages, script


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("where is my parcel, I ordered it two weeks ago", "en"),
        ("我的包裹在哪里", "zh"),
        ("iPhone 很好用，推荐给大家", "zh"),
        ("荷物はどこですか", "ja"),
        ("내 소포는 어디에 있나요", "ko"),
        ("Где моя посылка, я заказал её две недели назад", "ru"),
        ("أين طردي لقد طلبته قبل أسبوعين", "ar"),
        ("Bonjour, je voudrais annuler ma commande", "fr"),
        ("Wo ist mein Paket, ich warte seit zwei Wochen", "de"),
        ("¿Dónde está mi paquete? Lo pedí hace dos semanas", "es"),
        ("พัสดุของฉันอยู่ที่ไหน", "th"),
    ],
)
def test_language(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize("text", ["", "12:30", "ok", "open inbox", "!?", "👍"])
def test_too_little_to_tell(text: str) -> None:
    assert language(text) == UNKNOWN


def test_short_texts_are_told_together() -> None:
    assert languages(["open inbox", "turn it up", "set the alarm for seven in the morning"] * 5) == {"en": 1.0}


def test_no_letters_no_language() -> None:
    assert languages(["123", "", "?"]) == {}


@given(st.lists(st.text(max_size=20), max_size=8))
def test_shares_sum_to_one(texts: list[str]) -> None:
    shares = languages(texts)
    assert not shares or abs(sum(shares.values()) - 1) < 1e-9


def test_script_of_mixed_text_weighs_characters() -> None:
    assert script("请帮我重启 router") == "han"
    assert script("please restart the 路由器 in the kitchen") == "latin"
